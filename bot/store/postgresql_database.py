"""The database on a PostgreSQL server.

Each write first takes one lock of the whole database, so that what it reads stays true until it is committed, as on
SQLite. The server releases the lock when the process or the connection ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from time import monotonic

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.domain.errors import LostStoreError, ServerStoreError, StoreError
from bot.i18n import Message, msg
from bot.store.abstract_database import Database, DatabaseServer
from bot.store.connection import StoreConnection
from bot.store.connections import Connections
from bot.store.outage import Outage
from bot.store.postgresql_engine import make_engine, make_engine_to_read, place_of, take_turn
from bot.store.postgresql_errors import LOST, NO_RIGHTS, READ_ONLY, TAKES_CHANGES, is_lost, reason_of, remedy_of
from bot.store.postgresql_listener import Listener
from bot.store.revisions import revision_error
from bot.store.schema import REVISION, metadata

_VERSION = text("SELECT version_num FROM alembic_version")
_IS_MIGRATED = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_PATIENCE = 60.0  # seconds that a migration waits for another process's
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

# The doctor's own connections only read; `reset_val` is how the server would have let them begin.
_IS_READ_ONLY = """
    (pg_is_in_recovery() OR (SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'))
"""
_RIGHTS = " AND ".join(f"has_table_privilege(oid, '{right}')" for right in ("INSERT", "UPDATE", "DELETE"))
_MAY_CHANGE = f"""
    (SELECT bool_and({_RIGHTS}) FROM pg_class
        WHERE relnamespace = to_regnamespace(current_schema()) AND relname = ANY(:tables))
"""
_TABLES = {"tables": list(metadata.tables)}
_SERVER = text(f"""
SELECT split_part(current_setting('server_version'), ' ', 1), pg_database_size(current_database()),
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    CAST(current_setting('max_connections') AS int) - CAST(current_setting('superuser_reserved_connections') AS int),
    {_IS_READ_ONLY},
    {_MAY_CHANGE}
""")
_MAY_MAKE_TABLES = text(f"SELECT {_IS_READ_ONLY}, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")
_CHANGES = text(f"SELECT current_setting('transaction_read_only') = 'on', {_MAY_CHANGE}")


class PostgresqlDatabase(Database):
    """An open database on a server; make it with `open_postgresql`."""

    def __init__(self, connections: Connections, address: URL) -> None:
        super().__init__(connections, address.render_as_string(hide_password=False), place_of(address))
        self._address = address
        self._listener = Listener(address)
        self._outage = Outage(self.place)
        event.listen(connections.engine, "connect", lambda *_: self._outage.end())

    def search_engine(self) -> Engine:
        """Return an engine for searches only; whoever takes it disposes of it."""
        return make_engine(self._address, _SEARCH_POOL, **_SEARCH_SETTINGS)

    def writes(self) -> Callable[[float], Awaitable[None]]:
        """Return a function that waits until somebody has written since its last call, at most that many seconds."""
        heard = 0

        async def wait(seconds: float) -> None:
            nonlocal heard
            heard = await self._listener.wait(heard, seconds)

        return wait

    async def close(self) -> None:
        """Close all connections."""
        await self._listener.close()
        await super().close()

    async def checkpoint(self) -> None:
        """Do nothing: a server does that by its own rules."""

    async def find_damage(self) -> str | None:
        """Return nothing: the server itself tells of pages that it cannot read."""
        return None

    async def server(self) -> DatabaseServer:
        """Return how the server is. Raises StoreError."""
        async with self.read() as connection:
            return DatabaseServer(*(await connection.execute(_SERVER, _TABLES)).one())

    async def require_changes(self) -> None:
        """Raise StoreError if the server only lets the database be read, or does not let this user change it."""
        async with self.read() as connection:
            _require(self.place, *(await connection.execute(_CHANGES, _TABLES)).one())

    async def _begin(self, stack: AsyncExitStack, until: float, own_rows: bool) -> StoreConnection:
        if not own_rows:
            await stack.enter_async_context(self._writer)
        connection = await stack.enter_async_context(self._connections.lend(writing=True))
        await stack.enter_async_context(connection.begin())
        if not own_rows:
            await take_turn(connection, until - monotonic())
        return connection

    def _unread(self, error: SQLAlchemyError) -> StoreError:
        return self._lost(error)(msg("The database could not be read: {reason}.", reason=reason_of(error)))

    def _lost(self, error: SQLAlchemyError) -> type[StoreError]:
        """Return which error it is; tell the log if the server is lost."""
        if not is_lost(error):
            return StoreError
        self._outage.note(reason_of(error))
        return LostStoreError

    def _unwritten(self, error: SQLAlchemyError, is_done: bool) -> StoreError:
        if is_done and reason_of(error) is LOST:
            return StoreError(
                msg(
                    "The connection to the database was lost while a change was saved, so it may be saved or not; "
                    "look before you repeat it."
                )
            )
        return self._lost(error)(msg("The database could not be written: {reason}.", reason=reason_of(error)))


async def open_postgresql(url: str) -> PostgresqlDatabase:
    """Open the database at this URL; migrate it if needed. Raises StoreError."""
    address = make_url(url)
    connections = Connections(make_engine(address))
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
    connections = Connections(make_engine_to_read(address))
    try:
        version = await _version(connections)
        if version is None:
            await _require_place(connections, place_of(address))
    except BaseException as error:
        await connections.close()
        if isinstance(error, SQLAlchemyError):
            raise _unopened(error, address) from error
        raise
    if wrong := revision_error(version, place_of(address)):
        await connections.close()
        raise wrong
    return PostgresqlDatabase(connections, address)


async def _version(connections: Connections) -> str | None:
    async with connections.lend() as connection:
        if not (await connection.execute(_IS_MIGRATED)).scalar():
            return None
        version: str | None = (await connection.execute(_VERSION)).scalar()
        return version


async def _require_place(connections: Connections, place: str) -> None:
    """Raise StoreError if no tables can be made in an empty database."""
    async with connections.lend() as connection:
        _require(place, *(await connection.execute(_MAY_MAKE_TABLES)).one())


def _require(place: str, is_read_only: bool, may_change: bool) -> None:
    if is_read_only:
        raise _unusable(place, READ_ONLY, TAKES_CHANGES)
    if not may_change:
        raise _unusable(place, NO_RIGHTS, None)


async def _migrate(address: URL) -> None:
    """Migrate the database in one transaction; of several processes that start, one does it."""
    from bot.store.migrations import upgrade_server  # Alembic is slow to import, and most starts need no migration

    connections = Connections(make_engine(address, {"poolclass": NullPool}))
    try:
        async with connections.lend(writing=True) as connection, connection.begin():
            await take_turn(connection, _PATIENCE)
            await connection.run(partial(upgrade_server, place=place_of(address)))
    finally:
        await connections.close()


def _unopened(error: SQLAlchemyError, address: URL) -> StoreError:
    reason = reason_of(error) if isinstance(error, DBAPIError) else str(error)
    return _unusable(place_of(address), reason, remedy_of(error))


def _unusable(place: str, reason: Message | str, remedy: Message | None) -> ServerStoreError:
    message = msg('The database "{path}" cannot be opened: {reason}.', path=place, reason=reason)
    return ServerStoreError(message, remedy)
