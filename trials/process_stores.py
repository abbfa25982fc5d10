"""The stores of the trials with several processes: SQLite files, and databases on a PostgreSQL server of their own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import asyncpg
from sqlalchemy import text

from bot.services.digests.lease_owner import process_of
from bot.store.database import Database, open_database
from tests.postgres_server import server
from trials.process_world import World

_HOLDER = text("SELECT text FROM state WHERE name LIKE 'job delivery discord %'")
_OPEN = text("SELECT count(*), count(done_at) FROM editions")
_UNSURE = text("SELECT count(*) FROM messages WHERE state = 'sending'")


class Stores(Protocol):
    """Makes stores that all hold the same papers and subscriptions."""

    name: str

    async def fresh(self, world: World) -> str:
        """Return the URL of a store in which every channel of a world is due."""


@contextmanager
def sqlite_stores() -> Iterator[Stores]:
    """Yield what makes SQLite files."""
    with TemporaryDirectory() as folder:
        yield _Files(Path(folder))


@contextmanager
def postgresql_stores() -> Iterator[Stores]:
    """Yield what makes databases on a server that runs meanwhile."""
    with server() as running:
        yield _Databases(running.url)


class _Files:
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder, self._templates, self._made = folder, dict[World, Path](), 0

    async def fresh(self, world: World) -> str:
        self._made += 1
        if world not in self._templates:
            path = self._folder / f"template{self._made}.db"
            await world.fill(f"sqlite+aiosqlite:///{path}")
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._templates[world] = path
        (folder := self._folder / str(self._made)).mkdir()
        return f"sqlite+aiosqlite:///{shutil.copy(self._templates[world], folder / 'dayori.db')}"


class _Databases:
    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url, self._templates, self._made = url, dict[World, str](), 0

    async def fresh(self, world: World) -> str:
        self._made += 1
        if world not in self._templates:
            template = f"template_{self._made}"
            await self._execute(f"CREATE DATABASE {template} TEMPLATE template0")
            await world.fill(self._of(template))
            self._templates[world] = template
        name = f"trial_{self._made}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {self._templates[world]}")
        return self._of(name)

    def _of(self, name: str) -> str:
        return f"{self._url.rpartition('/')[0]}/{name}"

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url.replace("+asyncpg", ""))
        await connection.execute(statement)
        await connection.close()


class Ledger:
    """What a store says during a trial."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_delivered(self, editions: int) -> bool:
        """Return whether that many editions were composed and have arrived."""
        async with self._database.read() as connection:
            composed, done = (await connection.execute(_OPEN)).one()
        return bool(composed == done == editions)

    async def holder(self) -> str | None:
        """Return the process that delivers, as its leases name it."""
        async with self._database.read() as connection:
            rows = list(await connection.scalars(_HOLDER))
        return process_of(rows[0].split('"')[1]) if rows else None

    async def unsure(self) -> int:
        """Return how many messages are noted as being sent."""
        async with self._database.read() as connection:
            return int((await connection.execute(_UNSURE)).scalar_one())

    async def close(self) -> None:
        """Close the store."""
        await self._database.close()


async def ledger_of(url: str) -> Ledger:
    """Open a store to look into it."""
    return Ledger(await open_database(url))
