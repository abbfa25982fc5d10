"""What happened to the collection, told in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.paper import FIELD_NAMES
from bot.domain.text import clean_line, clip
from bot.i18n import Locale, t
from bot.store.history import Action, Change, Step

_SHORT, _LONG = 40, 120


def describe(change: Change, ids: Sequence[str], locale: Locale) -> str:
    """Return one change in a line: what, which papers, by whom."""
    return " ・ ".join(part for part in (action(change.action, locale), clip(", ".join(ids), _LONG), change.by) if part)


def tell(change: Change, step: Step, locale: Locale) -> str:
    """Return what a change did to one paper in a line: what, which paper, by whom, which field from what to what."""
    return " ・ ".join((describe(change, [step.paper_id], locale), *differences(step, locale)))


def action(name: Action, locale: Locale) -> str:
    """Return the word for a kind of change."""
    names = {"add": t(locale, "added"), "edit": t(locale, "edited"), "remove": t(locale, "removed"),
             "import": t(locale, "imported"), "undo": t(locale, "undone")}  # fmt: skip
    return names[name]


def differences(step: Step, locale: Locale) -> list[str]:
    """Return each field that changed, from what to what; the title where the paper came or went."""
    before, after = step.before or {}, step.after or {}
    if not (before and after):
        return [clip(str((after or before).get("title", "")), _LONG)]
    changed = [name for name in FIELD_NAMES if before.get(name) != after.get(name)]
    return [f"{FIELD_NAMES[n].text(locale)}: {_short(before.get(n))} → {_short(after.get(n))}" for n in changed]


def _short(value: Any) -> str:
    if isinstance(value, dict):
        value = ", ".join(map(str, value.values()))
    elif isinstance(value, list):
        value = ", ".join(str(each[0]) if isinstance(each, list) else str(each) for each in value)
    return clip(clean_line(str(value)), _SHORT) if value else "—"
