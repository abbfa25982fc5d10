"""The clock's hand: a tick at start-up and each minute; what is due stands in the database, not here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import time

import structlog

from bot.domain.errors import DayoriError

_MINUTE = 60.0
_log = structlog.get_logger()


class Scheduler:
    """Calls one coroutine function each minute, never twice at once.

    It waits for the next full minute and never longer than one, so that a clock that is set back does not silence it.
    """

    def __init__(self, tick: Callable[[], Awaitable[None]], clock: Callable[[], float] = time) -> None:
        self._tick, self._clock = tick, clock
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Tick once now, and from then on each minute."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Tick no more; a tick that runs is cut short."""
        if self._running:
            self._running.cancel()
            await asyncio.wait((self._running,))

    async def _run(self) -> None:
        while True:
            try:
                await self._tick()
            except DayoriError as error:
                _log.warning("tick cut short", reason=str(error))
            except Exception as error:
                _log.error("tick failed", exc_info=error)
            await asyncio.sleep(_MINUTE - self._clock() % _MINUTE)
