"""Subscriptions for tests of the store."""

from __future__ import annotations

from bot.domain.digest import Subscription
from bot.store import subscriptions
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock

CHANNEL = "discord:1/2"


async def subscribe(database: Database, workspace: int, clock: AdjustableClock, **columns: object) -> Subscription:
    values: dict[str, object] = {
        "name": "weekly",
        "channel": CHANNEL,
        "schedule": "mon 09:00",
        "tags": [],
        "locale": "ja",
    }
    async with database.write() as connection:
        await subscriptions.save(connection, workspace, clock(), **{**values, **columns})
        subscription = await subscriptions.by_name(connection, workspace, str(columns.get("name", "weekly")))
    assert subscription is not None
    return subscription
