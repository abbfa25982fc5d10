"""Hears from the server that somebody has written, so that nobody has to look every second."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool, PoolProxiedConnection
from sqlalchemy.util import await_only, greenlet_spawn

from bot.domain.errors import StoreError
from bot.store.connections import finish
from bot.store.postgresql_engine import CHANNEL, make_engine, take_connection

_GATHERED = 0.1  # seconds after the first notice, within which others are heard with it


class Listener:
    """One connection that listens; it is made for the first who waits, and again after it broke."""

    def __init__(self, address: URL) -> None:
        self._engine = make_engine(address, {"poolclass": NullPool})
        self._connection: PoolProxiedConnection | None = None
        self._opening = asyncio.Lock()
        self._writes, self._next = 0, asyncio.Event()

    async def wait(self, since: int, seconds: float) -> int:
        """Wait until more was written than the count `since`, at most that many seconds; return the new count.

        Without a connection it waits the whole time: whoever waits then looks.
        """
        await self._connect()
        if self._writes == since:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._next.wait()
        if self._writes != since:
            await asyncio.sleep(_GATHERED)
        return self._writes

    async def close(self) -> None:
        """Stop listening."""
        async with self._opening:
            if self._connection:
                self._driver.remove_termination_listener(self._break)
                await finish(greenlet_spawn(self._connection.close))
                self._connection = None

    @property
    def _driver(self) -> Any:
        return self._connection.driver_connection if self._connection else None

    async def _connect(self) -> None:
        async with self._opening:
            if self._connection is None:
                with suppress(DBAPIError, StoreError):
                    await finish(greenlet_spawn(self._open))

    def _open(self) -> None:
        """Keep an open connection, also for a task that is cancelled meanwhile. Raises DBAPIError and StoreError."""
        connection = take_connection(self._engine)
        driver: Any = connection.driver_connection
        try:
            await_only(driver.add_listener(CHANNEL, self._hear))
        except Exception as error:  # the driver's errors have no class in common
            connection.invalidate()
            raise OperationalError("LISTEN", None, error) from error
        driver.add_termination_listener(self._break)
        self._connection = connection

    def _hear(self, *_: object) -> None:
        self._writes += 1
        self._next.set()
        self._next = asyncio.Event()

    def _break(self, *_: object) -> None:
        """Forget a connection that broke; what was not heard meanwhile may have been written."""
        if self._connection:
            self._connection.invalidate()
            self._connection = None
        self._hear()
