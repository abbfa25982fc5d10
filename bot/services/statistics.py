"""The numbers of a collection."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.statistics import (
    WEEKS,
    CollectionStatistics,
    Count,
    Decisions,
    by_month,
    by_name,
    by_week,
    last_months,
    series_of,
)
from bot.services.ports import Clock
from bot.store import candidates, papers, statistics
from bot.store.connection import StoreConnection
from bot.store.database import Database, iso
from bot.store.imports import last_step

_MOST_KEPT = 100  # workspaces whose numbers are in memory


class Statistics:
    """Counts a collection; what its papers give is kept until they change."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database, self._clock, self._zone = database, clock, zone
        self._kept: dict[int, tuple[object, CollectionStatistics]] = {}

    def today(self) -> date:
        """Return the day in the team's timezone."""
        return self._clock().astimezone(self._zone).date()

    async def of(self, workspace_id: int) -> CollectionStatistics:
        """Return the numbers of a workspace's collection as they are now."""
        today = self.today()
        async with self._database.read() as connection:
            version = today, await last_step(connection)
            kept, numbers = self._kept.get(workspace_id) or (None, None)
            if numbers is None or kept != version:
                numbers = await self._count(connection, workspace_id, today)
                self._keep(workspace_id, version, numbers)
            decisions = await statistics.decisions(connection, workspace_id)
            waiting = await candidates.count(connection, workspace_id)
            since = (today - timedelta(weeks=WEEKS)).isoformat()
            lookups = await statistics.lookups(connection, workspace_id, since)
        days: Counter[str] = Counter()
        platforms: Counter[str] = Counter()
        for day, platform, n in lookups:
            days[day] += n
            platforms[platform] += n
        return replace(
            numbers,
            decisions=Decisions(waiting=waiting, **decisions),
            lookups=by_week(days, today),
            platforms=tuple(Count(*each) for each in platforms.most_common()),
        )

    async def _count(self, connection: StoreConnection, workspace_id: int, today: date) -> CollectionStatistics:
        """Count the papers."""
        first = datetime.combine(last_months(today)[0], time(), self._zone)
        additions = await statistics.additions(connection, workspace_id, iso(first))
        venues = await statistics.venues(connection, workspace_id)
        return CollectionStatistics(
            day=today,
            papers=await papers.count(connection, workspace_id),
            months=by_month(additions, self._zone, today),
            tags=by_name((await statistics.tags(connection, workspace_id)).items()),
            venues=by_name((series_of(name), n) for name, n in venues.items()),
            curators=by_name((await statistics.curators(connection, workspace_id)).items()),
            decisions=Decisions(),
            lookups=(),
            platforms=(),
        )

    def _keep(self, workspace_id: int, version: object, numbers: CollectionStatistics) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[workspace_id] = version, numbers
