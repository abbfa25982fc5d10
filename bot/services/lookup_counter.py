"""Counts people's look-ups: totals by day and platform, and nothing of whom or what."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from bot.domain.request import current_platform
from bot.services.ports import Clock
from bot.store.database import Database


class LookupCounter:
    """Counts look-ups in memory by workspace, day and platform; `write` adds them to the store in one transaction.

    A crash loses what was counted since the last minute.
    """

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database, self._clock, self._zone = database, clock, zone
        self._counts: Counter[tuple[int, str, str]] = Counter()

    def count(self, workspace_id: int) -> None:
        """Count a look-up of the person for whom this task works."""
        day = self._clock().astimezone(self._zone).date()
        self._counts[workspace_id, day.isoformat(), current_platform()] += 1

    async def write(self) -> None:
        """Add what was counted to the store."""
        if not self._counts:
            return
        from bot.store import statistics  # nobody searches while a bot starts

        counts, self._counts = self._counts, Counter()
        try:
            async with self._database.write() as connection:
                await statistics.count_lookups(connection, counts)
        except BaseException:
            self._counts += counts
            raise
