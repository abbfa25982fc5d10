"""The servers that the bot is in, and which of them it serves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Row, delete, select

from bot.domain.server import Server, ServerState
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.schema import servers


async def get(connection: StoreConnection, id: str) -> Server | None:
    """Return a server, or None if it is unknown."""
    row = (await connection.execute(select(servers).where(servers.c.id == id))).first()
    return _read(row) if row else None


async def every(connection: StoreConnection) -> list[Server]:
    """Return all known servers, the oldest decision first."""
    return [_read(row) for row in await connection.execute(select(servers).order_by(servers.c.since, servers.c.id))]


async def allowed(connection: StoreConnection) -> frozenset[str]:
    """Return the ids of the allowed servers."""
    return frozenset(await connection.scalars(select(servers.c.id).where(servers.c.state == "allowed")))


async def put(connection: StoreConnection, id: str, name: str, state: ServerState, now: datetime) -> None:
    """Save a server's state; a known server keeps its name if the new one is empty."""
    new = upsert(servers).values(id=id, name=name, state=state, since=iso(now))
    changes = {"state": state, "since": iso(now), **({"name": name} if name else {})}
    await connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=changes))


async def rename(connection: StoreConnection, id: str, name: str) -> None:
    """Save a server's new name."""
    await connection.execute(servers.update().where(servers.c.id == id).values(name=name))


async def drop_waiting(connection: StoreConnection, ids: Collection[str]) -> None:
    """Delete servers on which nobody has decided."""
    await connection.execute(delete(servers).where(servers.c.id.in_(ids), servers.c.state == "waiting"))


def _read(row: Row[tuple[str, str, ServerState, str]]) -> Server:
    return Server(row.id, row.name, row.state, datetime.fromisoformat(row.since))
