"""What both databases have: who may read and write when.

Whoever writes reads first and decides by that, so one transaction writes at a time, over all processes. Reads never
wait for it.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.domain.errors import StoreError
from bot.domain.request import current_request
from bot.store.connection import StoreConnection
from bot.store.connections import Connections
from bot.store.requests import claim

_PATIENCE = 10.0  # seconds that a write waits for another process, unless its request allows longer
_FAILURES = (DBAPIError, PoolTimeoutError)  # a refused statement, or no connection in time


class DatabaseServer(NamedTuple):
    """A server's version, the bytes of the database there, how many of its connections are taken, and what is refused.

    The server may take no changes at all, and this user may lack the right to change our tables.
    """

    version: str
    size: int
    connections: int
    most_connections: int
    is_read_only: bool
    may_change: bool


class Database(ABC):
    """An open database; make it with `open_database`.

    `url` may hold a password; `place` is how it is called in a message, without one; `path` is SQLite's file.
    """

    def __init__(self, connections: Connections, url: str, place: str, path: Path | None = None) -> None:
        self.url, self.place = url, place
        self.path = path
        self._connections = connections
        self._writer = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[StoreConnection]:
        """Lend a connection for reading; every statement sees the newest committed state.

        Raises StoreError when the database is locked for too long, broken or out of reach.
        """
        try:
            async with self._connections.lend() as connection:
                yield connection
        except _FAILURES as error:
            raise self._unread(error) from error

    @asynccontextmanager
    async def write(self, *, own_rows: bool = False) -> AsyncIterator[StoreConnection]:
        """Lend the only writing connection for one transaction, which is committed as a whole or rolled back.

        With `own_rows`, a server lets others write meanwhile: of what the transaction reads, only the rows stay as they
        are that it locks or changes.

        Raises StoreError when the database is full, locked for too long, broken or out of reach, and DuplicateError
        when another process has already made a change for the same request.
        """
        request, is_done = current_request(), False
        try:
            async with AsyncExitStack() as stack:
                until = max(monotonic() + _PATIENCE, request.deadline if request else 0)
                connection = await self._begin(stack, until, own_rows)
                if request and not request.is_claimed:
                    await claim(connection, request)
                yield connection
                is_done = True
        except _FAILURES as error:
            raise self._unwritten(error, is_done) from error
        if request:
            request.is_claimed = True

    async def close(self) -> None:
        """Close all connections; the process would not end without this."""
        await self._connections.close()

    @abstractmethod
    async def checkpoint(self) -> None:
        """Bring committed changes from the log into the database's own file."""

    @abstractmethod
    async def find_damage(self) -> str | None:
        """Return what is wrong with the database, None if all of it can be read."""

    def writes(self) -> Callable[[float], Awaitable[None]]:
        """Return a function that waits until somebody has written since its last call, at most that many seconds.

        It raises nothing. A file tells nobody that it was written, so there it waits for the whole time, and so it does
        while a server is out of reach.
        """
        return asyncio.sleep

    @abstractmethod
    async def require_changes(self) -> None:
        """Raise StoreError if the database can only be read."""

    async def server(self) -> DatabaseServer | None:
        """Return how the server is; None for a file."""
        return None

    @abstractmethod
    async def _begin(self, stack: AsyncExitStack, until: float, own_rows: bool) -> StoreConnection:
        """Begin a transaction that ends with the stack; wait for other writers until that moment, where it must."""

    @abstractmethod
    def _unread(self, error: SQLAlchemyError) -> StoreError:
        """Return the error for a statement that could not read."""

    @abstractmethod
    def _unwritten(self, error: SQLAlchemyError, is_done: bool) -> StoreError:
        """Return the error for a transaction that failed; if it was done, its commit did."""
