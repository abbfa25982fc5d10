"""Whether there are feeds at all: asked at every start and tick, which otherwise import nothing of them."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.connection import StoreConnection
from bot.store.feed_schema import feed_addresses


async def any_address(connection: StoreConnection) -> bool:
    """Return whether any address is polled."""
    return (await connection.execute(select(feed_addresses.c.id).limit(1))).first() is not None
