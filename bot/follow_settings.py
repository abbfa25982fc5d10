"""Applies the subscriptions and feeds of the settings at a start."""

from __future__ import annotations

from bot.config import Config
from bot.services.digests.subscription_placement import SubscriptionPlacement
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.feeds.configured_feeds import ConfiguredFeeds
from bot.services.ports import Clock
from bot.services.workspaces import DEFAULT, Workspaces
from bot.store.database import Database


async def follow_settings(config: Config, clock: Clock, database: Database, workspaces: Workspaces) -> None:
    """Apply what changed since the last start; processes that start together find it done or do the same."""
    requests = [SubscriptionRequest(s.name, s.channel, s.schedule, s.tags, config.locale) for s in config.subscriptions]
    placement = SubscriptionPlacement(database, clock, config.zone, workspaces)
    await placement.follow_settings(requests)
    await placement.follow_servers()
    await ConfiguredFeeds(database, clock).follow(await workspaces.named(DEFAULT), config.feeds)
