"""One trial: an edition to five channels through one fault or one kill, started again until all is said to be there."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.doubles.discord import Channel, DiscordServer
from trials import stage, victim

_POSTS = r"/channels/\d+/messages$"
_RUN, _MESSAGES = 1.5, 15  # seconds and messages that an undisturbed run takes about
_LOCK = 10.6  # seconds; a writer gives up after ten
_LATER = 120.0  # seconds; so much later the bot is started again, by its own clock

FAULTS: dict[str, dict[str, Any]] = {
    "dropped before it is applied": {"drop": True},
    "dropped after it is applied": {"drop": True, "applied": True},
    "429 for the channel": {"rate_limit": "user"},
    "429 for everything": {"rate_limit": "global"},
    **{f"answer {status}": {"status": status} for status in (500, 502, 503, 504)},
    **{f"answer {status}, yet applied": {"status": status, "applied": True} for status in (500, 502, 503, 504)},
}  # fmt: skip
WRONG = ("lost", "twice", "out of order", "never finished", "not ended with 0")
KILLS = ("killed at any moment", "killed as it is written", "killed as it is claimed", "killed at a request")
KINDS = (*FAULTS, "gateway gone", "disk full", "database locked")


@dataclass(slots=True)
class Trial:
    """What became of a run."""

    kind: str
    outcome: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)


class Storm:
    """The scene of one run and what happens on it."""

    def __init__(self, server: DiscordServer, channels: list[Channel], store: Path, dice: random.Random) -> None:
        self.server, self.channels, self.store, self.dice = server, channels, store, dice
        self.steps: Counter[str] = Counter()
        self.outcome: Counter[str] = Counter()

    def poster(self, **how: Any) -> ForkServerProcess:
        """Start a poster on this store."""
        return victim.poster(self.store, self.server.api_url, self.server.token, **how)

    async def kill(self, process: ForkServerProcess, when: Callable[[], object], and_then: float = 0.0) -> None:
        """Kill the process so many seconds after something holds, unless it has ended before."""
        while process.is_alive() and not when():  # noqa: ASYNC110 a process and a file tell nobody of their changes
            await asyncio.sleep(0.001)
        await asyncio.sleep(and_then)
        self.outcome["killed"] += process.is_alive()
        process.kill()
        await ended(process)
        self.steps += stage.steps(self.store, self.server, self.channels)

    async def kill_at_a_request(self, process: ForkServerProcess) -> None:
        """Kill it around one of its requests, which is slow to be applied or slow to be answered."""
        nth = self.dice.randint(1, _MESSAGES)
        delay = self.dice.choice((0.0, 0.05))
        slow = self.server.fault("POST", _POSTS, nth=nth, delay=delay, applied=self.dice.random() < 0.5)
        await self.kill(process, lambda: slow.hits, self.dice.uniform(0, 0.04))

    async def lose_the_gateway(self) -> None:
        """Let the whole bot run, take the gateway from it or break what it reads there, and stop it with SIGTERM."""
        process = victim.bot(self.store, self.server.api_url, self.server.token)
        gateway = self.server.gateway
        with suppress(TimeoutError):
            await self.server.connected(timeout=20)
            await asyncio.sleep(self.dice.uniform(0, 0.4))
            self.dice.choice((gateway.drop, gateway.malformed))()
            async with asyncio.timeout(30):
                while not stage.is_delivered(self.store):  # noqa: ASYNC110 a file tells nobody of its changes
                    await asyncio.sleep(0.05)
        assert process.pid
        os.kill(process.pid, signal.SIGTERM)
        await ended(process)
        self.outcome["not ended with 0"] += process.exitcode != 0

    async def lock(self) -> None:
        """Hold the database while the poster writes, sometimes for longer than a writer waits."""
        process = self.poster()
        await asyncio.sleep(self.dice.uniform(0.02, _RUN))
        await asyncio.to_thread(_hold, self.store, _LOCK if self.dice.random() < 0.2 else 0.3)
        await ended(process)

    async def until_delivered(self, *, forgets: bool) -> None:
        """Start the bot again and again, each time two minutes later; where Discord `forgets`, without its nonces."""
        for n in range(1, 6):
            if stage.is_delivered(self.store):
                return
            self.outcome["started again"] += 1
            if forgets:
                await asyncio.sleep(0.06)  # what was on its way has come
                self.server.forget_nonces()
            await ended(self.poster(ahead=_LATER * n))
        self.outcome["never finished"] += not stage.is_delivered(self.store)


async def run(kind: str, template: Path, dice: random.Random) -> Trial:
    """Let an edition go through one trouble of that kind, and count what arrived."""
    with TemporaryDirectory() as folder:
        async with DiscordServer(channel_rate=None, global_rate=None) as server:
            storm = Storm(server, stage.channels_on(server), stage.copied(template, Path(folder)), dice)
            await _trouble(kind, storm)
            await storm.until_delivered(forgets=dice.random() < 0.5)
            outcome = storm.outcome + stage.counted(storm.channels)
    return Trial(kind, outcome, storm.steps)


async def crowd(size: int, template: Path, dice: random.Random) -> Trial:
    """Let several processes at once deliver the editions of one store; in every second run one of them is killed."""
    with TemporaryDirectory() as folder:
        async with DiscordServer(channel_rate=None, global_rate=None) as server:
            storm = Storm(server, stage.channels_on(server), stage.copied(template, Path(folder)), dice)
            processes = [storm.poster() for _ in range(size)]
            if dice.random() < 0.5:
                await storm.kill(processes[0], lambda: True, dice.uniform(0, _RUN))
            await asyncio.gather(*map(ended, processes))
            await storm.until_delivered(forgets=False)
            outcome = storm.outcome + stage.counted(storm.channels)
    return Trial(f"{size} processes on one store", outcome)


async def _trouble(kind: str, storm: Storm) -> None:
    match kind:
        case "killed at any moment":
            await storm.kill(storm.poster(), lambda: True, storm.dice.uniform(0, _RUN))
        case "killed as it is written":
            await storm.kill(storm.poster(), lambda: stage.is_written(storm.store))
        case "killed as it is claimed":
            await storm.kill(storm.poster(), lambda: stage.is_claimed(storm.store), storm.dice.uniform(0, 0.02))
        case "killed at a request":
            await storm.kill_at_a_request(storm.poster())
        case "gateway gone":
            await storm.lose_the_gateway()
        case "disk full":
            await ended(storm.poster(room=storm.store.stat().st_size + storm.dice.randrange(200_000)))
        case "database locked":
            await storm.lock()
        case _:
            await _answer_badly(kind, storm)


async def _answer_badly(kind: str, storm: Storm) -> None:
    nth, times = storm.dice.randint(1, _MESSAGES), storm.dice.randint(1, 2)
    fault = storm.server.fault("POST", _POSTS, nth=nth, times=times, **FAULTS[kind])
    process = storm.poster()
    if storm.dice.random() < 0.3:
        await storm.kill(process, lambda: fault.hits, storm.dice.uniform(0, 0.5))
    await ended(process)
    storm.outcome["faults that hit"] += fault.hits


async def ended(process: ForkServerProcess) -> None:
    """Wait until a process has ended."""
    await asyncio.to_thread(wait, [process.sentinel])
    process.join()  # in this thread, where starting another reads exit codes too: each can be read once, then it is 255


def _hold(store: Path, seconds: float) -> None:
    """Keep every other writer of the store waiting for so long."""
    with closing(sqlite3.connect(store, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
