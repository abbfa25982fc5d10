"""The feeds that may be asked now whether they answer.

A feed is polled at most once an hour, so one that was requested within the hour is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.feed_address import FeedAddress
from bot.store import feed_addresses, feeds
from bot.store.connection import StoreConnection

_BETWEEN = timedelta(hours=1)


class DueFeed(NamedTuple):
    """A feed that may be requested now, with what its last answer said of its version."""

    name: str
    url: str
    headers: dict[str, str]


async def due_feeds(
    connection: StoreConnection, workspace_ids: Sequence[int], configured: Mapping[str, str], now: datetime
) -> list[DueFeed]:
    """Return the feeds that may be requested now, each address once; `configured` are addresses by name."""
    every = [each for id in workspace_ids for each in await feeds.all_of(connection, id)]
    names = {each.address_id: each.name for each in reversed(every) if not each.paused_at}
    addresses = await feed_addresses.of_ids(connection, names)
    known = {each.url for each in every}
    due = [_due(names[id], each) for id, each in addresses.items() if _may_be_requested(each, now)]
    return [*due, *(each for each in new_feeds(configured) if each.url not in known)]


def new_feeds(configured: Mapping[str, str]) -> list[DueFeed]:
    """Return feeds of which the store knows nothing yet; `configured` are addresses by name."""
    return [DueFeed(name, url, {}) for name, url in configured.items()]


def _may_be_requested(address: FeedAddress, now: datetime) -> bool:
    is_rested = address.requested_at is None or now - address.requested_at > _BETWEEN
    return address.stopped_at is None and address.next_poll_at <= now and is_rested


def _due(name: str, address: FeedAddress) -> DueFeed:
    validators = {"If-None-Match": address.etag, "If-Modified-Since": address.last_modified}
    return DueFeed(name, address.place, {key: value for key, value in validators.items() if value})
