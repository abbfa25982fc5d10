"""Rules for JSON: each takes a place and a value, and yields the reasons for which Slack would refuse it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Rule = Callable[[str, Any], Iterator[str]]

# The only markup allowed between bare angle brackets: a link with its label, a date, a channel's name. Mentions and
# broadcasts begin with @ or !.
_LINK = re.compile(r"<(?:https?://[^<>|\s]+\|[^<>]+|!date\^\d+\^[^<>^|]+\|[^<>]+|#C[A-Z0-9]+)>")
_NAME = re.compile(r"(?<![\w/])[@#]\w")


def string(most: int, least: int = 1) -> Rule:
    """Return the rule of a string with so many characters."""

    def rule(place: str, value: Any) -> Iterator[str]:
        if not isinstance(value, str) or not least <= len(value) <= most:
            yield f"{place}: no string of {least} to {most} characters"

    return rule


def number(least: int, most: int) -> Rule:
    """Return the rule of a whole number within limits."""

    def rule(place: str, value: Any) -> Iterator[str]:
        if type(value) is not int or not least <= value <= most:
            yield f"{place}: no number from {least} to {most}"

    return rule


def one_of(*values: object) -> Rule:
    """Return the rule of a value out of a few."""

    def rule(place: str, value: Any) -> Iterator[str]:
        if value not in values:
            yield f"{place}: not one of {values}"

    return rule


flag = one_of(True, False)


def items(each: Rule, most: int, least: int = 1) -> Rule:
    """Return the rule of a list."""

    def rule(place: str, value: Any) -> Iterator[str]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            yield f"{place}: no list of {least} to {most}"
            return
        for n, item in enumerate(value):
            yield from each(f"{place}/{n}", item)

    return rule


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """Return the rule of an object; Slack refuses further keys."""
    known = {**required, **(optional or {})}

    def rule(place: str, value: Any) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place}: no object"
            return
        for name in required.keys() - value.keys():
            yield f"{place}: lacks {name}"
        for name, part in value.items():
            yield from known[name](f"{place}/{name}", part) if name in known else (f"{place}: invalid {name}",)

    return rule


def by_type(table: Mapping[str, Rule]) -> Rule:
    """Return the rule of an object whose `type` chooses among rules."""

    def rule(place: str, value: Any) -> Iterator[str]:
        kind = str(value.get("type")) if isinstance(value, dict) else "None"
        yield from table[kind](place, value) if kind in table else (f"{place}: no place for a {kind}",)

    return rule


def plain(most: int) -> Rule:
    """Return the rule of a plain text object."""
    return _visible(shape({"type": one_of("plain_text"), "text": string(most)}, {"emoji": flag}))


def formatted(most: int) -> Rule:
    """Return the rule of a text object of either kind, which mentions nobody."""
    mrkdwn = shape({"type": one_of("mrkdwn"), "text": string(most)}, {"verbatim": flag})
    either = _visible(by_type({"plain_text": plain(most), "mrkdwn": mrkdwn}))

    def rule(place: str, value: Any) -> Iterator[str]:
        problems = list(either(place, value))
        yield from problems
        if not problems and value["type"] == "mrkdwn":
            yield from live_markup(place, value["text"], is_verbatim=value.get("verbatim", False))

    return rule


def live_markup(place: str, text: str, *, is_verbatim: bool) -> Iterator[str]:
    """Yield markup other than named links, bare brackets and ampersands; a line may begin as a quote.

    Without `verbatim`, Slack links the names of channels and some mentions by itself.
    """
    rest = re.sub(r"(?m)^> ", "", _LINK.sub("", text))
    if re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest) or (not is_verbatim and _NAME.search(rest)):
        yield f"markup in {place}: {text!r}"


def _visible(rule: Rule) -> Rule:
    def visible(place: str, value: Any) -> Iterator[str]:
        problems = list(rule(place, value))
        yield from problems
        if not problems and not value["text"].strip():
            yield f"{place}: nothing but space"

    return visible
