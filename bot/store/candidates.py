"""Candidates: proposed papers on which no curator has decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.papers import columns_of, paper_from
from bot.store.schema import candidates


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
    return number


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


async def remove(connection: StoreConnection, workspace_id: int, number: int) -> Candidate | None:
    """Delete a proposal and return it; None when it has been decided on."""
    statement = delete(candidates).where(*_one(workspace_id, number)).returning(candidates)
    row = (await connection.execute(statement)).first()
    return _read(row) if row else None


def _one(workspace_id: int, number: int) -> tuple[Any, ...]:
    return candidates.c.workspace_id == workspace_id, candidates.c.number == number


def _read(row: Row[Any]) -> Candidate:
    return Candidate(
        row.number,
        row.form,
        row.proposed_by,
        row.proposer,
        datetime.fromisoformat(row.proposed_at),
        paper_from(row.paper) if row.paper else None,
        row.locale,
    )
