"""One trial: a store, a Discord, the posters on it, and the counting of failures."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.doubles.discord import Channel, DiscordServer, Fault
from trials import stage, victim

POSTS = r"/channels/\d+/messages$"
RUN, MESSAGES = 1.5, 15  # seconds and messages of an undisturbed run, approximately
_LATER = 1900.0  # seconds until the bot is started again, by its own clock: longer than the longest pause
_TAKEN_OVER = 120.0  # seconds; by then a lease has expired
_ASLEEP = 6.0  # seconds; longer than a fence's answer counts
WRONG = ("lost", "twice", "out of order", "never finished", "not ended with 0", "paused wrongly")


@dataclass(slots=True)
class Trial:
    """The result of a run."""

    kind: str
    outcome: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)


class Storm:
    """One run and its events; the posters' clock is `ahead` by some seconds."""

    def __init__(self, server: DiscordServer, channels: list[Channel], store: Path, dice: random.Random) -> None:
        self.server, self.channels, self.store, self.dice = server, channels, store, dice
        self.steps: Counter[str] = Counter()
        self.outcome: Counter[str] = Counter()
        self.forgets = dice.random() < 0.5
        self.ahead = 0.0

    def poster(self, **how: Any) -> ForkServerProcess:
        """Start a poster on this store."""
        return victim.poster(self.store, self.server.api_url, self.server.token, **{"ahead": self.ahead} | how)

    async def kill(self, process: ForkServerProcess, when: Callable[[], object], and_then: float = 0.0) -> None:
        """Kill the process some seconds after a condition holds, unless it has ended."""
        await reached(process, when, and_then)
        self.outcome["killed"] += process.is_alive()
        process.kill()
        await ended(process)
        self.steps += stage.steps(self.store, self.server, self.channels)

    async def kill_at_a_request(self) -> None:
        """Kill a poster around one of its requests, which takes effect or is answered slowly."""
        slow = self.slow_request()
        await self.kill(self.poster(), lambda: slow.hits, self.dice.uniform(0, 0.04))

    def slow_request(self) -> Fault:
        """Make one of the requests that post slow to take effect or to be answered."""
        nth, delay = self.dice.randint(1, MESSAGES), self.dice.choice((0.0, 0.05))
        return self.server.fault("POST", POSTS, nth=nth, delay=delay, applied=self.dice.random() < 0.5)

    async def put_to_sleep(self, process: ForkServerProcess, when: Callable[[], object], and_then: float) -> None:
        """Suspend the process some seconds after a condition holds, let others take over, and resume it."""
        await reached(process, when, and_then)
        self.outcome["stopped"] += process.is_alive()
        self.signal(process, signal.SIGSTOP)
        while process.is_alive() and stage.is_locked(self.store):  # nobody could take over while it holds the lock
            self.signal(process, signal.SIGCONT)
            await asyncio.sleep(self.dice.uniform(0, 0.01))
            self.signal(process, signal.SIGSTOP)
        began = time.monotonic()
        await ended(self.poster(ahead=self.ahead + _TAKEN_OVER))
        if stage.is_delivered(self.store):  # otherwise Discord has not forgotten anything yet
            self.outcome["taken over"] += 1
            await self.forget()
        self.talk(self.dice.randint(0, 300))
        await asyncio.sleep(began + _ASLEEP - time.monotonic())
        self.signal(process, signal.SIGCONT)
        await ended(process)

    def signal(self, process: ForkServerProcess, number: signal.Signals) -> None:
        """Send a signal to the process, if it still exists."""
        if process.is_alive():
            assert process.pid
            os.kill(process.pid, number)

    def talk(self, times: int) -> None:
        """Let people write that many messages into every channel."""
        for channel in self.channels:
            for n in range(times):
                channel.say(self.server.world.owner, str(n))

    async def forget(self) -> None:
        """Let Discord forget its nonces."""
        await asyncio.sleep(0.06)  # requests in flight have arrived
        self.server.forget_nonces()

    async def start_again(self) -> None:
        """Restart the bot, later by its own clock, and by default without Discord's nonces."""
        self.outcome["started again"] += 1
        if self.forgets:
            await self.forget()
        self.ahead += _LATER
        await ended(self.poster())

    async def until_delivered(self) -> None:
        """Restart the bot repeatedly, and count bad exits."""
        for _ in range(6):
            if not stage.is_delivered(self.store):
                await self.start_again()
        self.outcome["never finished"] += not stage.is_delivered(self.store)
        self.outcome["paused wrongly"] += stage.paused(self.store)


async def reached(process: ForkServerProcess, when: Callable[[], object], and_then: float) -> None:
    """Wait until a condition holds or the process has ended, and then a little longer."""
    while process.is_alive() and not when():  # noqa: ASYNC110 neither a process nor a file signals its changes
        await asyncio.sleep(0.001)
    await asyncio.sleep(and_then)


async def ended(process: ForkServerProcess) -> None:
    """Wait until a process has ended."""
    await asyncio.to_thread(wait, [process.sentinel])
    process.join()  # in this thread: starting another process also reads exit codes, each of which can be read once
