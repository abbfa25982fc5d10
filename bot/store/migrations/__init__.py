"""Alembic migrations, one file per revision."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.store.migrations.server_columns import use_column_types

_PATIENCE = 60  # seconds to wait for another process that migrates
_MUCH = 0.25  # share of free pages above which a database is worth rewriting
_COPIES = 2.2  # times its size that rewriting it may need on the disk: a temporary copy, and as much again in the log


def configuration() -> Config:
    """Return Alembic's settings for these migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database to a revision in one transaction. Raises StoreError when it is newer than this program.

    If that frees much of the file, the file is made smaller.
    """
    config, path = configuration(), make_url(url).database or ""
    engine = create_engine(make_url(url).set(drivername="sqlite"), connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except CommandError as error:
        raise _newer(path) from error
    finally:
        engine.dispose()
    _shrink(Path(path))


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # Python's own would begin with the first row, behind the first tables
    connection.cursor().execute("PRAGMA journal_mode=WAL")


def _begin(connection: Connection) -> None:
    """Begin a transaction for which other processes that migrate wait; those then find nothing left to do."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def upgrade_server(connection: Connection, place: str, revision: str = "head") -> None:
    """Migrate a database on a server, within the transaction of the connection. Raises StoreError when it is newer."""
    use_column_types(connection.dialect)
    config = configuration()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise _newer(place) from error


def _newer(place: str) -> StoreError:
    return StoreError(msg('The database "{path}" was made by a newer version; update this program.', path=place))


def _shrink(path: Path) -> None:
    """Rewrite the file without its free pages, if they are many and the disk has room: 4 s for 340 MB.

    Otherwise SQLite reuses them. Another process that has the database open can prevent it.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        free, pages, size = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("freelist_count", "page_count", "page_size")
        )
        room = shutil.disk_usage(path.absolute().parent).free
        if free > pages * _MUCH and room > (pages - free) * size * _COPIES:
            connection.execute("VACUUM")
