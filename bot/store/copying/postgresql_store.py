"""A PostgreSQL database that is copied, or that a copy is made in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy import Table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.store.connection import StoreConnection
from bot.store.connections import Connections
from bot.store.copying.tables import Rows, names_of, selection, tables
from bot.store.database import open_to_read
from bot.store.migrations import upgrade_server
from bot.store.postgresql_engine import make_engine, place_of, take_turn
from bot.store.postgresql_errors import reason_of
from bot.store.sequences import count_on, highest_number

_AT_ONCE = 1000  # rows
_PATIENCE = 10.0  # seconds that a copy waits for whoever writes in its target
_ONE_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
_IS_THERE = text("SELECT to_regclass(:name) IS NOT NULL")
_TIMES = {"idle_in_transaction_session_timeout": "0"}  # the other store may be slow


class PostgresqlStore:
    """A connection in one transaction."""

    def __init__(self, connection: StoreConnection) -> None:
        self._connection = connection

    async def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return int((await self._connection.execute(text(f"SELECT count(*) FROM {table.name}"))).scalar_one())

    async def rows(self, table: Table) -> AsyncIterator[Rows]:
        """Yield a table's rows in batches."""
        cursor = f"copy_of_{table.name}"  # the driver remembers what a statement returns, so each has its own name
        await self._connection.exec_driver_sql(f"DECLARE {cursor} NO SCROLL CURSOR FOR {selection(table)}")
        while rows := (await self._connection.exec_driver_sql(f"FETCH {_AT_ONCE} FROM {cursor}")).all():
            yield rows
        await self._connection.exec_driver_sql(f"CLOSE {cursor}")

    async def highest(self, table: Table) -> int:
        """Return the highest number that was ever given to a row."""
        return await highest_number(self._connection, table)

    async def insert(self, table: Table, rows: Rows) -> None:
        """Insert rows."""
        await self._connection.insert_all(table, names_of(table), rows)

    async def count_on(self, table: Table, number: int) -> None:
        """Let a table give only higher numbers."""
        await count_on(self._connection, table, number)


@asynccontextmanager
async def read_postgresql(url: str, address: URL) -> AsyncIterator[PostgresqlStore]:
    """Yield a database as it is at this moment. Raises StoreError when it is not there or of another version."""
    await (await open_to_read(url)).close()
    async with _transaction(address) as connection:
        await connection.execute(_ONE_SNAPSHOT)
        yield PostgresqlStore(connection)


@asynccontextmanager
async def fill_postgresql(address: URL) -> AsyncIterator[PostgresqlStore]:
    """Yield an empty store; nothing of it is there before all of it is.

    Raises StoreError when the database has tables already.
    """
    async with _transaction(address) as connection:
        await take_turn(connection, _PATIENCE)
        for name in ("alembic_version", *(table.name for table in tables())):
            if (await connection.execute(_IS_THERE, {"name": name})).scalar():
                raise StoreError(
                    msg(
                        'The database "{path}" is not empty. Copy into an empty one, or empty it first: '
                        "dropdb {name} && createdb {name}",
                        path=place_of(address),
                        name=address.database or "",
                    )
                )
        await connection.run(partial(upgrade_server, place=place_of(address)))
        yield PostgresqlStore(connection)


@asynccontextmanager
async def _transaction(address: URL) -> AsyncIterator[StoreConnection]:
    connections = Connections(make_engine(address, {"poolclass": NullPool}, **_TIMES))
    try:
        async with connections.lend(writing=True) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        message = msg(
            'The database "{path}" cannot be copied: {reason}.', path=place_of(address), reason=reason_of(error)
        )
        raise StoreError(message) from error
    finally:
        await connections.close()
