"""A connection to the database whose calls can be awaited.

It does what SQLAlchemy's own AsyncConnection does, which only comes together with the ORM: 6 MB and a tenth of a start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Table
from sqlalchemy.engine import Connection, CursorResult, ScalarResult
from sqlalchemy.sql import Executable
from sqlalchemy.util import greenlet_spawn

from bot.store.dialect import DialectName, PortableStatement

Rows: TypeAlias = CursorResult[*tuple[Any, ...]]
Values: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
T = TypeVar("T")


class StoreConnection:
    """A connection, within a transaction if it was lent for writing; services pass it to the store's modules."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> DialectName:
        """Return which database this is."""
        return "sqlite" if self._connection.dialect.name == "sqlite" else "postgresql"

    @property
    def is_lost(self) -> bool:
        """Return whether a cancelled statement or a lost server took the connection and its transaction away."""
        return self._connection.invalidated

    async def execute(self, statement: Executable | PortableStatement, values: Values | None = None) -> Rows:
        """Execute a statement, once for each of several mappings of values; all rows of its result are in memory."""
        written = statement.on(self.dialect) if isinstance(statement, PortableStatement) else statement
        return await greenlet_spawn(self._connection.execute, written, values)

    async def scalars(
        self, statement: Executable | PortableStatement, values: Values | None = None
    ) -> ScalarResult[Any]:
        """Execute a statement and return the first column of its result."""
        return (await self.execute(statement, values)).scalars()

    async def insert_all(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert many rows, given as values of these columns: as the driver takes them, which is faster."""
        if rows:
            places = "?" * len(columns) if self.dialect == "sqlite" else [f"${n + 1}" for n in range(len(columns))]
            names = ", ".join(f'"{name}"' for name in columns)
            sql = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(places)})"
            await self.exec_driver_sql(sql, rows)

    async def exec_driver_sql(self, sql: str, values: Any = None) -> Rows:
        """Execute SQL as the driver reads it, once for each row of values in a list."""
        return await greenlet_spawn(self._connection.exec_driver_sql, sql, values)

    async def run(self, function: Callable[[Connection], T]) -> T:
        """Call a function that is not asynchronous with SQLAlchemy's own connection."""
        return await greenlet_spawn(function, self._connection)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        """Begin a transaction; commit it at the end, or roll it back after an error."""
        transaction = (await greenlet_spawn(self._connection.begin)).__enter__()
        try:
            yield
        except BaseException as error:
            await greenlet_spawn(transaction.__exit__, type(error), error, error.__traceback__)
            raise
        await greenlet_spawn(transaction.__exit__, None, None, None)

    async def close(self) -> None:
        """Return the connection to its pool."""
        await greenlet_spawn(self._connection.close)
