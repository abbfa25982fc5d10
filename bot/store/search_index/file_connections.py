"""Read connections to a SQLite file that answer searches on the event loop, and in a thread when that takes long."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.store.connections import finish
from bot.store.search_index.read_connection import ReadConnection
from bot.store.search_index.sqlite import SearchTimeoutError, SqliteBackend

T = TypeVar("T")
_AT_ONCE = 0.003  # seconds that a look-up may take on the event loop


class FileConnections:
    """Two connections, independent of all writes.

    A look-up usually takes less time than handing it to a thread and back, especially during an import: a thread must
    regain the interpreter's lock after each row. So a look-up first runs on the event loop for at most 3 ms; one that
    takes longer (on a cold disk) is repeated in a thread.
    """

    def __init__(self, path: Path) -> None:
        self._on_loop, self._in_thread = ReadConnection(path), ReadConnection(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")

    async def run(self, workspace_id: int, question: Callable[[SqliteBackend], T], *, is_long: bool = False) -> T:
        """Return the answer to a question about the newest state; a long one goes to the thread. Raises StoreError."""
        try:
            try:
                return self._on_loop.run(workspace_id, question, 0.0 if is_long else _AT_ONCE)
            except SearchTimeoutError:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._thread, self._in_thread.run, workspace_id, question)
        except sqlite3.Error as error:
            raise StoreError(msg("The database could not be read: {reason}.", reason=str(error))) from error

    async def close(self) -> None:
        """Close the connections, after a running look-up has ended."""
        try:
            await finish(asyncio.to_thread(self._thread.shutdown))
        finally:
            self._on_loop.close()
            self._in_thread.close()
