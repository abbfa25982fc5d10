"""Another process that is writing for long, so that nobody else can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.store.database import open_database


@asynccontextmanager
async def locked(url: str, statement: str = "SELECT 1") -> AsyncIterator[asyncio.Event]:
    """Hold the database's lock like another process, until the event is set or the test continues.

    The statement is executed at the end.
    """
    begun, end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        other = await open_database(url)
        async with other.write() as connection:  # the bot may be about to finish a change of its own
            begun.set()
            await end.wait()
            await connection.exec_driver_sql(statement)
        await other.close()

    holding = asyncio.create_task(hold())
    await asyncio.wait((holding, asyncio.create_task(begun.wait())), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield end
    finally:
        end.set()
        await holding
