"""Keeps within Discord's global rate limit of a bot, before Discord has to enforce it.

Answers to interactions do not count towards that limit and do not pass through here. Where several processes share a
token, the one that delivers has most of the limit, and the others share the rest for what people ask of them: an
edition now, a message to a proposer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from bot.domain.errors import RetryLaterError
from bot.i18n import msg
from bot.services.job_leases import JobLeases

_RATE, _OTHERS_RATE = 46.0, 3.0  # requests per second; Discord allows 50, and requests can bunch up on the way
_APART = 1 / 48  # seconds between two requests that leave, however long each was held up since it might be sent
_LATE = 0.01  # seconds of delay that the next requests may make up for
_INVALID = frozenset({401, 403, 429})
_MOST_INVALID, _WINDOW = 1000, 600.0  # Discord bans an address after 10,000 such responses in ten minutes


def share(leases: JobLeases, delivery_job: str) -> float:
    """Return how many requests per second this process may make."""
    return _RATE if leases.holds(delivery_job) else _OTHERS_RATE / max(1, leases.others)


class GlobalRateLimit:
    """Lets requests pass one after another; after too many refusals, none for a while."""

    def __init__(self, rate: Callable[[], float] = lambda: _RATE) -> None:
        self._rate, self._gate = rate, asyncio.Lock()
        self._next = self._next_departure = 0.0
        self._refused: deque[float] = deque(maxlen=_MOST_INVALID)
        self._rest_until = 0.0

    async def wait(self) -> None:
        """Wait until a request may be sent. Raises RetryLaterError while none may."""
        async with self._gate:
            if (seconds := self._rest_until - monotonic()) > 0:
                raise RetryLaterError(
                    msg("Discord has refused too many requests; the bot pauses until it is safe to go on."),
                    seconds,
                    is_global=True,
                )
            if (wait := self._next - monotonic()) > 0:
                await asyncio.sleep(wait)
            self._next = max(self._next, monotonic() - _LATE) + 1 / self._rate()

    async def leave(self) -> None:
        """Wait right before the bytes leave: requests that were held up by a busy machine would leave all at once."""
        now = monotonic()
        self._next_departure = max(self._next_departure, now) + _APART
        if (wait := self._next_departure - _APART - now) > 0:
            await asyncio.sleep(wait)

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
