"""Opens the database that a URL names: a SQLite file, or one on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from bot.store.abstract_database import Database as Database
from bot.store.abstract_database import DatabaseServer as DatabaseServer

_AT_ONCE = 200  # rows per statement; preparing them takes a few milliseconds
_SQLITE = "sqlite"
T = TypeVar("T")


async def open_database(url: str) -> Database:
    """Open the database at this URL; create or migrate it if needed.

    `sqlite+aiosqlite:///relative.db` or `postgresql+asyncpg://user:password@host/name`. Raises StoreError when it
    cannot be opened or is newer than this program.
    """
    if url.startswith(_SQLITE):
        from bot.store.sqlite_database import open_sqlite

        return await open_sqlite(url)
    from bot.store.postgresql_database import open_postgresql

    return await open_postgresql(url)


async def open_to_read(url: str) -> Database:
    """Open an existing database read-only, without creating, migrating or writing anything. Raises StoreError."""
    if url.startswith(_SQLITE):
        from bot.store.sqlite_database import open_sqlite_to_read

        return await open_sqlite_to_read(url)
    from bot.store.postgresql_database import open_postgresql_to_read

    return await open_postgresql_to_read(url)


def batched(items: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """Yield slices of items: preparing or reading all rows at once would block the event loop."""
    return (items[start : start + size] for start in range(0, len(items), size))


def iso(moment: datetime) -> str:
    """Return a time as the tables store it: UTC with microseconds, so that text sorts like time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
