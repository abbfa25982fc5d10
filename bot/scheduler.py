"""Ticks at start-up and every minute; the database knows what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import time

import structlog

from bot.domain.errors import DayoriError

_MINUTE = 60.0
_log = structlog.get_logger()


class Scheduler:
    """Calls one coroutine function now and then at every full minute, never twice at the same time.

    The pause to the next minute is slept by the monotonic clock, so a wall clock that is set back by an hour delays a
    tick by a minute at most.
    """

    def __init__(self, tick: Callable[[], Awaitable[None]]) -> None:
        self._tick = tick
        self._ticking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Tick now, and then at the start of every minute."""
        self._ticking = asyncio.create_task(self._keep_ticking())

    async def stop(self) -> None:
        """Stop ticking; a running tick is cancelled."""
        if self._ticking:
            self._ticking.cancel()
            await asyncio.wait((self._ticking,))

    async def _keep_ticking(self) -> None:
        while True:
            await self._run()
            await asyncio.sleep(_MINUTE - time() % _MINUTE)

    async def _run(self) -> None:
        try:
            await self._tick()
        except DayoriError as error:
            _log.warning("tick cut short", reason=str(error))
        except Exception as error:
            _log.error("tick failed", exc_info=error)
        except asyncio.CancelledError:
            _log.info("tick cut short by the stop")
            raise
