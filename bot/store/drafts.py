"""Papers that somebody is about to add: what was typed, kept until it is saved or given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import iso
from bot.store.schema import drafts

_KEPT = timedelta(days=2)


async def save(
    connection: AsyncConnection, workspace_id: int, token: str, typed: dict[str, Any], now: datetime
) -> None:
    """Keep a draft under its token; those of long ago are given up."""
    await connection.execute(delete(drafts).where(drafts.c.saved_at < iso(now - _KEPT)))
    statement = upsert(drafts).values(workspace_id=workspace_id, token=token, typed=typed, saved_at=iso(now))
    replaced = {"typed": typed, "saved_at": iso(now)}
    await connection.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "token"], set_=replaced))


async def get(connection: AsyncConnection, workspace_id: int, token: str) -> dict[str, Any] | None:
    """Return what was typed, or None when the draft is gone."""
    query = select(drafts.c.typed).where(drafts.c.workspace_id == workspace_id, drafts.c.token == token)
    found: dict[str, Any] | None = (await connection.execute(query)).scalar()
    return found


async def remove(connection: AsyncConnection, workspace_id: int, token: str) -> None:
    """Give a draft up."""
    await connection.execute(delete(drafts).where(drafts.c.workspace_id == workspace_id, drafts.c.token == token))
