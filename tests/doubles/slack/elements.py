"""The blocks and elements of Block Kit that the bot may use, with their limits by Slack's reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from .shapes import Rule, by_type, flag, formatted, items, number, one_of, plain, shape, string

_NONE: Mapping[str, Rule] = MappingProxyType({})
_ID, _URL, _CHOICES = 255, 3000, 100
_WITH_OPTIONS = ("static_select", "multi_static_select", "checkboxes", "radio_buttons")

_CONFIRM = shape(
    {"title": plain(100), "text": formatted(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = shape({"text": formatted(75), "value": string(150)}, {"description": formatted(75)})
_PLAIN_OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75)})
_OVERFLOW_OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": string(_URL)})
OPTIONS = items(_PLAIN_OPTION, _CHOICES, least=0)
OPTION_GROUPS = items(shape({"label": plain(75), "options": items(_PLAIN_OPTION, _CHOICES)}), _CHOICES, least=0)
_DISPATCH = shape({"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)})
_FILTER = shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)


def _element(kind: str, required: Mapping[str, Rule] = _NONE, /, **optional: Rule) -> Rule:
    known = {"action_id": string(_ID)} | optional
    return shape({"type": one_of(kind), **required}, known)


def _menu(kind: str, choice: str, rule: Rule, **more: Rule) -> dict[str, Rule]:
    """Return the rules of a menu for one choice and of the one for several; `choice` is what its first choice is of."""
    shared: dict[str, Rule] = {"placeholder": plain(150), "confirm": _CONFIRM, "focus_on_load": flag, **more}
    several = {f"initial_{choice}s": items(rule, _CHOICES), "max_selected_items": number(1, _CHOICES)}
    return {
        kind: _has_choices(_element(kind, **shared, **{f"initial_{choice}": rule})),
        f"multi_{kind}": _has_choices(_element(f"multi_{kind}", **shared, **several)),
    }


def _has_choices(rule: Rule) -> Rule:
    """Add that a menu with options of its own has some, all different, and its first choice among them."""

    def checked(place: str, value: Any) -> Iterator[str]:
        problems = list(rule(place, value))
        yield from problems
        if problems or value["type"] not in _WITH_OPTIONS:
            return
        groups = value.get("option_groups") or [{"options": value.get("options", [])}]
        choices = [option for group in groups for option in group["options"]]
        first = [value["initial_option"]] if "initial_option" in value else value.get("initial_options", [])
        if not choices or len({option["value"] for option in choices}) < len(choices):
            yield f"{place}: no options, or two with one value"
        if any(each not in choices for each in first):
            yield f"{place}: its first choice is no option"

    return checked


def _text_input(kind: str, most: int, **more: Rule) -> Rule:
    rule = _element(
        kind,
        placeholder=plain(150),
        initial_value=string(most, least=0),
        focus_on_load=flag,
        dispatch_action_config=_DISPATCH,
        **more,
    )

    def checked(place: str, value: Any) -> Iterator[str]:
        yield from rule(place, value)
        if len(str(value.get("initial_value", ""))) > value.get("max_length", most):
            yield f"{place}/initial_value: longer than max_length"

    return checked


_BUTTON = _element(
    "button",
    {"text": plain(75)},
    url=string(_URL),
    value=string(2000),
    style=one_of("primary", "danger"),
    confirm=_CONFIRM,
    accessibility_label=string(75),
)
_MENUS: dict[str, Rule] = {
    **_menu("static_select", "option", _PLAIN_OPTION, options=OPTIONS, option_groups=OPTION_GROUPS),
    **_menu("external_select", "option", _PLAIN_OPTION, min_query_length=number(0, 150)),
    **_menu("conversations_select", "conversation", string(_ID), default_to_current_conversation=flag, filter=_FILTER),
    **_menu("channels_select", "channel", string(_ID)),
    **_menu("users_select", "user", string(_ID)),
}
_CHOICE: dict[str, Rule] = {
    "checkboxes": _has_choices(
        _element(
            "checkboxes",
            {"options": items(OPTION, 10)},
            initial_options=items(OPTION, 10),
            confirm=_CONFIRM,
            focus_on_load=flag,
        )
    ),
    "radio_buttons": _has_choices(
        _element(
            "radio_buttons",
            {"options": items(OPTION, 10)},
            initial_option=OPTION,
            confirm=_CONFIRM,
            focus_on_load=flag,
        )
    ),
    "datepicker": _element(
        "datepicker", initial_date=string(10, least=10), placeholder=plain(150), confirm=_CONFIRM, focus_on_load=flag
    ),
}
_INPUTS: dict[str, Rule] = {
    "plain_text_input": _text_input(
        "plain_text_input", 3000, multiline=flag, min_length=number(0, 3000), max_length=number(1, 3000)
    ),
    "url_text_input": _text_input("url_text_input", 3000),
}
_OVERFLOW = _element("overflow", {"options": items(_OVERFLOW_OPTION, 5)}, confirm=_CONFIRM)
_IMAGE = shape({"type": one_of("image"), "image_url": string(_URL), "alt_text": string(2000)})
_ACTIVE: dict[str, Rule] = {"button": _BUTTON, "overflow": _OVERFLOW, **_MENUS, **_CHOICE}


def _block(kind: str, required: dict[str, Rule], **optional: Rule) -> Rule:
    return shape({"type": one_of(kind)} | required, {"block_id": string(_ID)} | optional)


def _section(place: str, value: Any) -> Iterator[str]:
    rule = _block(
        "section",
        {},
        text=formatted(3000),
        fields=items(formatted(2000), 10),
        accessory=by_type({**_ACTIVE, "image": _IMAGE}),
        expand=flag,
    )
    yield from rule(place, value)
    if "text" not in value and "fields" not in value:
        yield f"{place}: neither text nor fields"


_CONTEXT = by_type({"mrkdwn": formatted(3000), "plain_text": formatted(3000), "image": _IMAGE})
BLOCKS: dict[str, Rule] = {
    "section": _section,
    "context": _block("context", {"elements": items(_CONTEXT, 10)}),
    "header": _block("header", {"text": plain(150)}),
    "divider": _block("divider", {}),
    "image": _block("image", {"image_url": string(_URL), "alt_text": string(2000)}, title=plain(2000)),
    "actions": _block("actions", {"elements": items(by_type(_ACTIVE), 25)}),
    "input": _block(
        "input",
        {"label": plain(2000), "element": by_type({**_MENUS, **_CHOICE, **_INPUTS})},
        hint=plain(2000),
        optional=flag,
        dispatch_action=flag,
    ),
}
