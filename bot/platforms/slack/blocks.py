"""Builders for Slack's Block Kit; a text is mrkdwn and must be escaped, labels are plain and are clipped here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from bot.domain.text import clip

Block = dict[str, Any]
"""A block, an element of one, or an object inside it, as JSON."""

LONGEST_TEXT = 3000  # characters of a section's text
_LABEL = 75  # characters of a button's or an option's label
LONGEST_VALUE = 150  # characters of an option's value
_INPUT_LABEL, _HINT, _PLACEHOLDER = 2000, 2000, 150
_TITLE = 24  # characters of a modal's title, and of the labels of its buttons


def mrkdwn(text: str) -> Block:
    """Return a text object that shows escaped text; names of channels and people stay plain."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str, limit: int) -> Block:
    """Return a plain text object of at most that many characters."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}


def section(text: str, accessory: Block | None = None) -> Block:
    """Return a paragraph, with a button or a menu beside it."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | ({"accessory": accessory} if accessory else {})


def context(text: str) -> Block:
    """Return a paragraph in small print."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def header(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain(text, 150)}


def actions(*elements: Block) -> Block:
    """Return a row of buttons and menus."""
    return {"type": "actions", "elements": list(elements)}


def button(
    action: str, label: str, argument: str | int = "", style: Literal["primary", "danger"] | None = None
) -> Block:
    """Return a button; `action` is the name under which its press is served, `argument` what it is about."""
    element: Block = {"type": "button", "action_id": action, "text": plain(label, _LABEL)}
    element |= {"value": str(argument)} if argument != "" else {}
    return element | ({"style": style} if style else {})


def option(label: str, value: str, description: str = "") -> Block:
    """Return a choice of a menu. Its value has at most 150 characters."""
    choice: Block = {"text": plain(label, _LABEL), "value": value[:LONGEST_VALUE]}
    return choice | ({"description": plain(description, _LABEL)} if description else {})


def menu(action: str, placeholder: str, options: Sequence[Block], confirm: Block | None = None) -> Block:
    """Return a menu of fixed choices; with `confirm`, Slack asks before a choice counts."""
    element: Block = {"type": "static_select", "action_id": action, "placeholder": plain(placeholder, _PLACEHOLDER)}
    return element | {"options": list(options)} | ({"confirm": confirm} if confirm else {})


def confirmation(title: str, text: str, confirm: str, deny: str) -> Block:
    """Return a question that Slack asks by itself; its text is plain."""
    parts = {"title": (title, 100), "text": (text, 300), "confirm": (confirm, 30), "deny": (deny, 30)}
    return {name: plain(*part) for name, part in parts.items()}


def typeahead(action: str, placeholder: str) -> Block:
    """Return a menu whose choices are asked for while somebody types."""
    return {
        "type": "external_select",
        "action_id": action,
        "placeholder": plain(placeholder, _PLACEHOLDER),
        "min_query_length": 0,
    }


def channel_menu(action: str, placeholder: str, channel: str = "") -> Block:
    """Return a menu of channels, with this one chosen, or else the one where the person is."""
    chosen: Block = {"initial_conversation": channel} if channel else {"default_to_current_conversation": True}
    return {
        "type": "conversations_select",
        "action_id": action,
        "placeholder": plain(placeholder, _PLACEHOLDER),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        **chosen,
    }


def text_input(limit: int, value: str = "", *, is_multiline: bool = False, placeholder: str = "") -> Block:
    """Return the element of an input for text, filled with a value."""
    element: Block = {"type": "plain_text_input", "action_id": "value", "max_length": min(limit, LONGEST_TEXT)}
    element |= {"multiline": True} if is_multiline else {}
    element |= {"initial_value": value} if value else {}
    return element | ({"placeholder": plain(placeholder, _PLACEHOLDER)} if placeholder else {})


def input_block(name: str, label: str, element: Block, *, hint: str = "", is_optional: bool = True) -> Block:
    """Return a labelled input of a modal; its value is submitted under `name`."""
    block: Block = {"type": "input", "block_id": name, "label": plain(label, _INPUT_LABEL), "element": element}
    block |= {"hint": plain(hint, _HINT)} if hint else {}
    return block | {"optional": is_optional}


def search_field(action: str, label: str, placeholder: str, limit: int) -> Block:
    """Return an input outside of modals whose text is served under `action` when somebody presses Enter in it."""
    element = text_input(limit, placeholder=placeholder) | {
        "action_id": action,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    return input_block(action, label, element, is_optional=False) | {"dispatch_action": True}


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    close: str,
    callback: str,
    metadata: str,
    submit: str = "",
) -> Block:
    """Return a modal; `callback` is the name under which its submission is served."""
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, _TITLE),
        "close": plain(close, _TITLE),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    return view | ({"submit": plain(submit, _TITLE)} if submit else {})
