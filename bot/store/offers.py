"""Papers that somebody was offered to add; of several processes that want to offer the same one, one does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete

from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.schema import offers


async def claim(connection: StoreConnection, keys: Sequence[str], now: datetime, forgotten: datetime) -> list[str]:
    """Record offers by their keys and return those that are new; offers older than `forgotten` are forgotten."""
    await connection.execute(delete(offers).where(offers.c.offered_at < iso(forgotten)))
    new = []
    for key in keys:
        statement = upsert(offers).values(key=key, offered_at=iso(now)).on_conflict_do_nothing()
        if (await connection.execute(statement)).rowcount:
            new.append(key)
    return new
