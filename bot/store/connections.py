"""Lending a connection so that it comes back whenever its borrower is cancelled.

A driver whose opening or closing is cut short forgets the connection: the file stays open until the garbage collector
comes by, or its thread keeps the process alive.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import Pool
from sqlalchemy.util import greenlet_spawn

T = TypeVar("T")
_PATIENCE = 1.0  # seconds; what is lent for longer is closed as soon as it comes back


class Connections:
    """The connections of one engine; in the end all are closed.

    Closing waits a moment for what is lent and for what is being opened: whoever closes mostly ends the event loop
    next, which cancels every task, also that in which a driver opens.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._for_writing = engine.execution_options(writing=True)
        self._closed = False
        self._lent = 0
        self._all_back = asyncio.Event()
        self._all_back.set()

    @asynccontextmanager
    async def lend(self, *, writing: bool = False) -> AsyncIterator[AsyncConnection]:
        """Lend a connection; a cancellation while it is opened or given back takes effect afterwards."""
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
        self._closed = True
        await finish(self._close())

    @asynccontextmanager
    async def _lend(self, *, writing: bool) -> AsyncIterator[AsyncConnection]:
        engine, pool = (self._for_writing if writing else self._engine), self._engine.pool
        opening = asyncio.ensure_future(_opened(engine))
        cancelled = await ended(opening)
        connection = opening.result()
        try:
            if cancelled:
                raise asyncio.CancelledError
            yield connection
        finally:
            await finish(self._take_back(connection, pool))

    async def _close(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_back.wait(), _PATIENCE)
        await self._engine.dispose()

    async def _take_back(self, connection: AsyncConnection, pool: Pool) -> None:
        await connection.close()
        if self._closed:  # nobody empties the pool any more into which it has gone
            await greenlet_spawn(pool.dispose)


async def ended(work: asyncio.Future[T]) -> bool:
    """Wait until something has ended, and tell whether we were cancelled meanwhile."""
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait((work,))
        except asyncio.CancelledError:
            cancelled = True
    return cancelled


async def finish(work: Awaitable[T]) -> T:
    """Return what some work returns; a cancellation takes effect when it has ended."""
    task = asyncio.ensure_future(work)
    if await ended(task):
        task.exception()
        raise asyncio.CancelledError
    return task.result()


async def _opened(engine: AsyncEngine) -> AsyncConnection:
    return await engine.connect()
