"""A SQLite file that is copied, or that a copy is made in."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.store.backups import make_private, remove_database, unfinished_of
from bot.store.connections import finish
from bot.store.copying.tables import Rows, names_of, selection
from bot.store.database import open_to_read
from bot.store.migrations import upgrade
from bot.store.sqlite_errors import reason_of

_AT_ONCE = 1000  # rows


class SqliteStore:
    """An open file in one transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path

    async def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return int(self._connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0])

    async def rows(self, table: Table) -> AsyncIterator[Rows]:
        """Yield a table's rows in batches."""
        cursor = self._connection.execute(selection(table))
        while rows := await finish(asyncio.to_thread(cursor.fetchmany, _AT_ONCE)):
            yield rows

    async def highest(self, table: Table) -> int:
        """Return the highest number that was ever given to a row, as far as the file knows."""
        given = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).fetchone()
        return int(given[0]) if given else 0

    async def insert(self, table: Table, rows: Rows) -> None:
        """Insert rows."""
        names = names_of(table)
        columns = ", ".join(f'"{name}"' for name in names)
        sql = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(names))})"
        with _writing(self._path):
            await finish(asyncio.to_thread(self._insert, sql, rows))

    def _insert(self, sql: str, rows: Rows) -> None:
        """Insert rows and close their cursor: freed later, it would reset the statement that inserts the next ones."""
        self._connection.executemany(sql, rows).close()

    async def count_on(self, table: Table, number: int) -> None:
        """Let a table give only higher numbers."""
        if not table.dialect_options["sqlite"]["autoincrement"]:
            return
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, number))


@asynccontextmanager
async def read_sqlite(url: str, path: Path) -> AsyncIterator[SqliteStore]:
    """Yield a file as it is at this moment. Raises StoreError when it is not there or of another version."""
    await (await open_to_read(url)).close()
    with closing(_connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM state LIMIT 1")  # from here on the snapshot holds
        yield SqliteStore(connection, path)


@asynccontextmanager
async def fill_sqlite(path: Path) -> AsyncIterator[SqliteStore]:
    """Yield an empty store under another name, which gets its own when `finish_sqlite` is called."""
    with _writing(path):
        unfinished = _prepare(path)
        await finish(asyncio.to_thread(upgrade, f"sqlite+aiosqlite:///{unfinished}"))
    with closing(_connect(str(unfinished))) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")  # the rows are those of a whole store, and compared at the end
        connection.execute("BEGIN IMMEDIATE")
        yield SqliteStore(connection, path)
        with _writing(path):
            await finish(asyncio.to_thread(connection.commit))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Raise StoreError for a copy that cannot be written."""
    try:
        yield
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise StoreError(
            msg('"{file}" cannot be written: {reason}', file=str(path), reason=reason_of(error))
        ) from error


def _prepare(path: Path) -> Path:
    """Return the private file in which a copy begins, without what an interrupted one left there."""
    if path.exists():
        raise StoreError(msg('"{file}" exists already; name a new file.', file=str(path)))
    unfinished = unfinished_of(path)
    remove_database(unfinished)
    make_private(unfinished)
    return unfinished


def finish_sqlite(path: Path) -> None:
    """Give a copy that nobody has open its own name, when the disk has it."""
    unfinished = unfinished_of(path)
    with _writing(path):
        with closing(_connect(str(unfinished))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)


def _connect(place: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(place, uri=uri, isolation_level=None, check_same_thread=False)
