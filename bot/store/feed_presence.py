"""Whether there are feeds at all: asked at every start and tick, which otherwise import nothing of them."""

from __future__ import annotations

from bot.store.connection import StoreConnection


async def any_address(connection: StoreConnection) -> bool:
    """Return whether any address is polled; written out, since making the tables of feeds takes 2 ms of a start."""
    return (await connection.exec_driver_sql("SELECT 1 FROM feed_addresses LIMIT 1")).first() is not None
