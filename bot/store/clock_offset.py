"""The offset between the clock of this machine and that of the store, by which several machines compare times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bot.store.connection import StoreConnection

_ORDINARY = timedelta(seconds=1)  # clocks that are set over the network differ by less
_NOW = text("SELECT clock_timestamp()")


async def clock_offset(connection: StoreConnection) -> timedelta:
    """Return what to add to this machine's time for the store's; negative for a clock that runs ahead.

    A file is used by processes of one machine, which have one clock.
    """
    if connection.dialect == "sqlite":
        return timedelta(0)
    there: datetime = (await connection.execute(_NOW)).scalar_one()
    offset = there - datetime.now(UTC)
    return offset if abs(offset) > _ORDINARY else timedelta(0)
