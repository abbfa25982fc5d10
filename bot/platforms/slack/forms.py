"""A modal that is submitted: who serves it, and what can be refused before anything is looked up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, TypeAlias

from bot.i18n import Locale
from bot.platforms.slack.blocks import Block, section
from bot.platforms.slack.context import Interaction

Values: TypeAlias = Mapping[str, str]
"""What was typed or chosen, by the names of the inputs; a channel as its id."""

Submit: TypeAlias = Callable[[Interaction, Values], Awaitable[None]]


_PROBLEM = "problem"  # the id of the block that says what is wrong
_PARTS = ("type", "callback_id", "title", "close", "submit", "private_metadata")
# What an input's state is called, and what it is filled with.
_FILLINGS = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_conversation": "initial_conversation",
    "selected_channel": "initial_channel",
    "selected_date": "initial_date",
}


def _no_errors(_values: Values, _locale: Locale) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Form:
    """`submit` does the work, after the modal was replaced by one that asks for a moment's patience.

    `validate` returns an error per input, shown at once below it; it must not wait for anything.
    """

    submit: Submit
    validate: Callable[[Values, Locale], dict[str, str]] = _no_errors


def values_of(view: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed and chosen in a submitted modal; what cannot be read is left out."""
    state = view.get("state")
    inputs = state.get("values") if isinstance(state, Mapping) else None
    values = dict[str, str]()
    for name, elements in inputs.items() if isinstance(inputs, Mapping) else ():
        for element in elements.values() if isinstance(elements, Mapping) else ():
            values[_name(str(name))] = _value_of(element)
    return values


def errors_below(view: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, str]:
    """Return the errors of a submitted modal's inputs by the ids of their blocks, as Slack wants them."""
    ids = [str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"]
    return {id: errors[_name(id)] for id in ids if _name(id) in errors}


def with_new_inputs(view: Block) -> Block:
    """Return a modal whose inputs have ids that Slack has not seen in it.

    Under ids that it knows, Slack keeps what an input held before, or submits nothing for one that was filled by us.
    """
    mark = token_hex(4)
    blocks = [
        {**block, "block_id": f"{_name(block['block_id'])}:{mark}"} if block["type"] == "input" else block
        for block in view["blocks"]
    ]
    return {**view, "blocks": blocks}


def submitted_again(view: Mapping[str, Any], problem: str) -> Block:
    """Return a submitted modal with what was typed in it, below an escaped text that says what is wrong."""
    parts = {name: view[name] for name in _PARTS if view.get(name) is not None}
    inputs = [_refilled(block, view) for block in view["blocks"] if block.get("block_id") != _PROBLEM]
    return {**parts, "blocks": [{**section(f"⚠️ {problem}"), "block_id": _PROBLEM}, *inputs]}


def _refilled(block: Block, view: Mapping[str, Any]) -> Block:
    """Return a block of a submitted modal; an input is filled with what was typed or chosen in it."""
    elements = ((view.get("state") or {}).get("values") or {}).get(block.get("block_id")) or {}
    if block["type"] != "input" or len(elements) != 1:
        return block
    (chosen,) = elements.values()
    element = {name: value for name, value in block["element"].items() if name not in _FILLINGS.values()}
    return {**block, "element": element | {_FILLINGS[key]: chosen[key] for key in _FILLINGS if chosen.get(key)}}


def _name(id: str) -> str:
    """Return the name of the input in a block."""
    return id.partition(":")[0]


def _value_of(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option")
    chosen = option.get("value") if isinstance(option, Mapping) else None
    keys = ("value", "selected_conversation", "selected_channel", "selected_date")
    typed = next((element[key] for key in keys if isinstance(element.get(key), str)), None)
    return str(typed if typed is not None else chosen or "")
