"""The workspaces of a database; every row of a team's data carries its workspace's id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, insert, select

from bot.store.connection import StoreConnection
from bot.store.database import Database, iso
from bot.store.schema import changes, history, paper_keys, papers, workspaces


async def find_or_add(database: Database, name: str, now: datetime) -> tuple[int, bool]:
    """Return the id of the workspace of that name, and whether this call created it."""
    find = select(workspaces.c.id).where(workspaces.c.name == name)
    async with database.read() as connection:
        if (workspace_id := (await connection.execute(find)).scalar()) is not None:
            return workspace_id, False
    async with database.write() as connection:
        if (workspace_id := (await connection.execute(find)).scalar()) is not None:
            return workspace_id, False
        new = insert(workspaces).values(name=name, created_at=iso(now)).returning(workspaces.c.id)
        return (await connection.execute(new)).scalar_one(), True


async def ids_by_name(database: Database) -> dict[str, int]:
    """Return the ids of all workspaces by name."""
    async with database.read() as connection:
        rows = await connection.execute(select(workspaces.c.name, workspaces.c.id).order_by(workspaces.c.id))
        return {row.name: row.id for row in rows}


async def has_changes(connection: StoreConnection, workspace_id: int) -> bool:
    """Return whether anything ever happened in a workspace's collection."""
    query = select(changes.c.id).where(changes.c.workspace_id == workspace_id).limit(1)
    return (await connection.execute(query)).first() is not None


async def count_unknown(connection: StoreConnection, workspace_id: int, others: Sequence[int]) -> int:
    """Return how many of a workspace's papers none of the others ever had, neither the id nor the work."""
    key, same = paper_keys.alias("key"), paper_keys.alias("same")
    has_work = exists().where(key.c.number == papers.c.number, same.c.key == key.c.key, same.c.workspace_id.in_(others))
    had_id = exists().where(history.c.paper_id == papers.c.id, history.c.workspace_id.in_(others))
    query = select(func.count()).where(papers.c.workspace_id == workspace_id, ~had_id, ~has_work)
    return int((await connection.execute(query)).scalar_one())
