"""Drafts: papers that somebody is about to add, as typed and as shown, until they are saved or discarded.

A used draft is kept for a while with its outcome, so that a second press of its button can be answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from bot.domain.paper import Paper
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.papers import columns_of, paper_from
from bot.store.schema import drafts

_KEPT = timedelta(days=2)


class StoredDraft(NamedTuple):
    """A stored draft; `actor` is None for drafts of older versions, `outcome` is None until the draft is used."""

    form: dict[str, Any]
    actor: str | None
    paper: Paper | None
    outcome: dict[str, Any] | None


async def save(
    connection: StoreConnection,
    workspace_id: int,
    token: str,
    form: Mapping[str, Any],
    now: datetime,
    actor: str,
    paper: Paper | None = None,
) -> bool:
    """Store a draft under its token; return whether that was possible: a used draft is not changed.

    Drafts older than two days are deleted.
    """
    await connection.execute(delete(drafts).where(drafts.c.saved_at < iso(now - _KEPT)))
    values = {"form": form, "saved_at": iso(now), "actor": actor, "paper": columns_of(paper) if paper else None}
    statement = upsert(drafts).values(workspace_id=workspace_id, token=token, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "token"], set_=values, where=drafts.c.outcome.is_(None)
    )
    return (await connection.execute(statement)).rowcount > 0


async def get(connection: StoreConnection, workspace_id: int, token: str) -> StoredDraft | None:
    """Return a draft, or None when it is gone."""
    query = select(drafts.c.form, drafts.c.actor, drafts.c.paper, drafts.c.outcome)
    row = (await connection.execute(query.where(*_one(workspace_id, token)))).first()
    if row is None:
        return None
    return StoredDraft(row.form, row.actor, paper_from(row.paper) if row.paper else None, row.outcome)


async def save_outcome(connection: StoreConnection, workspace_id: int, token: str, outcome: dict[str, Any]) -> None:
    """Record the outcome of a draft: {"paper": id}, {"proposal": number}, or {} when it was discarded."""
    await connection.execute(update(drafts).where(*_one(workspace_id, token)).values(outcome=outcome))


def _one(workspace_id: int, token: str) -> tuple[Any, ...]:
    return drafts.c.workspace_id == workspace_id, drafts.c.token == token
