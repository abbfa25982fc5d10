"""The ledger: how many entries of a feed were announced, seen, matched, dropped, offered and decided on, by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, select, update

from bot.domain.candidate import Decision
from bot.store.connection import StoreConnection
from bot.store.dialect import upsert
from bot.store.feed_schema import candidate_feeds, feed_days

_NUMBERS = ("announced", "seen", "matched", "offered", "accepted", "rejected")

# Built once: building them takes longer than SQLite takes to answer.
_SOME = select(feed_days).where(
    feed_days.c.feed_id.in_(bindparam("feeds", expanding=True)), feed_days.c.day.in_(bindparam("days", expanding=True))
)
_NEW = upsert(feed_days)
_UPSERT = _NEW.on_conflict_do_update(
    index_elements=("feed_id", "day"), set_={name: _NEW.excluded[name] for name in (*_NUMBERS, "dropped")}
)


class FeedDay(NamedTuple):
    """A day of a feed."""

    workspace_id: int
    feed_id: int
    day: str


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What became of a feed's entries; `dropped` counts by (kind of reason, rule)."""

    announced: int = 0
    seen: int = 0
    matched: int = 0
    offered: int = 0
    accepted: int = 0
    rejected: int = 0
    dropped: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __add__(self, other: DayCounts) -> DayCounts:
        """Return the sums."""
        numbers = {name: getattr(self, name) + getattr(other, name) for name in _NUMBERS}
        return DayCounts(**numbers, dropped=dict(Counter(self.dropped) + Counter(other.dropped)))


async def count(connection: StoreConnection, days: Mapping[FeedDay, DayCounts]) -> None:
    """Add numbers to feeds' days."""
    if not days:
        return
    values = {"feeds": [day.feed_id for day in days], "days": list({day.day for day in days})}
    rows = {(row.feed_id, row.day): _read(row._asdict()) for row in await connection.execute(_SOME, values)}
    sums = {
        day: rows[day.feed_id, day.day] + more if (day.feed_id, day.day) in rows else more for day, more in days.items()
    }
    await connection.execute(_UPSERT, [day._asdict() | _columns(counts) for day, counts in sums.items()])


async def count_decision(connection: StoreConnection, number: int, decision: Decision, by: int) -> None:
    """Count a decision on a candidate, or with -1 its undoing, for every feed that brought it, on the day it did."""
    if decision not in ("accepted", "rejected"):
        return
    column = feed_days.c[decision]
    brought = select(candidate_feeds.c.feed_id).where(
        candidate_feeds.c.number == number,
        candidate_feeds.c.feed_id == feed_days.c.feed_id,
        candidate_feeds.c.day == feed_days.c.day,
    )
    statement = update(feed_days).where(brought.exists())
    await connection.execute(statement.values({column: case((column + by > 0, column + by), else_=0)}))


async def totals(connection: StoreConnection, feed_ids: Iterable[int], since: str = "") -> dict[int, DayCounts]:
    """Return the sums of feeds over the days from `since` on; a feed without any is left out."""
    query = select(feed_days).where(feed_days.c.feed_id.in_(list(feed_ids)), feed_days.c.day >= since)
    sums = dict[int, DayCounts]()
    for row in await connection.execute(query):
        sums[row.feed_id] = sums.get(row.feed_id, DayCounts()) + _read(row._asdict())
    return sums


def _columns(counts: DayCounts) -> dict[str, Any]:
    dropped = [[kind, rule, n] for (kind, rule), n in counts.dropped.items()]
    return {name: getattr(counts, name) for name in _NUMBERS} | {"dropped": dropped}


def _read(columns: Mapping[str, Any]) -> DayCounts:
    dropped = {(kind, rule): n for kind, rule, n in columns["dropped"]}
    return DayCounts(**{name: columns[name] for name in _NUMBERS}, dropped=dropped)
