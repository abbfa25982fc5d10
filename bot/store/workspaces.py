"""The workspaces of a database; every row of a team's data carries its workspace's id."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from bot.store.database import Database, iso
from bot.store.schema import workspaces


async def find_or_add(database: Database, name: str, now: datetime) -> tuple[int, bool]:
    """Return the id of the workspace of that name, and whether this call created it."""
    find = select(workspaces.c.id).where(workspaces.c.name == name)
    async with database.read() as connection:
        if (found := (await connection.execute(find)).scalar()) is not None:
            return found, False
    async with database.write() as connection:
        if (found := (await connection.execute(find)).scalar()) is not None:
            return found, False
        new = insert(workspaces).values(name=name, created_at=iso(now)).returning(workspaces.c.id)
        return (await connection.execute(new)).scalar_one(), True


async def ids_by_name(database: Database) -> dict[str, int]:
    """Return the ids of all workspaces by name."""
    async with database.read() as connection:
        rows = await connection.execute(select(workspaces.c.name, workspaces.c.id).order_by(workspaces.c.id))
        return {row.name: row.id for row in rows}
