"""Editions that have arrived, as people look back at them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, select

from bot.store.connection import StoreConnection
from bot.store.schema import edition_papers, editions, subscriptions


class PastEdition(NamedTuple):
    """An edition that has completely arrived, with its papers' numbers in order."""

    subscription: str
    number: int
    composed_at: datetime
    reason: str
    papers: tuple[int, ...]


async def newest(connection: StoreConnection, workspace_id: int, limit: int) -> list[PastEdition]:
    """Return the newest editions with papers that arrived, newest first."""
    query = (
        select(editions.c.id, subscriptions.c.name, editions.c.number, editions.c.composed_at, editions.c.reason)
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(editions.c.workspace_id == workspace_id, editions.c.done_at.is_not(None))
        .where(exists().where(edition_papers.c.edition_id == editions.c.id))
        .order_by(editions.c.id.desc())
        .limit(limit)
    )
    rows = (await connection.execute(query)).all()
    held = await _papers_of(connection, [row.id for row in rows])
    return [PastEdition(r.name, r.number, datetime.fromisoformat(r.composed_at), r.reason, held[r.id]) for r in rows]


async def _papers_of(connection: StoreConnection, ids: list[int]) -> dict[int, tuple[int, ...]]:
    query = (
        select(edition_papers.c.edition_id, edition_papers.c.number)
        .where(edition_papers.c.edition_id.in_(ids))
        .order_by(edition_papers.c.edition_id, edition_papers.c.position)
    )
    held: dict[int, tuple[int, ...]] = dict.fromkeys(ids, ())
    for id, number in await connection.execute(query):
        held[id] += (number,)
    return held
