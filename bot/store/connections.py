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

T = TypeVar("T")


@asynccontextmanager
async def lent(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Lend a connection; a cancellation while it is opened or given back takes effect afterwards."""
    opening = asyncio.ensure_future(_opened(engine))
    cancelled = await ended(opening)
    connection = opening.result()
    try:
        if cancelled:
            raise asyncio.CancelledError
        yield connection
    finally:
        if await ended(closing := asyncio.ensure_future(connection.close())):
            raise asyncio.CancelledError
        closing.result()


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
