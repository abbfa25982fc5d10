"""Keeps within Discord's global rate limit of a bot, before Discord has to enforce it.

Discord counts a request when it arrives, which is some time between its departure and its answer. A request therefore
counts here from its departure until a second after it has surely arrived: however long requests are held up on a busy
machine or on the way, no second has more of them than allowed.

Answers to interactions do not count towards that limit and do not pass through here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from math import inf
from time import monotonic

from bot.domain.errors import RetryLaterError
from bot.i18n import msg

RATE = 48.0  # requests per second, of the 50 that Discord allows
_LATE = 0.5  # seconds of delay that the next requests may make up for, those at the same time at twice the rate
_BELATED = 0.05  # seconds of a wait that took too long after which those whose turn has come leave together
_LOOK_AGAIN = 1.0  # seconds until this process's share is looked at again
# the shortest of the last requests, when there were many, is what surely passes on the way there and back
_ROUND_TRIPS, _FEW = 1000, 20
_INVALID = frozenset({401, 403, 429})
_MOST_INVALID, _WINDOW = 1000, 600.0  # Discord bans an address after 10,000 such responses in ten minutes


class GlobalRateLimit:
    """Lets requests pass evenly, and never more than may arrive within a second; after many refusals, none."""

    def __init__(self, rate: Callable[[], float] = lambda: RATE) -> None:
        self._rate, self._gate = rate, asyncio.Lock()
        self._next = self._last = 0.0
        self._under_way, self._answered = 0, asyncio.Event()
        self._arrivals: deque[float] = deque()  # the latest moments at which the answered requests arrived
        self._round_trips: deque[float] = deque(maxlen=_ROUND_TRIPS)
        self._refused: deque[float] = deque(maxlen=_MOST_INVALID)
        self._rest_until = 0.0

    @asynccontextmanager
    async def request(self, *, obeys_rest: bool = True) -> AsyncIterator[None]:
        """Wait until a request may be sent, and send it in this block. Raises RetryLaterError during a rest."""
        require = self._require_no_rest if obeys_rest else _permit
        has_queued = self._gate.locked()
        async with self._gate:
            require()
            await self._wait(has_queued)
            require()
            began = monotonic()
            self._under_way += 1
        try:
            yield
        except BaseException:
            self._note_arrival(0.0)
            raise
        self._round_trips.append(monotonic() - began)
        self._note_arrival(min(self._round_trips) if len(self._round_trips) > _FEW else 0.0)

    def rest(self, seconds: float) -> None:
        """Let no request pass for some seconds."""
        self._rest_until = max(self._rest_until, monotonic() + seconds)

    def count_refusal(self, status: int) -> None:
        """Count a refusal that Discord counts as invalid; many of them cause a rest."""
        now = monotonic()
        if status not in _INVALID:
            return
        if len(self._refused) == _MOST_INVALID and now - self._refused[0] < _WINDOW:
            self.rest(_WINDOW - (now - self._refused[0]))
        self._refused.append(now)

    def _require_no_rest(self) -> None:
        if (seconds := self._rest_until - monotonic()) > 0:
            raise RetryLaterError(
                msg("Discord has refused too many requests; the bot pauses until it is safe to go on."),
                seconds,
                is_global=True,
            )

    async def _wait(self, has_queued: bool) -> None:
        """Wait for the next turn and for room among the requests of the last second.

        After half a second without requests those that come one after another, as at a login, do not wait for turns:
        that would take 40 ms of a start.
        After a wait that took longer than it should, as on a busy machine, those in the queue whose turn has come
        meanwhile leave together: if each waited for a turn of its own, each would lose as much again.
        """
        interval, start = 1 / self._rate(), monotonic()
        turn = max(self._next, self._last + interval / 2) if self._under_way else self._next
        if turn > start:
            await asyncio.sleep(turn - start)
        while (wait := self._seconds_until_room()) > 0:
            self._answered.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(wait, _LOOK_AGAIN)):
                    await self._answered.wait()
        now = monotonic()
        self._last = max(turn, now - _BELATED if has_queued else start)
        self._next = max(self._next, now - _LATE) + interval

    def _seconds_until_room(self) -> float:
        """Return after how many seconds one more may arrive; infinitely many if that takes another answer."""
        rate, now = self._rate(), monotonic()
        most = max(1, int(rate))
        window = most / rate
        while self._arrivals and self._arrivals[0] <= now - window:
            self._arrivals.popleft()
        too_many = self._under_way + len(self._arrivals) + 1 - most
        if too_many <= 0:
            return 0.0
        return self._arrivals[too_many - 1] + window - now if too_many <= len(self._arrivals) else inf

    def _note_arrival(self, earlier: float) -> None:
        """Note that a request is not under way any more, and arrived at least so many seconds ago."""
        self._under_way -= 1
        self._arrivals.append(monotonic() - earlier)
        self._answered.set()


def _permit() -> None:
    """Let a request pass during a rest."""
