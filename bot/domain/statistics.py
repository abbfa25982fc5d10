"""What a collection looks like in numbers: counts by month, tag, venue and curator, decisions, and look-ups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.text import normalized

MONTHS, WEEKS = 12, 12  # shown up to today
_YEAR = re.compile(r"(?<![\s,’'])[\s,’']*+(?:19|20)?\d\d$")


class Count(NamedTuple):
    """How many there are of something; a month is `2026-11`, a week its Monday."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """What became of candidates: finds of feeds and people's proposals together."""

    waiting: int = 0
    accepted: int = 0
    rejected: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class CollectionStatistics:
    """A collection's numbers on a day; tags, venues and curators come with the most papers first.

    Months are those of additions, up to this one and without gaps; `lookups` are people's searches by week, likewise.
    """

    day: date
    papers: int
    months: tuple[Count, ...]
    tags: tuple[Count, ...]
    venues: tuple[Count, ...]
    curators: tuple[Count, ...]
    decisions: Decisions
    lookups: tuple[Count, ...]
    platforms: tuple[Count, ...]


def by_month(additions: Mapping[str, int], zone: ZoneInfo, today: date) -> tuple[Count, ...]:
    """Return the counts of the last months from those by minute (`2026-11-27T09:00`, UTC)."""
    counts: Counter[str] = Counter()
    for minute, n in additions.items():
        counts[f"{datetime.fromisoformat(f'{minute}+00:00').astimezone(zone):%Y-%m}"] += n
    return tuple(Count(name, counts[name]) for name in (f"{month:%Y-%m}" for month in last_months(today)))


def last_months(today: date) -> list[date]:
    """Return the first days of the months that are shown, oldest first."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def by_week(days: Mapping[str, int], today: date) -> tuple[Count, ...]:
    """Return the counts of the last weeks from those by day (`2026-11-27`)."""
    counts: Counter[date] = Counter()
    for day, n in days.items():
        counts[_monday(date.fromisoformat(day))] += n
    weeks = [_monday(today) - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    return tuple(Count(week.isoformat(), counts[week]) for week in weeks)


def by_name(names: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    """Return counts by name, the highest first; names that differ in case or width are one, as it is mostly written."""
    spellings: dict[str, dict[str, int]] = {}
    for name, n in names:
        each = spellings.setdefault(normalized("NFKC", name).casefold(), {})
        each[name] = each.get(name, 0) + n
    counts = [Count(_usual(each), sum(each.values())) for each in spellings.values()]
    return tuple(sorted(counts, key=lambda count: (-count.n, count.name)))


def series_of(venue: str) -> str:
    """Return a venue without its year, so that ACL 2023 and ACL 2024 are one."""
    return _YEAR.sub("", venue) or venue


def _usual(spellings: Mapping[str, int]) -> str:
    """Return the most frequent spelling, of equals the first by its letters."""
    return next(iter(spellings)) if len(spellings) == 1 else min(spellings, key=lambda name: (-spellings[name], name))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
