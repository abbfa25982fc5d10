"""A modal that is submitted: who serves it, and what can be refused before anything is looked up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.i18n import Locale
from bot.platforms.slack.context import Interaction

Values: TypeAlias = Mapping[str, str]
"""What was typed or chosen, by the names of the inputs; a channel as its id."""

Submit: TypeAlias = Callable[[Interaction, Values], Awaitable[None]]


def _no_errors(_values: Values, _locale: Locale) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Form:
    """`submit` does the work, after the modal was replaced by one that asks for a moment's patience.

    `check` returns an error per input, shown at once below it; it must not wait for anything.
    """

    submit: Submit
    check: Callable[[Values, Locale], dict[str, str]] = _no_errors


def values_of(view: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed and chosen in a submitted modal; what cannot be read is left out."""
    state = view.get("state")
    inputs = state.get("values") if isinstance(state, Mapping) else None
    values = dict[str, str]()
    for name, elements in inputs.items() if isinstance(inputs, Mapping) else ():
        for element in elements.values() if isinstance(elements, Mapping) else ():
            values[str(name)] = _value_of(element)
    return values


def _value_of(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option")
    chosen = option.get("value") if isinstance(option, Mapping) else None
    keys = ("value", "selected_conversation", "selected_channel", "selected_date")
    typed = next((element[key] for key in keys if isinstance(element.get(key), str)), None)
    return str(typed if typed is not None else chosen or "")
