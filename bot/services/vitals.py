"""How the running bot is, for those who ask often: from its heartbeat, the outbox and the inbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from bot.services.health import HEARTBEAT_KEY, LATE
from bot.services.ports import Clock
from bot.store import candidates, editions
from bot.store.database import Database
from bot.store.state import read_state


class Vitals(NamedTuple):
    """How the running bot is: ages in seconds, None before the first tick."""

    connections: Mapping[str, str]
    tick_age: float | None
    open_editions: int
    outbox_age: float
    candidates: int

    @property
    def is_well(self) -> bool:
        """Return whether every platform is connected and the ticks go on."""
        is_ticking = self.tick_age is not None and self.tick_age < LATE.total_seconds()
        return is_ticking and bool(self.connections) and set(self.connections.values()) == {"connected"}


async def vitals(database: Database, clock: Clock) -> Vitals:
    """Return how the bot on this database is."""
    now = clock()
    async with database.read() as connection:
        tick = json.loads(await read_state(connection, HEARTBEAT_KEY) or "{}")
        open_editions, since = await editions.outbox(connection)
        waiting = await candidates.count_all(connection)
    return Vitals(
        connections={platform: each["state"] for platform, each in tick.get("connections", {}).items()},
        tick_age=(now - datetime.fromisoformat(tick["at"])).total_seconds() if tick else None,
        open_editions=open_editions,
        outbox_age=(now - since).total_seconds() if since else 0.0,
        candidates=waiting,
    )
