"""Ticks at start-up and every minute; the database knows what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import monotonic, time

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.domain.errors import DayoriError, LostStoreError

_TICK = "tick"
_SET_BACK = 2.0  # seconds; smaller steps back are ordinary clock corrections
_log = structlog.get_logger()


class Scheduler:
    """Calls one coroutine function every minute, never twice at the same time.

    APScheduler computes the next run from the wall clock, so a clock set back by an hour would silence it for an hour.
    Every `watch_every` seconds the wall clock is therefore compared with the monotonic one; after a step back a tick
    runs at once.
    """

    def __init__(self, tick: Callable[[], Awaitable[None]], *, watch_every: float = 20.0) -> None:
        self._tick, self._watch_every = tick, watch_every
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._running: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._again = False  # a tick was asked for while one ran

    def start(self) -> None:
        """Tick now, and then at the start of every minute."""
        every_minute = CronTrigger(second=0, timezone=UTC)
        self._scheduler.add_job(
            self._run,
            every_minute,
            id=_TICK,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch())

    def tick_now(self) -> None:
        """Tick now, besides the start of every minute; a running tick is followed by another."""
        self._again = self._running is not None and not self._running.done()
        if self._scheduler.running and not self._again:
            self._scheduler.modify_job(_TICK, next_run_time=datetime.now(UTC))

    async def stop(self) -> None:
        """Stop ticking; a running tick is cancelled."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        tasks = [task for task in (self._watching, self._running) if task and not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self) -> None:
        self._running = asyncio.current_task()
        try:
            await self._tick()
        except LostStoreError:
            pass  # the store tells the log of that once
        except DayoriError as error:
            _log.warning("tick cut short", reason=str(error))
        except Exception as error:
            _log.error("tick failed", exc_info=error)
        except asyncio.CancelledError:  # the stop; the next start does the rest, and APScheduler would log an error
            return
        if self._again:
            self._again = False
            await self._run()

    async def _watch(self) -> None:
        ahead = time() - monotonic()
        while True:
            await asyncio.sleep(self._watch_every)
            before, ahead = ahead, time() - monotonic()
            if ahead < before - _SET_BACK:
                _log.warning("the clock was set back", seconds=round(before - ahead))
                self.tick_now()
