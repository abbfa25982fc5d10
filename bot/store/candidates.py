"""Candidates: papers that somebody proposed or a feed brought, on which curators decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper, identity_keys, link_keys, title_key
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.feed_schema import candidate_feeds
from bot.store.papers import columns_of, paper_from
from bot.store.schema import candidate_keys, candidates

Offer: TypeAlias = Literal["new", "waiting", "decided"]
"""What became of a feed's find: a new candidate, one that waits already, or one that was decided on before."""


async def add(
    connection: StoreConnection,
    workspace_id: int,
    form: dict[str, Any],
    paper: Paper,
    by: str | None,
    proposer: str | None,
    locale: str | None,
    now: datetime,
) -> int:
    """Insert a proposal and return its number."""
    values = {
        "workspace_id": workspace_id,
        "form": form,
        "paper": columns_of(paper),
        "proposed_by": by,
        "proposer": proposer,
        "locale": locale,
        "proposed_at": iso(now),
    }
    number: int = (
        await connection.execute(insert(candidates).values(values).returning(candidates.c.number))
    ).scalar_one()
    keys = [{"workspace_id": workspace_id, "key": key, "number": number} for key in _keys(paper)]
    await connection.execute(insert(candidate_keys), keys)
    return number


async def offer(
    connection: StoreConnection,
    workspace_id: int,
    feed_id: int,
    form: dict[str, Any],
    paper: Paper,
    now: datetime,
    day: str,
) -> Offer:
    """Offer a feed's find once: a work that waits already is also named as this feed's, one decided on stays so."""
    earlier = await find(connection, workspace_id, _keys(paper))
    if earlier and earlier.decision:
        return "decided"
    number = earlier.number if earlier else await add(connection, workspace_id, form, paper, None, None, None, now)
    values = {"workspace_id": workspace_id, "number": number, "feed_id": feed_id, "day": day}
    await connection.execute(upsert(candidate_feeds).values(values).on_conflict_do_nothing())
    return "waiting" if earlier else "new"


async def find(connection: StoreConnection, workspace_id: int, keys: Iterable[str]) -> Candidate | None:
    """Return the oldest candidate with one of these keys, one that waits before any that was decided on."""
    query = (
        select(candidates)
        .join(candidate_keys, candidate_keys.c.number == candidates.c.number)
        .where(candidate_keys.c.workspace_id == workspace_id, candidate_keys.c.key.in_(list(keys)))
        .order_by(candidates.c.decision.is_not(None), candidates.c.number)
    )
    row = (await connection.execute(query.limit(1))).first()
    return _read(row) if row else None


async def get(connection: StoreConnection, workspace_id: int, number: int) -> Candidate | None:
    """Return the proposal of that number; None when it has been decided on."""
    row = (await connection.execute(select(candidates).where(*_one(workspace_id, number)))).first()
    return _read(row) if row else None


async def waiting(connection: StoreConnection, workspace_id: int) -> list[Candidate]:
    """Return the waiting proposals, oldest first."""
    query = select(candidates).where(candidates.c.workspace_id == workspace_id).order_by(candidates.c.number)
    return [_read(row) for row in await connection.execute(query)]


async def of_proposer(connection: StoreConnection, workspace_id: int, proposer: str) -> list[Candidate]:
    """Return somebody's waiting proposals, newest first."""
    conditions = (candidates.c.workspace_id == workspace_id, candidates.c.proposer == proposer)
    query = select(candidates).where(*conditions).order_by(candidates.c.number.desc())
    return [_read(row) for row in await connection.execute(query)]


async def count(connection: StoreConnection, workspace_id: int) -> int:
    """Return how many proposals wait."""
    query = select(func.count()).select_from(candidates).where(candidates.c.workspace_id == workspace_id)
    return int((await connection.execute(query)).scalar_one())


async def count_all(connection: StoreConnection) -> int:
    """Return how many candidates of all workspaces wait."""
    query = select(func.count()).select_from(candidates).where(candidates.c.decision.is_(None))
    return int((await connection.execute(query)).scalar_one())


async def remove(connection: StoreConnection, workspace_id: int, number: int) -> Candidate | None:
    """Delete a proposal and return it; None when it has been decided on."""
    statement = delete(candidates).where(*_one(workspace_id, number)).returning(candidates)
    row = (await connection.execute(statement)).first()
    return _read(row) if row else None


def _one(workspace_id: int, number: int) -> tuple[Any, ...]:
    return candidates.c.workspace_id == workspace_id, candidates.c.number == number


def _keys(paper: Paper) -> list[str]:
    """Return the keys by which a candidate's work is found again: its ids, title, and links other than to code."""
    pages = replace(paper, links=tuple(link for link in paper.links if not link.is_code))
    return list(dict.fromkeys((*identity_keys(paper), *link_keys(pages), title_key(paper.title))))


def _read(row: Row[Any]) -> Candidate:
    return Candidate(
        row.number,
        row.form,
        row.proposed_by,
        row.proposer,
        datetime.fromisoformat(row.proposed_at),
        paper_from(row.paper) if row.paper else None,
        row.locale,
        row.decision,
    )
