"""The served bot of the soak: the real runner with real clients, on a simulated clock, that tells of its resources."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import bot.scheduler
from bot import runner
from bot.allocator import share_one_arena
from bot.app import open_app, platforms_of
from bot.config import Config
from bot.logs import configure_logs
from trials.feed_process import CONTEXT

_NAME = "tick"


class Resources(NamedTuple):
    """What the process holds.

    `memory` is resident, in MiB, and `settled` what is left of it when the allocator gives back what it keeps for
    later; blocks and objects are Python's.
    """

    memory: float
    settled: float
    blocks: int
    objects: int
    files: int
    threads: int
    tasks: int


class Bot:
    """The bot's process."""

    def __init__(self, settings: dict[str, Any], now: Synchronized[float], log: Path) -> None:
        self._pipe, far = Pipe()
        self._process: ForkServerProcess = CONTEXT.Process(target=_run, args=(settings, now, far, log))
        self._process.start()
        far.close()

    async def tick(self) -> None:
        """Let it tick now."""
        await self._ask("tick")

    async def resources(self) -> Resources:
        """Return what it holds, after a collection of garbage."""
        answer: Resources = await self._ask("resources")
        return answer

    async def stop(self) -> int | None:
        """End it with SIGTERM, if it lives; return how it ended."""
        if self._process.is_alive():
            self._process.terminate()
        await asyncio.to_thread(self._process.join)
        return self._process.exitcode

    async def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return await asyncio.to_thread(self._pipe.recv)


class _Scheduler(bot.scheduler.Scheduler):
    """The real scheduler, whose minutes also begin when the trial says so."""

    started: ClassVar[list[_Scheduler]] = []

    def start(self) -> None:
        super().start()
        self.started.append(self)

    async def stop(self) -> None:
        self.started.remove(self)
        await super().stop()

    def tick(self) -> None:
        """Tick now."""
        self._scheduler.modify_job(_NAME, next_run_time=datetime.now(UTC))


def _run(settings: dict[str, Any], now: Synchronized[float], pipe: Connection, log: Path) -> None:
    with log.open("w", encoding="utf-8") as file:
        sys.stderr = file
        configure_logs(())
        share_one_arena()
        bot.scheduler.Scheduler = _Scheduler  # type: ignore[misc]
        asyncio.run(_serve(settings, now, pipe))


async def _serve(settings: dict[str, Any], now: Synchronized[float], pipe: Connection) -> None:
    config = Config.model_validate(settings)
    async with open_app(config, clock=lambda: datetime.fromtimestamp(now.value, UTC)) as app, _obeying(pipe):
        await runner.run(app, platforms_of(app))


@asynccontextmanager
async def _obeying(pipe: Connection) -> AsyncIterator[None]:
    acts: dict[str, Callable[[], object]] = {"tick": _tick, "resources": _resources}
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), lambda: pipe.send(acts[pipe.recv()]()))
    try:
        yield
    finally:
        loop.remove_reader(pipe.fileno())


def _tick() -> None:
    for scheduler in _Scheduler.started:
        scheduler.tick()


def _resources() -> Resources:
    gc.collect()
    memory = _resident()
    ctypes.CDLL(None).malloc_trim(0)
    return Resources(
        memory=memory,
        settled=_resident(),
        blocks=sys.getallocatedblocks(),
        objects=len(gc.get_objects()) + gc.get_freeze_count(),
        files=len(os.listdir("/proc/self/fd")),
        threads=threading.active_count(),
        tasks=len(asyncio.all_tasks()),
    )


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
