"""A workspace's feed: an address that is polled, and the filter that its entries pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.feed_filter import FeedFilter


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of a workspace; its address may be that of other workspaces' feeds too, and is polled once for all.

    `entry_id` is the last entry of the address that was held against the filter, None before the first poll. A feed of
    the settings is `configured`.
    """

    id: int
    workspace_id: int
    address_id: int
    name: str
    url: str
    filter: FeedFilter
    created_at: datetime
    paused_at: datetime | None = None
    entry_id: int | None = None
    is_configured: bool = False
