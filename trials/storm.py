"""One trial: a store, a platform, the posters between them, and the counting of failures."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from trials import outbox
from trials.outbox import STEPS, WANTED, EditionProgress
from trials.stage import Hits, Platform, Stage

_LATER = 1900.0  # seconds until the bot is started again, by its own clock: longer than the longest pause
_TAKEN_OVER = 120.0  # seconds; by then a lease has expired
_ASLEEP = 6.0  # seconds; longer than a fence's answer counts
WRONG = ("lost", "twice", "out of order", "never finished", "not ended with 0", "paused wrongly")
_STEP_OF = {"unsent": 3, "on its way": 4, "refused": 5, "applied": 6, "answered": 7}


@dataclass(slots=True)
class Trial:
    """The result of a run."""

    kind: str
    outcome: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)


class Storm:
    """One run and its events; the posters' clock is `ahead` by some seconds."""

    def __init__(self, platform: Platform, stage: Stage, store: Path, dice: random.Random) -> None:
        self.platform, self.stage, self.store, self.dice = platform, stage, store, dice
        self.steps: Counter[str] = Counter()
        self.outcome: Counter[str] = Counter()
        self.forgets = dice.random() < 0.5
        self.ahead = 0.0

    def poster(self, *, ahead: float | None = None, room: int | None = None) -> ForkServerProcess:
        """Start a poster on this store."""
        return self.stage.poster(self.store, ahead=self.ahead if ahead is None else ahead, room=room)

    async def kill(self, process: ForkServerProcess, when: Callable[[], object], and_then: float = 0.0) -> None:
        """Kill the process some seconds after a condition holds, unless it has ended."""
        await reached(process, when, and_then)
        self.outcome["killed"] += process.is_alive()
        process.kill()
        await ended(process)
        progress = outbox.progress(self.store)
        self.steps += Counter(self._step(channel, progress.get(channel)) for channel in self.platform.channels)

    def _step(self, channel: str, edition: EditionProgress | None) -> str:
        """Return the outbox step of a channel's edition, right after its process was killed."""
        if edition is None or edition.done:
            return STEPS[0] if edition is None else STEPS[8]
        if edition.sending is None:
            return STEPS[2] if edition.leased else STEPS[1]
        return STEPS[_STEP_OF[self.stage.arrival(channel, edition.sending)]]

    async def kill_at_a_request(self) -> None:
        """Kill a poster around one of its requests, which takes effect or is answered slowly."""
        slow = self.slow_request()
        await self.kill(self.poster(), lambda: slow.hits, self.dice.uniform(0, 0.04))

    def any_request(self) -> int:
        """Return the number of one of a run's posts."""
        return self.dice.randint(1, self.platform.messages)

    def any_moment(self) -> float:
        """Return a number of seconds that a run takes at most."""
        return self.dice.uniform(0, self.platform.run)

    def slow_request(self) -> Hits:
        """Make one of the requests that post slow to take effect or to be answered."""
        delay = self.dice.choice((0.0, 0.05))
        return self.stage.fault(nth=self.any_request(), delay=delay, applied=self.dice.random() < 0.5)

    async def put_to_sleep(self, process: ForkServerProcess, when: Callable[[], object], and_then: float) -> None:
        """Suspend the process some seconds after a condition holds, let others take over, and resume it."""
        await reached(process, when, and_then)
        self.outcome["stopped"] += process.is_alive()
        self.signal(process, signal.SIGSTOP)
        while process.is_alive() and outbox.is_locked(self.store):  # nobody could take over while it holds the lock
            self.signal(process, signal.SIGCONT)
            await asyncio.sleep(self.dice.uniform(0, 0.01))
            self.signal(process, signal.SIGSTOP)
        began = time.monotonic()
        await ended(self.poster(ahead=self.ahead + _TAKEN_OVER))
        if outbox.is_delivered(self.store):  # otherwise the platform has not forgotten anything yet
            self.outcome["taken over"] += 1
            await self.forget()
        self.stage.talk(self.dice.randint(0, 300))
        await asyncio.sleep(began + _ASLEEP - time.monotonic())
        self.signal(process, signal.SIGCONT)
        await ended(process)

    def signal(self, process: ForkServerProcess, number: signal.Signals) -> None:
        """Send a signal to the process, if it still exists."""
        if process.is_alive():
            assert process.pid
            os.kill(process.pid, number)

    async def forget(self) -> None:
        """Let the platform forget what it keeps for a short time."""
        await asyncio.sleep(0.06)  # requests in flight have arrived
        self.stage.forget()

    async def start_again(self) -> None:
        """Restart the bot, later by its own clock, and in half of the runs after the platform's memory has ended."""
        self.outcome["started again"] += 1
        if self.forgets:
            await self.forget()
        self.ahead += _LATER
        await ended(self.poster())

    async def until_delivered(self) -> None:
        """Restart the bot repeatedly, and count bad exits."""
        for _ in range(6):
            if not outbox.is_delivered(self.store):
                await self.start_again()
        self.outcome["never finished"] += not outbox.is_delivered(self.store)
        self.outcome["paused wrongly"] += outbox.paused(self.store)

    def result(self, kind: str) -> Trial:
        """Return the result with the papers that are missing or there twice, and the channels in the wrong order."""
        outcome = self.outcome.copy()
        for arrived in self.stage.arrived():
            outcome["lost"] += len(set(WANTED) - set(arrived))
            outcome["twice"] += len(arrived) - len(set(arrived))
            outcome["out of order"] += arrived != sorted(arrived)
        return Trial(kind, outcome, self.steps)


async def reached(process: ForkServerProcess, when: Callable[[], object], and_then: float) -> None:
    """Wait until a condition holds or the process has ended, and then a little longer."""
    while process.is_alive() and not when():  # noqa: ASYNC110 neither a process nor a file signals its changes
        await asyncio.sleep(0.001)
    await asyncio.sleep(and_then)


async def ended(process: ForkServerProcess) -> None:
    """Wait until a process has ended."""
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, end.set)
    try:
        await end.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()
