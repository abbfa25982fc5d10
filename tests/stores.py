"""The stores that tests run on: a SQLite file, or, with DAYORI_TEST_POSTGRES, a database on that server.

Each test gets a copy of an empty store that was migrated once.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from bot.app import utc_now
from bot.services.source_turns import SourceTurns
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from tests.postgres_server import VARIABLE, Server

SERVER = os.environ.get(VARIABLE)
sqlite_file = pytest.mark.skipif(bool(SERVER), reason="about SQLite's file")
on_server = pytest.mark.skipif(not SERVER, reason="make test-postgres runs it")


class Stores(Protocol):
    """Makes stores for tests."""

    def fresh(self, folder: Path) -> str:
        """Return the URL of an empty store; `folder` is the test's own."""

    def drop(self, url: str) -> None:
        """Delete a store after its test."""

    def empty_places(self, folder: Path) -> AbstractContextManager[Callable[[], str]]:
        """Return a block within which a function returns URLs of places without a store."""


@contextmanager
def stores(folder: Path) -> Iterator[Stores]:
    """Yield what makes the stores of this run; `folder` is where the empty SQLite file may be."""
    if SERVER:
        made = PostgresStores(SERVER)
        yield made
        made.close()
    else:
        yield SqliteStores(folder / "empty.db")


class SqliteStores:
    """Copies an empty file."""

    def __init__(self, empty: Path) -> None:
        self._empty = empty
        asyncio.run(_make(f"sqlite+aiosqlite:///{empty}"))
        with closing(sqlite3.connect(empty)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def fresh(self, folder: Path) -> str:
        shutil.copy(self._empty, folder / "dayori.db")
        return f"sqlite+aiosqlite:///{folder / 'dayori.db'}"

    def drop(self, url: str) -> None:
        pass  # pytest deletes the folder

    @contextmanager
    def empty_places(self, folder: Path) -> Iterator[Callable[[], str]]:
        numbers = count()
        yield lambda: f"sqlite+aiosqlite:///{folder}/empty-{next(numbers)}.db"


class PostgresStores:
    """Copies an empty database on the server, over one connection that all tests of this process share."""

    def __init__(self, server: str) -> None:
        self._server = make_url(server)
        self._loop = asyncio.new_event_loop()
        dsn = self._server.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = self._loop.run_until_complete(asyncpg.connect(dsn))
        self._prefix, self._numbers = f"dayori_test_{os.getpid()}", count()
        self._empty = f"{self._prefix}_empty"
        self._execute(f"CREATE DATABASE {self._empty} TEMPLATE template0")
        asyncio.run(_make(self._url(self._empty)))

    def fresh(self, folder: Path) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._empty} STRATEGY file_copy")
        return self._url(name)

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    @contextmanager
    def empty_places(self, folder: Path) -> Iterator[Callable[[], str]]:
        names = [f"{self._prefix}_{next(self._numbers)}" for _ in range(2)]
        for name in names:
            self._execute(f"CREATE DATABASE {name} TEMPLATE template0")
        urls = map(self._url, names)
        yield lambda: next(urls)
        for name in names:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._execute(f"DROP DATABASE {self._empty} WITH (FORCE)")
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    def _url(self, name: str) -> str:
        address: URL = self._server.set(database=name)
        return address.render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        self._loop.run_until_complete(self._connection.execute(statement))


async def remake(server: Server, name: str) -> str:
    """Make an empty database on a test's own server, in the place of one of this name; return its URL."""
    address = make_url(server.url)
    admin = await asyncpg.connect(address.set(drivername="postgresql").render_as_string())
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await admin.close()
    return address.set(database=name).render_as_string()


def execute(url: str, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Execute a statement in a store like another process; return the rows of its result."""
    with ThreadPoolExecutor(1) as thread:  # the caller's may have an event loop
        return thread.submit(asyncio.run, _execute(url, statement, values)).result()


async def _execute(url: str, statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    database = await open_database(url)
    async with database.write() as connection:
        result = await connection.execute(text(statement), values)
        rows = [dict(row) for row in result.mappings()] if result.returns_rows else []
    await database.close()
    return rows


async def _make(url: str) -> None:
    """Make a store in which arXiv wants no request, so that nobody waits three seconds for a turn there."""
    database = await open_database(url)
    await (await SearchIndex.open(database)).close()
    await SourceTurns(database, utc_now).pause(timedelta(hours=24).total_seconds())
    await database.close()
