"""Lends connections so that they always come back, even when the borrower is cancelled.

A driver that is interrupted while it opens or closes a connection forgets it: the file stays open until the garbage
collector finds it, or the driver's thread keeps the process alive.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool
from sqlalchemy.util import greenlet_spawn

from bot.domain.errors import ClosedStoreError
from bot.i18n import msg
from bot.store.connection import StoreConnection

T = TypeVar("T")
# On PostgreSQL a read is no transaction, so that each statement sees the newest state; SQLite has no isolation levels.
_IN_TRANSACTION = {"postgresql": {"isolation_level": "READ COMMITTED"}}
_PATIENCE = 1.0  # seconds; connections lent for longer are closed when they come back


class Connections:
    """The connections of one engine; `close` closes them all, and then none is lent any more.

    Closing waits a moment for lent connections and for those being opened, because the caller usually ends the event
    loop next, which would cancel the task in which a driver opens.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._for_writing = engine.execution_options(writing=True, **_IN_TRANSACTION.get(engine.dialect.name, {}))
        self._is_closing, self._is_closed = False, False
        self._lent = 0
        self._all_back = asyncio.Event()
        self._all_back.set()

    @asynccontextmanager
    async def lend(self, *, writing: bool = False) -> AsyncIterator[StoreConnection]:
        """Lend a connection; a cancellation during its opening or closing takes effect afterwards.

        Raises ClosedStoreError once all are closed.
        """
        if self._is_closed:
            raise ClosedStoreError(msg("The database is closed already."))
        self._lent += 1
        self._all_back.clear()
        try:
            async with self._lend(writing=writing) as connection:
                yield connection
        finally:
            self._lent -= 1
            if not self._lent:
                self._all_back.set()

    async def close(self) -> None:
        """Close all connections."""
        self._is_closing = True
        await finish(self._close())

    @asynccontextmanager
    async def _lend(self, *, writing: bool) -> AsyncIterator[StoreConnection]:
        engine, pool = (self._for_writing if writing else self.engine), self.engine.pool
        opening = asyncio.ensure_future(_opened(engine))
        cancelled = await wait_until_done(opening)
        connection = opening.result()
        try:
            if cancelled:
                raise asyncio.CancelledError
            yield connection
        finally:
            await finish(self._take_back(connection, pool))

    async def _close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._all_back.wait()
        self._is_closed = True
        await greenlet_spawn(self.engine.dispose)

    async def _take_back(self, connection: StoreConnection, pool: Pool) -> None:
        await connection.close()
        if self._is_closing:  # the pool was already emptied, so nobody else would close this connection
            await greenlet_spawn(pool.dispose)


async def wait_until_done(work: asyncio.Future[T]) -> bool:
    """Wait until some work has ended; return whether this task was cancelled meanwhile."""
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait((work,))
        except asyncio.CancelledError:
            cancelled = True
    return cancelled


async def finish(work: Awaitable[T]) -> T:
    """Return the result of some work; a cancellation takes effect only when the work has ended."""
    task = asyncio.ensure_future(work)
    if await wait_until_done(task):
        task.exception()
        raise asyncio.CancelledError
    return task.result()


async def _opened(engine: Engine) -> StoreConnection:
    return StoreConnection(await greenlet_spawn(engine.connect))
