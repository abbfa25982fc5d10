"""Processes that held leases and have ended."""

from __future__ import annotations

from sqlalchemy import update

from bot.services.digests.lease_owner import process_space
from bot.store.database import Database
from bot.store.schema import editions


async def die(database: Database) -> None:
    """Make the process that holds leases one that has ended."""
    dead = f"{process_space()} 1 0"
    async with database.write() as connection:
        await connection.execute(update(editions).where(editions.c.lease_owner.is_not(None)).values(lease_owner=dead))
