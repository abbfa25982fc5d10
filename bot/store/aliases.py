"""The aliases of each workspace: words for the same thing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from bot.store.connection import StoreConnection
from bot.store.schema import aliases


async def put(connection: StoreConnection, workspace_id: int, name: str, meanings: Sequence[str]) -> None:
    """Save a name and its meanings, replacing its previous ones."""
    await remove(connection, workspace_id, name)
    if meanings:
        rows = [{"workspace_id": workspace_id, "name": name, "meaning": meaning} for meaning in dict.fromkeys(meanings)]
        await connection.execute(insert(aliases), rows)


async def remove(connection: StoreConnection, workspace_id: int, name: str) -> bool:
    """Delete an alias and return whether it existed."""
    conditions = (aliases.c.workspace_id == workspace_id, aliases.c.name == name)
    return (await connection.execute(delete(aliases).where(*conditions))).rowcount > 0


async def of(connection: StoreConnection, workspace_id: int) -> dict[str, tuple[str, ...]]:
    """Return all aliases of a workspace as {name: meanings}."""
    query = select(aliases.c.name, aliases.c.meaning).where(aliases.c.workspace_id == workspace_id)
    meanings: dict[str, tuple[str, ...]] = {}
    for name, meaning in await connection.execute(query.order_by(aliases.c.name, aliases.c.meaning)):
        meanings[name] = (*meanings.get(name, ()), meaning)
    return meanings
