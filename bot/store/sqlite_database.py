"""The database in a SQLite file.

SQLite allows one writer. A write takes a lock in this process and `BEGIN IMMEDIATE` in the file, so no transaction
starts that cannot be finished. Reads never wait for it (WAL mode).
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from bot.domain.errors import DamagedStoreError, MissingStoreError, StoreError
from bot.i18n import msg
from bot.store.abstract_database import Database
from bot.store.backups import back_up, make_private
from bot.store.connection import StoreConnection
from bot.store.connections import Connections, finish
from bot.store.revisions import revision_error
from bot.store.schema import REVISION
from bot.store.sqlite_driver import use_whole_statements
from bot.store.sqlite_errors import code_of, reason_of

_BUSY = 10_000  # milliseconds that any other statement waits
# Milliseconds of one attempt to begin. SQLite checks a busy lock ever less often, down to ten times a second, and would
# miss the moment between two batches of another process's import.
_ATTEMPT = 100
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={_BUSY}",
    "temp_store=MEMORY",
    "wal_autocheckpoint=10000",
)
# One script, because each statement of its own is handed to the driver's thread and back three times.
_BEGIN = f"PRAGMA busy_timeout={_ATTEMPT}; BEGIN IMMEDIATE; PRAGMA busy_timeout={_BUSY};"
_IS_MIGRATED = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
_NO_TEXT = "Could not decode to UTF-8"  # Python's words for text with a flipped byte, which no check of SQLite finds
_TEXTS = "SELECT * FROM papers WHERE number > ? ORDER BY number LIMIT 200"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SqliteDatabase(Database):
    """An open SQLite file; make it with `open_sqlite`."""

    path: Path

    def __init__(self, connections: Connections, path: Path) -> None:
        super().__init__(connections, f"sqlite+aiosqlite:///{path}", str(path), path)

    async def _begin(self, stack: AsyncExitStack, until: float, own_rows: bool) -> StoreConnection:
        """Begin a transaction that ends with the stack; retry while another process holds the lock.

        Other writers of this process get their turn between two attempts.
        """
        while True:
            async with AsyncExitStack() as attempt:
                await attempt.enter_async_context(self._writer)
                connection = await attempt.enter_async_context(self._connections.lend(writing=True))
                try:
                    await attempt.enter_async_context(connection.begin())
                except DBAPIError as error:
                    if not _is_locked(error) or monotonic() >= until:
                        raise
                else:
                    await stack.enter_async_context(attempt.pop_all())
                    return connection

    async def backup(self, target: Path) -> None:
        """Copy the database, as it is at this moment, to a new private file. Raises StoreError."""
        await back_up(self.path, target)

    async def checkpoint(self) -> None:
        """Bring committed changes from the log into the file itself, as far as no reader needs the log.

        SQLite does that after 40 MB, so whoever copies or keeps only the file would lose weeks. Raises StoreError.
        """
        try:
            async with self._connections.lend() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        except DBAPIError as error:
            raise self._unwritten(error, False) from error

    async def require_changes(self) -> None:
        """Do nothing: a file that can only be read was not opened."""

    async def find_damage(self) -> str | None:
        """Return what is wrong with the file, None if every page and the papers' text is whole; reads all of it."""
        try:
            async with self._connections.lend() as connection:
                problem = (await connection.exec_driver_sql("PRAGMA quick_check(1)")).scalar_one()
                if problem != "ok":
                    return str(problem)
                number = -1
                while rows := (await connection.exec_driver_sql(_TEXTS, (number,))).all():
                    number = rows[-1].number
        except DBAPIError as error:
            return _damage_of(error)
        return None

    def _unread(self, error: SQLAlchemyError) -> StoreError:
        return _unread(error, self.path)

    def _unwritten(self, error: SQLAlchemyError, is_done: bool) -> StoreError:
        return StoreError(msg("The database could not be written: {reason}.", reason=reason_of(error)))


async def open_sqlite(url: str) -> SqliteDatabase:
    """Open the database at this URL; create or migrate it if needed.

    `sqlite+aiosqlite:///relative.db`. Raises StoreError when it cannot be opened or is newer than this program.
    """
    path = Path(make_url(url).database or "")
    try:
        make_private(path)
        engine = create_engine(url, hide_parameters=True)
        use_whole_statements(engine)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "invalidate", _give_up)
        connections = Connections(engine)
        try:
            await _migrate(connections, url)
        except BaseException:
            await connections.close()
            raise
    except (OSError, SQLAlchemyError, sqlite3.Error) as error:
        raise _unopened(error, path) from error
    return SqliteDatabase(connections, path)


