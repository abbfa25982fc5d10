"""Notices within seconds that something in the store changed, whichever platform or process changed it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.domain.errors import DayoriError, LostStoreError

_EVERY = 2.0  # seconds; a look takes 0.4 ms of a processor
_log = structlog.get_logger()


class ChangeWatch:
    """Calls `follow` when the newest number has changed; one that is slow delays only itself.

    It looks every few seconds, or sooner when `wait` hears that something was written.
    """

    def __init__(
        self,
        newest: Callable[[], Awaitable[int]],
        follow: Callable[[], Awaitable[None]],
        every: float = _EVERY,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._newest, self._follow, self._every, self._wait = newest, follow, every, wait
        self._watching: asyncio.Task[None] | None = None
        self._is_asked = False

    def start(self) -> None:
        """Begin to watch."""
        self._watching = asyncio.create_task(self._watch())

    def follow_soon(self) -> None:
        """Call `follow` at the next look, whether anything has changed or not."""
        self._is_asked = True

    async def stop(self) -> None:
        """Stop watching; a call that is running is cancelled."""
        if self._watching:
            self._watching.cancel()
            await asyncio.wait((self._watching,))

    async def _watch(self) -> None:
        followed: int | None = None
        while True:
            try:
                newest = await self._newest()
                if self._is_asked or followed not in (None, newest):
                    await self._follow()
                    self._is_asked = False
                followed = newest
            except LostStoreError:
                pass  # the store tells the log of that once
            except DayoriError as error:
                _log.warning("a change is not followed yet", reason=str(error))
            except Exception as error:
                _log.error("a change is not followed", exc_info=error)
            await self._wait(self._every)
