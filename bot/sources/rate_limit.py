"""Rate limits of sources: some get requests slowly, and one that asked for a pause gets none."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from aiolimiter import AsyncLimiter

from bot.domain.errors import SourceBusyError
from bot.i18n import msg
from bot.sources.network import is_named

ARXIV_INTERVAL = 3.0  # seconds between two requests, which arXiv's terms ask for

_USUAL_PAUSE, _LONGEST_PAUSE = 30.0, 3600.0
_PATIENCE = 9.0  # seconds in which the other processes' requests should be done
_SLOW = "slow"
OnRateLimit = Callable[[str], None]
"""Called with who answered 429: a source by its name, `web` or `feeds`."""


class SharedTurns(Protocol):
    """The turns at the slow hosts, which all processes share."""

    async def take(self, patience: float) -> float:
        """Wait for the next turn, take it and return 0; else, after some seconds, return how long it may still last."""

    async def end(self) -> None:
        """End the turn that was taken."""

    async def pause(self, seconds: float) -> None:
        """Let no process take a turn for some seconds."""


class RateLimits:
    """Knows when each place may be requested; all slow hosts together get one request per interval, one at a time."""

    def __init__(
        self,
        slow_hosts: Collection[str],
        interval: float,
        turns: SharedTurns | None = None,
        on_rate_limit: OnRateLimit | None = None,
    ) -> None:
        self._slow_hosts, self._turns, self._on_rate_limit = slow_hosts, turns, on_rate_limit
        self._one = asyncio.Lock()
        self._rate = AsyncLimiter(1, interval)
        self._until: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, place: str, name: str) -> AsyncIterator[None]:
        """Wait for the place's turn and hold it. Raises SourceBusyError while the place wants a pause."""
        key = self._key(place)
        self._check(key, name)
        if key != _SLOW:
            yield
            return
        async with self._one:
            self._check(key, name)  # the request before this one may have been told to pause
            async with self._shared_turn(name):
                await self._rate.acquire()
                yield

    async def back_off(self, place: str, name: str, retry_after: str | None, by: str) -> SourceBusyError:
        """Record that a place answered 429, and return the error for it; `by` is the kind of place."""
        if self._on_rate_limit:
            self._on_rate_limit(by)
        now = asyncio.get_running_loop().time()
        self._until = {key: until for key, until in self._until.items() if until > now}
        seconds = seconds_of(retry_after)
        self._until[key := self._key(place)] = now + seconds
        if self._turns and key == _SLOW:
            await self._turns.pause(seconds)
        return busy(name, seconds)

    @asynccontextmanager
    async def _shared_turn(self, name: str) -> AsyncIterator[None]:
        if self._turns is None:
            yield
            return
        try:  # a cancellation may arrive when the turn is just taken
            if (seconds := await self._turns.take(_PATIENCE)) > 0:
                raise busy(name, seconds)
            yield
        finally:
            await self._turns.end()

    def _check(self, key: str, name: str) -> None:
        if (seconds := self._until.get(key, 0) - asyncio.get_running_loop().time()) > 0:
            raise busy(name, seconds)

    def _key(self, place: str) -> str:
        host = place.rpartition(":")[0]
        slow = is_named(place, self._slow_hosts) or any(host.endswith("." + name) for name in self._slow_hosts)
        return _SLOW if slow else place


def seconds_of(retry_after: str | None) -> float:
    """Return the seconds of a Retry-After header (a number or a date), 30 if there is no valid value."""
    text = (retry_after or "").strip()
    seconds = math.nan
    with contextlib.suppress(ValueError, OverflowError):
        seconds = float(text) if text[:1].isdigit() else _seconds_until(text)
    return min(max(seconds, 1.0), _LONGEST_PAUSE) if not math.isnan(seconds) else _USUAL_PAUSE


def _seconds_until(date: str) -> float:
    moment = parsedate_to_datetime(date)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()


def busy(name: str, seconds: float) -> SourceBusyError:
    """Return the error for a source that wants no requests for some seconds."""
    pause = math.ceil(seconds)
    return SourceBusyError(
        msg(
            "{source} limits how often it is asked; it can be asked again in {seconds} seconds.",
            source=name,
            seconds=pause,
        ),
        pause,
    )
