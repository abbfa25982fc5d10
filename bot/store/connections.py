"""Lending a connection so that it comes back whenever its borrower is cancelled.

A driver whose opening or closing is cut short forgets the connection: the file stays open until the garbage collector
comes by, or its thread keeps the process alive.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import Pool
from sqlalchemy.util import greenlet_spawn

T = TypeVar("T")


class Connections:
    """The connections of one engine; in the end all are closed, and those that are lent as soon as they come back."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._for_writing = engine.execution_options(writing=True)
        self._closed = False

    @asynccontextmanager
    async def lend(self, *, writing: bool = False) -> AsyncIterator[AsyncConnection]:
        """Lend a connection; a cancellation while it is opened or given back takes effect afterwards."""
        engine, pool = (self._for_writing if writing else self._engine), self._engine.pool
        opening = asyncio.ensure_future(_opened(engine))
        cancelled = await ended(opening)
        connection = opening.result()
        try:
            if cancelled:
                raise asyncio.CancelledError
            yield connection
        finally:
            await wholly(self._take_back(connection, pool))

    async def close(self) -> None:
        """Close all connections that are not lent."""
        self._closed = True
        await wholly(self._engine.dispose())

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


async def wholly(work: Awaitable[T]) -> T:
    """Return what some work returns; a cancellation takes effect when it has ended."""
    task = asyncio.ensure_future(work)
    if await ended(task):
        task.exception()
        raise asyncio.CancelledError
    return task.result()


async def _opened(engine: AsyncEngine) -> AsyncConnection:
    return await engine.connect()
