"""How many of the requests that Discord allows a bot are one process's, where several processes share a token.

The one that delivers has most of them. The others share the rest for what people ask of them (an edition now, a message
to a proposer) and for their logins, which take turns while another process delivers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from bot.platforms.discord.rate_limit import RATE
from bot.services.job_leases import JobLeases

_OTHERS_RATE = 2.0  # requests per second
# Processes that start at the same time log in before they can know which of them delivers.
_START, _START_PART = 1.5, 0.75  # seconds, and the part of the rate in them


class RequestQuota:
    """The share of one process."""

    def __init__(self, leases: JobLeases, delivery_job: str) -> None:
        self._leases, self._delivery_job = leases, delivery_job
        self._login_job = f"login {delivery_job}"
        self._delivers_since: float | None = None

    def rate(self) -> float:
        """Return how many requests per second this process may make."""
        if self._leases.holds(self._delivery_job):
            now = monotonic()
            self._delivers_since = self._delivers_since or now
            return RATE * (_START_PART if now - self._delivers_since < _START else 1.0)
        self._delivers_since = None
        if not self._leases.is_taken(self._delivery_job):
            return RATE / (1 + self._leases.others)
        return _OTHERS_RATE / (1 if self._leases.holds(self._login_job) else max(1, self._leases.others))

    @asynccontextmanager
    async def login(self) -> AsyncIterator[None]:
        """Log in in this block, in turn with other processes if one of them delivers."""
        if self._leases.others and self._leases.is_taken(self._delivery_job):
            async with self._leases.alone(self._login_job):
                yield
        else:
            yield
