"""When a shard may identify: over all processes one in five seconds, or as many at once as Discord says.

discord.py alone would wait five seconds before every session but the first, also an hour after the last one.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from time import monotonic

from bot.services.job_leases import JobLeases

_INTERVAL = 5.0  # seconds
_PATIENCE = 150.0  # seconds; discord.py starts over with a shard that is not connected after three minutes


class Identification:
    """The turns of one account's shards; shards with the same number modulo `at_once` share theirs.

    Without leases they are those of this process alone.
    """

    def __init__(self, leases: JobLeases | None, account: str, interval: float = _INTERVAL) -> None:
        self._leases, self._account, self.at_once = leases, account, 1
        self._interval, self._next = interval, defaultdict[int, float](float)

    async def take_turn(self, shard: int) -> None:
        """Wait until a shard may identify."""
        group = shard % self.at_once
        if self._leases:
            await self._leases.take_turn(f"identification {group} {self._account}", self._interval, _PATIENCE)
            return
        now = monotonic()
        turn = max(now, self._next[group])
        self._next[group] = turn + self._interval
        await asyncio.sleep(turn - now)
