"""When a source with a strict limit may be requested next, for all processes: one request at a time, with a pause."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.feed_schema import source_turns

_LONGEST = timedelta(hours=25)  # no pause is longer, unless a clock that ran ahead wrote it


async def busy_until(connection: StoreConnection, name: str, now: datetime) -> datetime | None:
    """Return when a source may be requested again; None if it may now."""
    query = select(source_turns.c.free_at).where(source_turns.c.name == name)
    moment = (await connection.execute(query)).scalar()
    return datetime.fromisoformat(moment) if moment and iso(now) < moment <= iso(now + _LONGEST) else None


async def take(connection: StoreConnection, name: str, now: datetime, until: datetime) -> datetime | None:
    """Reserve a source until a moment, or return when it will be free."""
    if moment := await busy_until(connection, name, now):
        return moment
    statement = upsert(source_turns).values(name=name, free_at=iso(until))
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"free_at": iso(until)}))
    return None


async def free(connection: StoreConnection, name: str, taken_until: datetime, free_at: datetime) -> None:
    """End a reservation: the source may be requested from `free_at` on, unless a pause was written meanwhile."""
    condition = (source_turns.c.name == name, source_turns.c.free_at == iso(taken_until))
    await connection.execute(update(source_turns).where(*condition).values(free_at=iso(free_at)))


async def pause(connection: StoreConnection, name: str, until: datetime) -> None:
    """Let nobody request a source before a moment."""
    statement = upsert(source_turns).values(name=name, free_at=iso(until))
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"free_at": iso(until)}))
