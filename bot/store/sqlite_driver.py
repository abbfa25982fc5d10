"""The driver's connections, with cursors that hand a whole statement to the driver's thread at once.

SQLAlchemy's own cursor is made, executes, fetches and is closed in four calls of that thread. Together they take longer
than SQLite takes for most statements.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from typing import Any

from aiosqlite import Cursor as DriverCursor
from sqlalchemy import Engine, event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor whose rows are all in memory; SQLite is done with a statement when they are."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:
        return DriverCursor(connection, connection._conn.cursor())

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            driver: Any = self._cursor
            self._rows = await driver._execute(_execute, driver._cursor, operation, parameters or ())
            return driver

    def close(self) -> None:
        """Forget the rows that were not fetched; a cancelled statement may still use the driver's cursor."""
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor


def use_whole_statements(engine: Engine) -> None:
    """Let an engine open connections whose statements are handed over whole."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _: Any, arguments: Any, keywords: Any) -> _Connection:
        opened = dialect.loaded_dbapi.connect(*arguments, **keywords)
        return _Connection(opened.dbapi, opened.driver_connection)


def _execute(cursor: sqlite3.Cursor, operation: str, parameters: Any) -> deque[Any]:
    cursor.execute(operation, parameters)
    return deque(cursor.fetchall() if cursor.description else ())
