"""Curators' decisions on candidates, kept on the candidate, so that each can be undone and none is repeated."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Update, delete, func, select, update

from bot.domain.candidate import Candidate, Decision
from bot.store.candidates import IS_FIND, candidate_from, one
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.schema import candidates

_UNDECIDED = {"decision": None, "decided_at": None, "decided_by": None, "decider": None, "change_id": None}


async def decide(
    connection: StoreConnection,
    workspace_id: int,
    number: int,
    decision: Literal["accepted", "rejected"],
    by: str | None,
    decider: str | None,
    now: datetime,
    change_id: int | None = None,
) -> Candidate | None:
    """Record a decision on a candidate and return it; None if there was a decision already, which stays."""
    values = {"decision": decision, "change_id": change_id, **_last_act(by, decider, now)}
    candidate = await _updated(connection, _undecided(workspace_id, number).values(values))
    if candidate:
        await _count(connection, number, decision, 1)
    return candidate


async def put_off(
    connection: StoreConnection, workspace_id: int, number: int, by: str | None, decider: str | None, now: datetime
) -> Candidate | None:
    """Put a candidate behind all others and return it; None if there was a decision already."""
    values = {"later_at": iso(now), **_last_act(by, decider, now)}
    return await _updated(connection, _undecided(workspace_id, number).values(values))


async def take_back(connection: StoreConnection, candidate: Candidate) -> None:
    """Let a candidate wait again as before the decision; one that was only put off is no longer so."""
    values: dict[str, Any] = _UNDECIDED if candidate.decision else {**_UNDECIDED, "later_at": None}
    await connection.execute(update(candidates).where(candidates.c.number == candidate.number).values(values))
    if candidate.decision:
        await _count(connection, candidate.number, candidate.decision, -1)


async def last_of(connection: StoreConnection, workspace_id: int, decider: str) -> Candidate | None:
    """Return the candidate on which this person decided last, or which they put off last."""
    conditions = (candidates.c.workspace_id == workspace_id, candidates.c.decider == decider)
    query = (
        select(candidates)
        .where(*conditions)
        .order_by(candidates.c.decided_at.desc().nulls_last(), candidates.c.number.desc())
    )
    row = (await connection.execute(query.limit(1))).first()
    return candidate_from(row) if row else None


async def expire(connection: StoreConnection, before: datetime, now: datetime) -> int:
    """Let feeds' finds expire that were found, or put off last, before that time; return how many. Proposals stay."""
    since = func.coalesce(candidates.c.later_at, candidates.c.proposed_at)
    statement = update(candidates).where(candidates.c.decision.is_(None), IS_FIND, since < iso(before))
    values = {**_UNDECIDED, "decision": "expired", "decided_at": iso(now)}
    return int((await connection.execute(statement.values(values))).rowcount)


async def forget(connection: StoreConnection, before: datetime) -> int:
    """Delete the candidates decided on before that time; return how many."""
    statement = delete(candidates).where(candidates.c.decision.is_not(None), candidates.c.decided_at < iso(before))
    return int((await connection.execute(statement)).rowcount)


def _last_act(by: str | None, decider: str | None, now: datetime) -> dict[str, str | None]:
    return {"decided_at": iso(now), "decided_by": by, "decider": decider}


def _undecided(workspace_id: int, number: int) -> Update:
    return update(candidates).where(*one(workspace_id, number), candidates.c.decision.is_(None))


async def _updated(connection: StoreConnection, statement: Update) -> Candidate | None:
    row = (await connection.execute(statement.returning(candidates))).first()
    return candidate_from(row) if row else None


async def _count(connection: StoreConnection, number: int, decision: Decision, change: int) -> None:
    """Count a decision in the ledger of the feeds that found the candidate."""
    from bot.store.feed_days import count_decision  # no start decides on anything

    await count_decision(connection, number, decision, change)
