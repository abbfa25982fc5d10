"""What every running process notes of itself: that it is alive, which shards it serves, and how it is connected.

Times are kept by the store's clock, or a machine whose own is minutes behind would seem to have stopped.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import structlog

from bot.domain.shards import parse_shards
from bot.services.digests.lease_owner import has_ended, new_owner
from bot.services.ports import Clock
from bot.store import state
from bot.store.clock_offset import clock_offset
from bot.store.database import Database, iso

LATE = timedelta(minutes=5)
_KEY = "last tick"  # the whole key in versions that knew one process only
_NEVER = datetime.min.replace(tzinfo=UTC)
Connection = Literal["starting", "connected", "lost"]
_log = structlog.get_logger()


class Heartbeat(NamedTuple):
    """The last note of a process. `gateway` is the account whose events it receives, with all shards or some."""

    key: str
    at: datetime
    process: str
    connections: dict[str, dict[str, str]]
    gateway: str = ""
    shards: str = ""

    def is_late(self, now: datetime) -> bool:
        """Return whether the process has noted nothing for too long."""
        return now - self.at > LATE

    def may_run(self, now: datetime) -> bool:
        """Return whether the process may still run."""
        return not (has_ended(self.process) or self.is_late(now))

    def meets(self, other: Heartbeat) -> bool:
        """Return whether both receive the same events."""
        mine, others = parse_shards(self.shards), parse_shards(other.shards)
        return bool(self.gateway) and self.gateway == other.gateway and (not mine or not others or mine.overlap(others))


class Heartbeats:
    """The notes of all processes on the store, of which this process writes one."""

    def __init__(self, database: Database, clock: Clock, gateway: str = "", shards: str = "") -> None:
        self._database, self._clock, self._gateway, self._shards = database, clock, gateway, shards
        self._process, self._connections = new_owner(), dict[str, dict[str, str]]()
        self._key, self._warned = f"{_KEY} of {self._process}", set[str]()
        self._is_stopped = False
        self._writing = asyncio.Lock()  # on a server, two connections may end in another order than they began

    async def beat(self, platform: str, connection: Connection) -> None:
        """Note that this process is alive, and a platform's connection; warn of a process that gets the same events."""
        now = self._clock()
        before = self._connections.get(platform, {}).get("state")
        if connection == "starting" and before not in (None, "starting"):
            connection = "lost"  # a new client of a bot that was connected before is a reconnect
        if connection != before:
            self._connections[platform] = {"state": connection, "since": iso(now)}
        async with self._writing:
            if not self._is_stopped:
                self._warn(await self._note(now))

    async def _note(self, now: datetime) -> list[Heartbeat]:
        """Write this process's note; return those of others that get the same events."""
        async with self._database.write(own_rows=True) as database:
            offset, texts = await clock_offset(database), await state.states(database, _KEY)
            others = [note for note in _notes(texts, offset) if note.key != self._key]
            own = Heartbeat(self._key, now, self._process, self._connections, self._gateway, self._shards)
            gone = {each.key for each in others if not each.may_run(now) and _is_replaced(each, own)}
            for key in sorted({*gone, self._key}):  # everywhere in one order, so that no two wait for each other
                if key == self._key:
                    await state.write_state(database, key, _text(_shifted(own, offset)))
                else:
                    await state.remove_state(database, key, texts[key])
        return [each for each in others if each.may_run(now) and each.meets(own)]

    async def stop(self) -> None:
        """Note that this process was stopped on purpose, after what it still notes of its connections, and no more."""
        async with self._writing, self._database.write(own_rows=True) as connection:
            self._is_stopped = True
            await state.remove_state(connection, self._key)

    async def every(self) -> list[Heartbeat]:
        """Return the notes of all processes that were not stopped on purpose."""
        async with self._database.read() as connection:
            return _notes(await state.states(connection, _KEY), await clock_offset(connection))

    async def own(self) -> Heartbeat | None:
        """Return this process's note; None before the first."""
        return next((each for each in await self.every() if each.key == self._key), None)

    @property
    def connections(self) -> dict[str, str]:
        """Return the states of this process's connections by platform, as it knows them without the store."""
        return {platform: each["state"] for platform, each in self._connections.items()}

    async def count_others(self) -> int:
        """Return how many processes run on the store beside this one."""
        now = self._clock()
        return sum(each.key != self._key and each.may_run(now) for each in await self.every())

    def _warn(self, others: list[Heartbeat]) -> None:
        for each in others:
            if each.key not in self._warned:
                self._warned.add(each.key)
                _log.warning("another process answers the same servers; give each its discord.shards or stop one")


def _is_replaced(gone: Heartbeat, by: Heartbeat) -> bool:
    """Return whether a process took the place of one that is gone, so that nobody needs to hear of its end."""
    return gone.key == _KEY or gone.meets(by) or (gone.gateway == by.gateway == "")


def _notes(texts: Mapping[str, str], offset: timedelta) -> list[Heartbeat]:
    """Return stored notes with the times that this machine's clock had."""
    return [_shifted(_read(key, text), -offset) for key, text in texts.items() if text]


def _shifted(note: Heartbeat, by: timedelta) -> Heartbeat:
    """Return a note with times of another clock."""
    if not by or note.at == _NEVER:
        return note
    connections = {
        platform: {**each, "since": iso(datetime.fromisoformat(each["since"]) + by)}
        for platform, each in note.connections.items()
    }
    return note._replace(at=note.at + by, connections=connections)


def _text(note: Heartbeat) -> str:
    return json.dumps({**note._asdict(), "at": iso(note.at)})


def _read(key: str, text: str) -> Heartbeat:
    note = json.loads(text)
    at = datetime.fromisoformat(note["at"]) if "at" in note else _NEVER
    connections = note.get("connections", {})
    return Heartbeat(key, at, note.get("process", ""), connections, note.get("gateway", ""), note.get("shards", ""))
