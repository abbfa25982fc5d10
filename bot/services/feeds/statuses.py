"""How a workspace's feeds are: their state and since when, the next poll, and the counts of the last week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.feed import Feed
from bot.domain.feed_address import Status
from bot.domain.feed_state import status_of
from bot.i18n import Locale
from bot.store import feed_addresses, feed_days, feeds
from bot.store.connection import StoreConnection
from bot.store.feed_days import DayCounts

DAYS = 7  # of the counts, today among them
_COUNTS = ("seen", "matched", "offered", "accepted", "rejected")


class FeedStatus(NamedTuple):
    """A feed and how it is; `next_poll` is None while it is not polled, `week` counts the last seven days."""

    feed: Feed
    status: Status
    next_poll: datetime | None
    week: DayCounts

    def columns(self, locale: Locale) -> dict[str, Any]:
        """Return the status as JSON values."""
        return {
            "name": self.feed.name,
            "url": self.feed.url,
            "state": self.status.state,
            "since": self.status.since.isoformat(),
            "reason": self.status.reason.text(locale),
            "next_poll": self.next_poll.isoformat() if self.next_poll else None,
            "counts": {name: getattr(self.week, name) for name in _COUNTS},
        }


async def statuses_of(
    connection: StoreConnection, workspace_id: int, now: datetime, zone: ZoneInfo
) -> list[FeedStatus]:
    """Return the status of each of a workspace's feeds, by name."""
    every = await feeds.all_of(connection, workspace_id)
    addresses = await feed_addresses.of_ids(connection, {feed.address_id for feed in every})
    since = (now.astimezone(zone).date() - timedelta(days=DAYS - 1)).isoformat()
    weeks = await feed_days.totals(connection, [feed.id for feed in every], since)
    statuses = []
    for feed in every:
        address, week = addresses[feed.address_id], weeks.get(feed.id, DayCounts())
        status = status_of(feed, address, now, passes=bool(week.matched or not week.seen))
        is_polled = status.state not in ("paused", "stopped")
        statuses.append(FeedStatus(feed, status, address.next_poll_at if is_polled else None, week))
    return statuses
