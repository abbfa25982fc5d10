"""Keeping within what Discord allows one bot, before Discord has to say so.

Interaction answers stand outside of the limit over everything, and so outside of this.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic

from bot.domain.errors import RetryLaterError
from bot.i18n import msg

_RATE = 46.0  # requests a second; Discord allows 50, and on the way some catch up with those before them
_LATE = 0.01  # seconds that a request which left late may give back to the next ones
_INVALID = frozenset({401, 403, 429})
_MOST_INVALID, _WINDOW = 1000, 600.0  # Discord shuts an address out at 10,000 of those in ten minutes


class GlobalRateLimit:
    """Lets one request after the other go; after too many refusals, none for a while."""

    def __init__(self) -> None:
        self._gate = asyncio.Lock()
        self._next = 0.0
        self._refused: deque[float] = deque(maxlen=_MOST_INVALID)
        self._rest_until = 0.0

    async def wait(self) -> None:
        """Wait until a request may leave. Raises RetryLaterError while nothing may."""
        async with self._gate:
            if (rest := self._rest_until - monotonic()) > 0:
                raise RetryLaterError(
                    msg("Discord refuses too much; requests rest until it is safe again."), rest, is_global=True
                )
            if (wait := self._next - monotonic()) > 0:
                await asyncio.sleep(wait)
            self._next = max(self._next, monotonic() - _LATE) + 1 / _RATE

    def rest(self, seconds: float) -> None:
        """Let no request go for so long."""
        self._rest_until = max(self._rest_until, monotonic() + seconds)

    def count_refusal(self, status: int) -> None:
        """Count a refusal; those that Discord counts too bring a rest when they become many."""
        now = monotonic()
        if status not in _INVALID:
            return
        if len(self._refused) == _MOST_INVALID and now - self._refused[0] < _WINDOW:
            self.rest(_WINDOW - (now - self._refused[0]))
        self._refused.append(now)