async def open_sqlite_to_read(url: str) -> SqliteDatabase:
    """Open an existing database read-only, without creating, migrating or writing anything. Raises StoreError."""
    path = Path(make_url(url).database or "")
    connections: Connections | None = None
    try:
        engine = create_engine(_address_to_read(path), hide_parameters=True)
        use_whole_statements(engine)
        event.listen(engine, "connect", _prepare_to_read)
        connections = Connections(engine)
        async with connections.lend() as connection:
            is_migrated = (await connection.exec_driver_sql(_IS_MIGRATED)).scalar()
            query = "SELECT version_num FROM alembic_version"
            version = (await connection.exec_driver_sql(query)).scalar() if is_migrated else None
    except (OSError, SQLAlchemyError, sqlite3.Error) as error:
        if connections:
            await connections.close()
        raise _unopened(error, path) from error
    if wrong := revision_error(version, str(path)):
        await connections.close()
        raise wrong
    return SqliteDatabase(connections, path)


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    # as one script, for the same reason as _BEGIN
    try:
        connection.run_async(lambda driver: driver.executescript("".join(f"PRAGMA {each};" for each in _PRAGMAS)))
    except BaseException:
        connection.close()  # the pool would forget it open
        raise


def _address_to_read(path: Path) -> str:
    """Return the read-only URL of a database.

    Without a write-ahead log nobody is connected; SQLite then need not create its shared-memory file. A program that
    keeps no such log may be connected all the same.
    """
    if not path.is_file():
        raise MissingStoreError(msg('There is no database "{path}" yet; dayori run makes it.', path=str(path)))
    is_alone = _keeps_log(path) and not path.with_name(path.name + "-wal").exists()
    alone = "&immutable=1" if is_alone else ""
    return f"sqlite+aiosqlite:///file:{quote(str(path))}?mode=ro{alone}&uri=true"


def _keeps_log(path: Path) -> bool:
    """Return whether a database is in WAL mode, which its header tells (https://sqlite.org/fileformat2.html, 1.3)."""
    with path.open("rb") as file:
        return file.read(20)[18:] == b"\x02\x02"


def _prepare_to_read(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("writing"):
        return
    try:
        connection.connection.run_async(lambda driver: driver.executescript(_BEGIN))
    except BaseException as error:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY}")
        if isinstance(error, sqlite3.Error):
            raise DBAPIError("BEGIN IMMEDIATE", None, error) from error
        raise


def _is_locked(error: DBAPIError) -> bool:
    return code_of(error) == sqlite3.SQLITE_BUSY


def _unread(error: Exception, path: Path) -> StoreError:
    reason = reason_of(error)
    is_undecoded = isinstance(reason, str) and _NO_TEXT in reason
    if is_undecoded:
        reason = _damage_of(error)
    if is_undecoded or code_of(error) in _DAMAGED:
        return DamagedStoreError(msg('The database "{path}" is damaged: {reason}.', path=str(path), reason=reason))
    return StoreError(msg("The database could not be read: {reason}.", reason=reason))


def _damage_of(error: Exception) -> str:
    """Return what is damaged, without the text of a paper that Python quotes."""
    return str(getattr(error, "orig", error)).partition(" with text ")[0]


def _unopened(error: Exception, path: Path) -> StoreError:
    """Return the error for a database that cannot be opened, with what tells damage from a lock."""
    code = code_of(error)
    if code in _DAMAGED:
        return _unread(error, path)
    if code == sqlite3.SQLITE_BUSY:
        return StoreError(
            msg('The database "{path}" is locked by another program; end that one, or try again.', path=str(path))
        )
    return StoreError(
        msg('The database "{path}" cannot be opened: {reason}.', path=str(path), reason=reason_of(error, path))
    )


def _give_up(connection: DBAPIConnection, _: ConnectionPoolEntry, __: BaseException | None) -> None:
    """Roll back and close a discarded connection, as after a cancellation; a second cancellation interrupts neither.

    Closing alone does not release the lock: SQLite keeps a closed connection alive as long as one of its cursors
    exists, and the exception of a cancelled task holds one.
    """
    with suppress(asyncio.CancelledError):  # the cancellation that led here continues by itself
        await_only(finish(_closed(connection.driver_connection)))


async def _closed(connection: Any) -> None:
    try:
        await connection.rollback()
    finally:
        await connection.close()


async def _migrate(connections: Connections, url: str) -> None:
    async with connections.lend() as connection:
        if (await connection.exec_driver_sql(_IS_MIGRATED)).scalar():
            version = (await connection.exec_driver_sql("SELECT version_num FROM alembic_version")).scalar()
            if version == REVISION:
                return
    from bot.store.migrations import upgrade  # Alembic is slow to import, and most starts need no migration

    await asyncio.to_thread(upgrade, url)
