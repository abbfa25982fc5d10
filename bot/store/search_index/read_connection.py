"""A read-only connection that answers from one snapshot of the database, within a time limit."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from bot.store.search_index.sqlite import SearchTimeoutError, SqliteBackend

T = TypeVar("T")
_PRAGMAS = ("query_only=ON", "cache_size=-16000", "temp_store=MEMORY", "busy_timeout=10000")
_OFTEN = 5000  # SQLite instructions between two checks of the time: about 0.2 ms


class ReadConnection:
    """One connection, opened by its first question and used by one thread at a time; each takes 0.2 MiB."""

    def __init__(self, path: Path) -> None:
        self._path, self._until = path, 0.0

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def run(self, workspace_id: int, question: Callable[[SqliteBackend], T], seconds: float | None = None) -> T:
        """Return the answer to a question about the newest state. Raises SearchTimeoutError after `seconds`."""
        # SQLite counts a statement's instructions over all its runs: with the limit, one BEGIN in 1,666 would be
        # interrupted when it is late, and sometimes leave its transaction open, after which no other can begin.
        self._connection.execute("BEGIN")
        try:
            self._connection.set_progress_handler(self._is_late if seconds is not None else None, _OFTEN)
            self._until = time.perf_counter() + seconds if seconds is not None else 0.0
            return question(SqliteBackend(self._execute, workspace_id, is_hurried=seconds is not None))
        except sqlite3.OperationalError as error:
            if self._until and self._is_late():
                raise SearchTimeoutError from error
            raise
        finally:
            self._connection.set_progress_handler(None, 0)
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection, if it was opened."""
        if "_connection" in vars(self):
            self._connection.close()

    def _execute(self, sql: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        if self._until and self._is_late():
            raise SearchTimeoutError
        return self._connection.execute(sql, values)

    def _is_late(self) -> bool:
        return time.perf_counter() > self._until
