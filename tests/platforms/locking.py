"""Another process that holds the database's lock."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.stores import SERVER


@asynccontextmanager
async def locked(folder: Path, statement: str = "SELECT 1") -> AsyncIterator[threading.Event]:
    """Hold the database's lock like another process, until the event is set or the test continues."""
    if SERVER:
        pytest.skip("about the lock of SQLite's file")
    begun, end = threading.Event(), threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(folder / "dayori.db", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        begun.set()
        end.wait(60)
        connection.execute(statement)
        connection.execute("COMMIT")
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    await asyncio.to_thread(begun.wait, 5)  # the bot may be about to finish a change of its own
    try:
        yield end
    finally:
        end.set()
        await asyncio.to_thread(thread.join)
