"""Limits what one person may request per minute, with a token bucket each, so that nobody uses up the shared limits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.errors import RateLimitError
from bot.i18n import msg

BUDGET = 60.0  # per minute, and at most at once
# Of a look-up or a button, and of what costs more.
COST, ADDITION_COST, UNDO_COST, FEED_COST, STATISTICS_COST, EXPORT_COST = 1.0, 3.0, 3.0, 5.0, 5.0, 15.0
DECISION_COST = 0.5  # of a decision on a candidate: curators make many in a row, and each is one look at the store
_PER_SECOND = BUDGET / 60
_MOST_PEOPLE = 10_000


@dataclass(slots=True)
class _Bucket:
    remaining: float
    at: float


class RateLimit:
    """Counts each person's requests in memory; `now` returns seconds that only increase."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: dict[str, _Bucket] = {}

    def spend(self, person: str, cost: float = COST) -> None:
        """Take the cost from a person's budget. Raises RateLimitError, taking nothing, when too little is left."""
        now = self._now()
        bucket = self._buckets.get(person) or self._new(person, now)
        bucket.remaining = min(BUDGET, bucket.remaining + (now - bucket.at) * _PER_SECOND)
        bucket.at = now
        if bucket.remaining < cost:
            seconds = math.ceil((cost - bucket.remaining) / _PER_SECOND)
            raise RateLimitError(msg("That was too fast; go on in {seconds} s.", seconds=seconds), seconds)
        bucket.remaining -= cost

    def _new(self, person: str, now: float) -> _Bucket:
        if len(self._buckets) >= _MOST_PEOPLE:  # a bucket unused for a minute is full again, like a new one
            self._buckets = {name: each for name, each in self._buckets.items() if now - each.at < BUDGET / _PER_SECOND}
        bucket = self._buckets[person] = _Bucket(BUDGET, now)
        return bucket
