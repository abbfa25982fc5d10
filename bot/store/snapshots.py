"""The collection as it was at one moment, read in parts: what is written meanwhile does not show in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import blake2b
from sys import intern
from typing import Any

from sqlalchemy import JSON, Text, cast, exists, func, select

from bot.domain.outline import EditionOutline, Outline
from bot.store.connection import StoreConnection
from bot.store.database import Database, batched
from bot.store.dialect import is_among, read_all_json
from bot.store.schema import edition_papers, editions, history, papers, subscriptions

_BATCH = 1000
_BEGIN = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
_COLUMNS = tuple(
    cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column
    for column in papers.c
    if column.name != "workspace_id"
)
_NAMES = tuple(column.name for column in _COLUMNS)
_PLACE = {name: _NAMES.index(name) for name in _NAMES}


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[StoreConnection]:
    """Lend a connection on which all statements see the same committed state."""
    async with database.read() as connection:
        await connection.exec_driver_sql(_BEGIN[connection.dialect])
        try:
            yield connection
        finally:
            if not connection.is_lost:
                await connection.exec_driver_sql("ROLLBACK")


async def outlines(connection: StoreConnection, workspace_id: int) -> AsyncIterator[list[Outline]]:
    """Yield all papers in outline, in the order of their numbers, some hundred at a time.

    Their numbers are read first: asked for the next papers of a workspace, SQLite would sort all of them each time.
    """
    numbers_of = select(papers.c.number).where(papers.c.workspace_id == workspace_id).order_by(papers.c.number)
    for batch in batched((await connection.scalars(numbers_of)).all(), _BATCH):
        query = select(*_COLUMNS).where(is_among(papers.c.number, batch)).order_by(papers.c.number)
        rows = [tuple(row) for row in await connection.execute(query)]
        tags, authors = (read_all_json(row[_PLACE[name]] for row in rows) for name in ("tags", "authors"))
        yield [_outline(*each) for each in zip(rows, tags, authors, strict=True)]


async def published_editions(
    connection: StoreConnection, workspace_id: int, most: int | None = None
) -> list[EditionOutline]:
    """Return the editions with papers that have completely arrived, newest first; at most so many, if given."""
    query = (
        select(editions.c.id, subscriptions.c.name, editions.c.number, editions.c.reason, editions.c.composed_at)
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(editions.c.workspace_id == workspace_id, editions.c.done_at.is_not(None))
        .where(exists().where(edition_papers.c.edition_id == editions.c.id))
        .order_by(editions.c.composed_at.desc(), editions.c.id.desc())
        .limit(most)
    )
    rows = (await connection.execute(query)).all()
    numbers = await _papers_of_editions(connection, workspace_id, min((row.id for row in rows), default=0))
    return [
        EditionOutline(id, name, number, reason, datetime.fromisoformat(at), tuple(numbers.get(id, ())))
        for id, name, number, reason, at in rows
    ]


async def state_of(connection: StoreConnection, workspace_id: int) -> str:
    """Return a text that differs when papers of the workspace changed or editions of it arrived."""
    last_step = select(func.max(history.c.id)).where(history.c.workspace_id == workspace_id)
    arrived = select(func.count(), func.max(editions.c.id)).where(
        editions.c.workspace_id == workspace_id, editions.c.done_at.is_not(None)
    )
    step = (await connection.execute(last_step)).scalar() or 0
    count, newest = (await connection.execute(arrived)).one()
    return f"{step}/{count}/{newest or 0}"


async def _papers_of_editions(connection: StoreConnection, workspace_id: int, first: int) -> dict[int, list[int]]:
    """Return the papers of the editions from that id on, by id."""
    query = (
        select(edition_papers.c.edition_id, edition_papers.c.number)
        .where(edition_papers.c.workspace_id == workspace_id, edition_papers.c.edition_id >= first)
        .order_by(edition_papers.c.edition_id, edition_papers.c.position)
    )
    numbers: dict[int, list[int]] = {}
    for id, number in await connection.execute(query):
        numbers.setdefault(id, []).append(number)
    return numbers


def _outline(values: Sequence[Any], tags: Sequence[str], authors: Sequence[str]) -> Outline:
    digest = blake2b("\x1f".join(map(str, values)).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
    by = values[_PLACE["added_by"]]
    return Outline(
        number=values[0],
        id=values[_PLACE["id"]],
        headline=values[_PLACE["headline"]],
        title=values[_PLACE["title"]],
        date=values[_PLACE["date"]] or "",
        tags=tuple(map(intern, tags)),
        authors=tuple(map(intern, authors)),
        added_at=datetime.fromisoformat(values[_PLACE["added_at"]]),
        added_by=intern(by) if by else None,
        digest=digest,
    )
