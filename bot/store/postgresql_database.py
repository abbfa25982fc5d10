"""The database on a PostgreSQL server.

Each write first takes one lock of the whole database, so that what it reads stays true until it is committed, as on
SQLite. The server releases the lock when the process or the connection ends.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.store.abstract_database import Database
from bot.store.connection import StoreConnection
from bot.store.connections import Connections
from bot.store.postgresql_errors import OLDEST, reason_of
from bot.store.revisions import revision_error
from bot.store.schema import REVISION

_LOCK = 0x6461796F7269  # "dayori"
_TAKE_TURN = text("SELECT set_config('lock_timeout', :patience, true), pg_advisory_xact_lock(:lock)")
_VERSION = text("SELECT version_num FROM alembic_version")
_IS_MIGRATED = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_PATIENCE = 60.0  # seconds that a migration waits for another process's
_POOL = {"pool_size": 5, "max_overflow": 5, "pool_timeout": 10}
_CONNECTING = 10.0  # seconds
_STATEMENT = 300.0  # seconds; only making the indexes of a large collection takes more than some
_SETTINGS = {
    "application_name": "dayori",
    "jit": "off",  # compiling takes longer than any of these statements
    "idle_in_transaction_session_timeout": "120s",  # a process that hangs must not keep others from writing
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
# Searches read at most this many at a time, each for some milliseconds.
_SEARCH_POOL = {"pool_size": 4, "max_overflow": 0, "pool_timeout": 10, "pool_reset_on_return": None}
_SEARCH_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "10s",
    # Each statement is planned once, whatever its values, and uses its index. For a frequent word the planner would
    # read the terms of all papers, since it does not know what it costs to fetch them from where they are kept.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_sort": "off",
    "max_parallel_workers_per_gather": "0",
}


class PostgresqlDatabase(Database):
    """An open database on a server; make it with `open_postgresql`."""

    def __init__(self, connections: Connections, address: URL) -> None:
        super().__init__(connections, place_of(address))
        self._address = address

    def search_engine(self) -> Engine:
        """Return an engine for searches only; whoever takes it disposes of it."""
        return _engine(self._address, _SEARCH_POOL, **_SEARCH_SETTINGS)

    async def backup(self, target: Path) -> None:
        """Refuse: the server has tools for that."""
        raise StoreError(msg("A PostgreSQL database is copied with pg_dump: pg_dump --format=custom --file=FILE NAME"))

    async def checkpoint(self) -> None:
        """Do nothing: a server does that by its own rules."""

    async def find_damage(self) -> str | None:
        """Return nothing: the server itself tells of pages that it cannot read."""
        return None

    async def _begin(self, stack: AsyncExitStack, until: float) -> StoreConnection:
        await stack.enter_async_context(self._writer)
        connection = await stack.enter_async_context(self._connections.lend(writing=True))
        await stack.enter_async_context(connection.begin())
        await _take_turn(connection, until - monotonic())
        return connection

    def _unread(self, error: SQLAlchemyError) -> StoreError:
        return StoreError(msg("The database could not be read: {reason}.", reason=reason_of(error)))

    def _unwritten(self, error: SQLAlchemyError) -> StoreError:
        return StoreError(msg("The database could not be written: {reason}.", reason=reason_of(error)))


async def open_postgresql(url: str) -> PostgresqlDatabase:
    """Open the database at this URL; migrate it if needed. Raises StoreError."""
    address = make_url(url)
    connections = Connections(_engine(address))
    try:
        if await _version(connections) != REVISION:
            await _migrate(address)
    except BaseException as error:
        await connections.close()
        if isinstance(error, SQLAlchemyError):
            raise _unopened(error, address) from error
        raise
    return PostgresqlDatabase(connections, address)


async def open_postgresql_to_read(url: str) -> PostgresqlDatabase:
    """Open an existing database so that nothing can be written. Raises StoreError."""
    address = make_url(url)
    connections = Connections(_engine(address, default_transaction_read_only="on"))
    try:
        version = await _version(connections)
    except BaseException as error:
        await connections.close()
        if isinstance(error, SQLAlchemyError):
            raise _unopened(error, address) from error
        raise
    if wrong := revision_error(version, place_of(address)):
        await connections.close()
        raise wrong
    return PostgresqlDatabase(connections, address)


def place_of(address: URL) -> str:
    """Return how messages call a database: without user name, password and options."""
    return URL.create("postgresql", host=address.host, port=address.port, database=address.database).render_as_string()


def _engine(address: URL, pool: dict[str, Any] = _POOL, **settings: str) -> Engine:
    try:
        engine = create_engine(
            address.set(drivername="postgresql+asyncpg"),
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={
                "timeout": _CONNECTING,
                "command_timeout": _STATEMENT,
                "server_settings": _SETTINGS | settings,
            },
            **pool,
        )
    except ImportError as error:
        raise StoreError(
            msg('PostgreSQL needs the driver asyncpg: pip install "{package}".', package="ronbun-dayori[postgres]")
        ) from error
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _check_server)
    event.listen(engine, "checkout", _check_connection)
    return engine


def _connect(dialect: Any, _: Any, arguments: Any, keywords: Any) -> Any:
    """Connect; an error on the way there becomes one of the database's."""
    try:
        return dialect.loaded_dbapi.connect(*arguments, **keywords)
    except (OSError, TimeoutError) as error:
        raise OperationalError("connect", None, error) from error


def _check_server(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    driver: Any = connection.driver_connection
    version, encoding = driver.get_server_version().major, driver.get_settings().server_encoding
    if version < OLDEST:
        raise StoreError(
            msg(
                "The server is PostgreSQL {version}; this program needs {oldest} or newer.",
                version=str(version),
                oldest=str(OLDEST),
            )
        )
    if encoding != "UTF8":
        raise StoreError(
            msg(
                "The database is in {encoding}; make one with createdb --encoding=UTF8 --template=template0.",
                encoding=encoding,
            )
        )


def _check_connection(connection: DBAPIConnection, _: ConnectionPoolEntry, __: Any) -> None:
    """Let the pool open another connection in the place of one that a restart of the server has closed."""
    driver: Any = connection.driver_connection
    if driver.is_closed():
        raise DisconnectionError


async def _version(connections: Connections) -> str | None:
    async with connections.lend() as connection:
        if not (await connection.execute(_IS_MIGRATED)).scalar():
            return None
        version: str | None = (await connection.execute(_VERSION)).scalar()
        return version


async def _migrate(address: URL) -> None:
    """Migrate the database in one transaction; of several processes that start, one does it."""
    from bot.store.migrations import upgrade_server  # Alembic is slow to import, and most starts need no migration

    connections = Connections(_engine(address, {"poolclass": NullPool}))
    try:
        async with connections.lend(writing=True) as connection, connection.begin():
            await _take_turn(connection, _PATIENCE)
            await connection.run(partial(upgrade_server, place=place_of(address)))
    finally:
        await connections.close()


async def _take_turn(connection: StoreConnection, patience: float) -> None:
    """Wait until no other transaction writes."""
    milliseconds = max(1, round(patience * 1000))
    await connection.execute(_TAKE_TURN, {"patience": f"{milliseconds}ms", "lock": _LOCK})


def _unopened(error: SQLAlchemyError, address: URL) -> StoreError:
    reason = reason_of(error) if isinstance(error, DBAPIError) else str(error)
    return StoreError(msg('The database "{path}" cannot be opened: {reason}.', path=place_of(address), reason=reason))
