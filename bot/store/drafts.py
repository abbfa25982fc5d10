"""Papers that somebody is about to add: what was typed and what was shown, until it is saved or given up.

A draft that was used stays for a while with what became of it, so that pressing its button again can be answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.paper import Paper
from bot.store.database import iso
from bot.store.papers import columns_of, paper_from
from bot.store.schema import drafts

_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it is kept; `actor` is None where it was not written down, `outcome` until the draft is used."""

    form: dict[str, Any]
    actor: str | None
    paper: Paper | None
    outcome: dict[str, Any] | None


async def save(
    connection: AsyncConnection,
    workspace_id: int,
    token: str,
    form: Mapping[str, Any],
    now: datetime,
    actor: str,
    paper: Paper | None = None,
) -> bool:
    """Keep a draft under its token and tell whether it could be: one that was used stays as it is.

    Those of long ago are given up.
    """
    await connection.execute(delete(drafts).where(drafts.c.saved_at < iso(now - _KEPT)))
    values = {"form": form, "saved_at": iso(now), "actor": actor, "paper": columns_of(paper) if paper else None}
    statement = upsert(drafts).values(workspace_id=workspace_id, token=token, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "token"], set_=values, where=drafts.c.outcome.is_(None)
    )
    return (await connection.execute(statement)).rowcount > 0


async def get(connection: AsyncConnection, workspace_id: int, token: str) -> StoredDraft | None:
    """Return a draft, or None when it is gone."""
    query = select(drafts.c.form, drafts.c.actor, drafts.c.paper, drafts.c.outcome)
    row = (await connection.execute(query.where(*_one(workspace_id, token)))).first()
    if row is None:
        return None
    return StoredDraft(row.form, row.actor, paper_from(row.paper) if row.paper else None, row.outcome)


async def finish(connection: AsyncConnection, workspace_id: int, token: str, outcome: dict[str, Any]) -> None:
    """Write down what became of a draft: {"paper": id}, {"proposal": number}, or {} when it was given up."""
    await connection.execute(update(drafts).where(*_one(workspace_id, token)).values(outcome=outcome))


def _one(workspace_id: int, token: str) -> tuple[Any, ...]:
    return drafts.c.workspace_id == workspace_id, drafts.c.token == token
