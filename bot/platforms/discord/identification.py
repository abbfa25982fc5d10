"""When a shard may identify: over all processes one in five seconds, or as many at once as Discord says."""

from __future__ import annotations

from bot.services.job_leases import JobLeases

_INTERVAL = 5.0  # seconds
_PATIENCE = 150.0  # seconds; discord.py begins anew with a shard that is not connected after three minutes


class Identification:
    """The turns of one account's shards; shards with the same number modulo `at_once` share theirs."""

    def __init__(self, leases: JobLeases, account: str) -> None:
        self._leases, self._account, self.at_once = leases, account, 1

    async def take_turn(self, shard: int) -> None:
        """Wait until a shard may identify."""
        job = f"identification {shard % self.at_once} {self._account}"
        await self._leases.take_turn(job, _INTERVAL, _PATIENCE)
