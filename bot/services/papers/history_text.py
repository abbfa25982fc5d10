"""The history as text in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import combining

from bot.domain.paper import FIELD_NAMES, Paper
from bot.domain.text import clean_line, clip
from bot.i18n import Locale, t
from bot.store.papers import columns_of

if TYPE_CHECKING:
    from bot.domain.history import Action, Change, Step

_SHORT, _LONG, _ITEM = 40, 120, 80
_CONTEXT = 12  # characters shown before the first difference
_WORD = re.compile(r"[A-Za-z0-9]{2}")


def describe(change: Change, names: Sequence[str], locale: Locale) -> str:
    """Return one change as a line: action, its papers by the given names, author."""
    parts = (action(change.action, locale), clip(t(locale, ", ").join(names), _LONG), change.by)
    return " ・ ".join(part for part in parts if part)


def describe_step(change: Change, step: Step, locale: Locale) -> str:
    """Return what a change did to one paper as a line: action, paper, author, and each field's old and new value."""
    return " ・ ".join((describe(change, [step.paper_id], locale), *differences(step, locale)))


def action(name: Action, locale: Locale) -> str:
    """Return the word for a kind of change."""
    names = {
        "add": t(locale, "added"),
        "edit": t(locale, "edited"),
        "remove": t(locale, "removed"),
        "import": t(locale, "imported"),
        "undo": t(locale, "undone"),
        "redo": t(locale, "redone"),
    }
    return names[name]


def differences(step: Step, locale: Locale) -> list[str]:
    """Return each changed field with its difference, and updates; the title where the paper was added or removed."""
    if step.before is None or step.after is None:
        paper = step.after or step.before
        return [clip(paper.title, _LONG)] if paper else []
    before, after = columns_of(step.before), columns_of(step.after)
    changed = [name for name in FIELD_NAMES if before[name] != after[name]]
    fields = [f"{FIELD_NAMES[name].text(locale)}: {_difference(before[name], after[name])}" for name in changed]
    return [*fields, *_updates("+", step.after, step.before, locale), *_updates("−", step.before, step.after, locale)]


def _updates(sign: str, of: Paper, other: Paper, locale: Locale) -> list[str]:
    """Return the updates that one version has and another lacks."""
    return [sign + clip(update.text(locale), _LONG) for update in of.updates if update not in other.updates]


def _difference(before: Any, after: Any) -> str:
    """Return the difference of two values: added and removed items of a list, or where two texts differ."""
    if not isinstance(before or after, list | dict):
        return _change(before or "", after or "")
    old, new = _items(before), _items(after)
    common = {*old} & {*new}
    removals, additions = ([each for each in items if each not in common] for items in (old, new))
    if len(removals) == len(additions) == 1:
        return _change(removals[0], additions[0])
    if not (removals or additions):
        return _change(", ".join(old), ", ".join(new))
    items = (*(f"−{clip(each, _ITEM)}" for each in removals), *(f"+{clip(each, _ITEM)}" for each in additions))
    return clip(", ".join(items), _LONG)


def _items(value: Any) -> list[str]:
    """Return a list of names, of links ([address, label]), or of ids by scheme as lines."""
    if isinstance(value, dict):
        return [clean_line(f"{scheme}:{id}") for scheme, id in value.items()]
    items = [each if isinstance(each, list) else [each] for each in value or ()]
    return [clean_line(" ".join(str(part) for part in each if part)) for each in items]


def _change(before: str, after: str) -> str:
    old, new = clean_line(str(before)), clean_line(str(after))
    if old == new:  # they differ only in line breaks or spaces
        old, new = (repr(str(text))[1:-1] for text in (before, after))
    same = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    return " → ".join(_window(text, same) if text else "—" for text in (old, new))


def _window(text: str, at: int) -> str:
    """Return the part of a text around a position, with … where it was cut."""
    if len(text) <= _SHORT:
        return text
    start = max(0, at - _CONTEXT)
    while start and (
        combining(text[start]) or (at - start < 2 * _CONTEXT and _WORD.fullmatch(text, start - 1, start + 1))
    ):
        start -= 1
    return ("…" if start else "") + clip(text[start:], max(_SHORT, at - start + _CONTEXT))
