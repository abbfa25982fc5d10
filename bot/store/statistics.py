"""Counts for statistics, and the days' look-ups; a collection of 100,000 papers is counted by the database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, insert, select, update

from bot.store.connection import StoreConnection
from bot.store.database import batched
from bot.store.dialect import is_among, read_all_json
from bot.store.lookup_schema import lookup_days
from bot.store.schema import candidates, papers

_TO_THE_MINUTE = 16  # characters of a time
_AT_ONCE = 2_000  # papers whose tags are read before other tasks get their turn


async def additions(connection: StoreConnection, workspace_id: int, since: str) -> dict[str, int]:
    """Return how many of the workspace's papers were added in each minute that had some, from a time on."""
    minute = func.substr(papers.c.added_at, 1, _TO_THE_MINUTE)
    return await _papers_by(connection, workspace_id, minute, papers.c.added_at >= since)


async def venues(connection: StoreConnection, workspace_id: int) -> dict[str, int]:
    """Return how many papers each venue has."""
    return await _papers_by(connection, workspace_id, papers.c.venue)


async def curators(connection: StoreConnection, workspace_id: int) -> dict[str, int]:
    """Return how many papers each person added that are still there."""
    return await _papers_by(connection, workspace_id, papers.c.added_by)


async def tags(connection: StoreConnection, workspace_id: int) -> dict[str, int]:
    """Return how many papers each tag has."""
    counts: Counter[str] = Counter()
    numbers_of = select(papers.c.number).where(papers.c.workspace_id == workspace_id).order_by(papers.c.number)
    for batch in batched((await connection.scalars(numbers_of)).all(), _AT_ONCE):
        query = select(cast(papers.c.tags, Text)).where(is_among(papers.c.number, batch)).order_by(papers.c.number)
        counts.update(chain.from_iterable(read_all_json(await connection.scalars(query))))
        await asyncio.sleep(0)
    return counts


async def decisions(connection: StoreConnection, workspace_id: int) -> dict[str, int]:
    """Return how many candidates were decided on, by decision."""
    query = (
        select(candidates.c.decision, func.count())
        .where(candidates.c.workspace_id == workspace_id, candidates.c.decision.is_not(None))
        .group_by(candidates.c.decision)
    )
    return dict(map(tuple, await connection.execute(query)))


async def lookups(connection: StoreConnection, workspace_id: int, since: str) -> list[tuple[str, str, int]]:
    """Return the look-ups from a day on as (day, platform, how many)."""
    query = (
        select(lookup_days.c.day, lookup_days.c.platform, lookup_days.c.lookups)
        .where(lookup_days.c.workspace_id == workspace_id, lookup_days.c.day >= since)
        .order_by(lookup_days.c.day, lookup_days.c.platform)
    )
    return [(day, platform, n) for day, platform, n in await connection.execute(query)]


async def count_lookups(connection: StoreConnection, more: Mapping[tuple[int, str, str], int]) -> None:
    """Add look-ups by (workspace, day, platform)."""
    for (workspace_id, day, platform), n in more.items():
        key = {"workspace_id": workspace_id, "day": day, "platform": platform}
        mine = [lookup_days.c[name] == value for name, value in key.items()]
        sums = update(lookup_days).where(*mine).values(lookups=lookup_days.c.lookups + n)
        if not (await connection.execute(sums)).rowcount:
            await connection.execute(insert(lookup_days).values(**key, lookups=n))


async def _papers_by(
    connection: StoreConnection, workspace_id: int, value: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> dict[str, int]:
    """Return how many papers have each value; those without one are left out."""
    values = select(value.label("value")).where(papers.c.workspace_id == workspace_id, *conditions).subquery()
    query = select(values.c.value, func.count()).where(values.c.value.is_not(None)).group_by(values.c.value)
    return dict(map(tuple, await connection.execute(query)))
