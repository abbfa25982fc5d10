"""The turns at a source with a strict limit, kept in the store for all processes; a process that dies holds none up.

Times there are the store's, since a machine's clock that is minutes off would keep all others waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import StoreError
from bot.services.cancellation import uncancellable
from bot.services.ports import Clock
from bot.sources.rate_limit import ARXIV_INTERVAL
from bot.store import source_turns
from bot.store.clock_offset import clock_offset
from bot.store.database import Database

INTERVAL = timedelta(seconds=ARXIV_INTERVAL)
_LONGEST_TURN = timedelta(seconds=15)  # longer than any request takes
_LOOK_AGAIN = 0.5  # seconds
_log = structlog.get_logger()


class SourceTurns:
    """The turns at arXiv: one request at a time, and one in three seconds, over all processes of a store."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        name: str = "arxiv",
        interval: timedelta = INTERVAL,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database, self._clock, self._sleep = database, clock, sleep
        self._name, self._interval = name, interval
        self._taken_at: datetime | None = None  # by the store's clock

    async def take(self, patience: float) -> float:
        """Wait for the next turn, take it and return 0; else, after some seconds, return how long it may still last.

        A store that cannot be written holds nobody up.
        """
        give_up = self._clock() + timedelta(seconds=patience)
        while True:
            wait = 0.0
            with self._limit_here():
                wait = await self._try()
            if wait <= 0 or self._clock() + timedelta(seconds=min(wait, _LOOK_AGAIN)) > give_up:
                return wait
            if wait > max(patience, _LONGEST_TURN.total_seconds()):  # a pause
                return wait
            await self._sleep(min(wait, _LOOK_AGAIN))

    @uncancellable
    async def end(self) -> None:
        """End the turn that was taken."""
        if self._taken_at is None:
            return
        taken_at, self._taken_at = self._taken_at, None
        free_at = self._clock() + self._interval
        with self._limit_here():
            async with self._database.write() as connection:
                offset = await clock_offset(connection)
                await source_turns.free(connection, self._name, taken_at + _LONGEST_TURN, free_at + offset)

    @uncancellable
    async def pause(self, seconds: float) -> None:
        """Let no process take a turn for some seconds."""
        with self._limit_here():
            async with self._database.write() as connection:
                until = self._clock() + timedelta(seconds=seconds) + await clock_offset(connection)
                await source_turns.pause(connection, self._name, until)

    async def _try(self) -> float:
        async with self._database.write() as connection:
            now = self._clock() + await clock_offset(connection)
            free_at = await source_turns.take(connection, self._name, now, now + _LONGEST_TURN)
            if free_at:
                return (free_at - now).total_seconds()
            self._taken_at = now  # before it is committed, when a cancellation may arrive
        return 0

    @contextmanager
    def _limit_here(self) -> Iterator[None]:
        """Go on after a failure of the store: within this process the limit is kept all the same."""
        try:
            yield
        except StoreError as error:
            _log.warning("the turns at a source are not shared", source=self._name, reason=str(error))
