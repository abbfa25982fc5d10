"""How the running bot is, for those who ask often: from its heartbeat, the outbox and the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.domain.errors import StoreError
from bot.services.heartbeats import LATE, Heartbeats
from bot.services.ports import Clock
from bot.store import candidates, editions
from bot.store.database import Database


class Vitals(NamedTuple):
    """How the running bot is: ages in seconds, None before the first tick; without its database only its `fault`."""

    connections: Mapping[str, str]
    tick_age: float | None
    open_editions: int
    outbox_age: float
    candidates: int
    fault: str | None = None

    @property
    def is_well(self) -> bool:
        """Return whether the database answers, every platform is connected and the ticks go on."""
        is_ticking = self.tick_age is not None and self.tick_age < LATE.total_seconds()
        return (
            self.fault is None
            and is_ticking
            and bool(self.connections)
            and set(self.connections.values()) == {"connected"}
        )


async def vitals(database: Database, clock: Clock, heartbeats: Heartbeats) -> Vitals:
    """Return how this process of the bot is, and what waits in its database."""
    try:
        return await _read(database, clock, heartbeats)
    except StoreError as error:
        return Vitals(heartbeats.connections, None, 0, 0.0, 0, str(error))


async def _read(database: Database, clock: Clock, heartbeats: Heartbeats) -> Vitals:
    now, own = clock(), await heartbeats.own()
    async with database.read() as connection:
        open_editions, since = await editions.outbox(connection)
        waiting = await candidates.count_all(connection)
    return Vitals(
        connections={platform: each["state"] for platform, each in own.connections.items()} if own else {},
        tick_age=(now - own.at).total_seconds() if own else None,
        open_editions=open_editions,
        outbox_age=(now - since).total_seconds() if since else 0.0,
        candidates=waiting,
    )
