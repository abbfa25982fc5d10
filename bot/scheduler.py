"""The clock's hand: a tick at start-up and each minute; what is due stands in the database, not here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.domain.errors import DayoriError

_log = structlog.get_logger()


class Scheduler:
    """Calls one coroutine function each minute, never twice at once."""

    def __init__(self, tick: Callable[[], Awaitable[None]]) -> None:
        self._tick = tick
        self._running: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        every_minute = CronTrigger(second=0, timezone=UTC)
        self._scheduler.add_job(self._begin, every_minute, misfire_grace_time=None, coalesce=True)

    async def start(self) -> None:
        """Tick once now, and from then on each minute."""
        await self._begin()
        self._scheduler.start()

    async def stop(self) -> None:
        """Tick no more, and let a tick that runs come to its end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._running and not self._running.done():
            await self._running

    async def _begin(self) -> None:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._guarded())

    async def _guarded(self) -> None:
        try:
            await self._tick()
        except DayoriError as error:
            _log.warning("tick cut short", reason=str(error))
        except Exception as error:
            _log.error("tick failed", exc_info=error)
