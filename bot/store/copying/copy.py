"""Copies a whole store from one snapshot into an empty store, and compares the two row by row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlalchemy import Table
from sqlalchemy.engine import make_url

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.store.backups import remove_database, unfinished_of
from bot.store.copying.sqlite_store import fill_sqlite, finish_sqlite, read_sqlite
from bot.store.copying.tables import Rows, TableSum, number_place, tables
from bot.store.database import open_database
from bot.store.search_index.maintenance import ensure_index

Progress = Callable[[int, int], None]
"""Called with (rows done, rows in all)."""


class Store(Protocol):
    """One of the two stores of a copy, within one transaction."""

    async def count(self, table: Table) -> int:
        """Return how many rows a table has."""

    def rows(self, table: Table) -> AsyncIterator[Rows]:
        """Yield a table's rows in batches."""

    async def highest(self, table: Table) -> int:
        """Return the highest number that was ever given to a row."""

    async def insert(self, table: Table, rows: Rows) -> None:
        """Insert rows."""

    async def count_on(self, table: Table, number: int) -> None:
        """Let a table give only higher numbers."""


class CopiedTable(NamedTuple):
    """A table that both stores now hold the same rows of."""

    name: str
    rows: int
    checksum: str


async def copy_store(source: str, target: str, progress: Progress) -> list[CopiedTable]:
    """Copy everything from the store at one URL into an empty one, make its index, and compare both.

    Raises StoreError when the source is missing or of another version, the target is not empty, or they differ. A copy
    that fails or is interrupted leaves nothing; one that is killed, at most a file that the next one removes.
    """
    if source == target:
        raise StoreError(msg("A store cannot be copied into itself."))
    path = _path(target)
    try:
        sums = await _copy_and_compare(source, target, progress)
        if path is not None:
            finish_sqlite(path)
    except BaseException:
        if path is not None:
            with suppress(OSError):
                remove_database(unfinished_of(path))
        raise
    return [CopiedTable(table.name, *_shown(each)) for table, each in zip(tables(), sums, strict=True)]


async def _copy_and_compare(source: str, target: str, progress: Progress) -> list[TableSum]:
    """Copy all tables, make the index, and compare both stores."""
    async with _read(source) as old:
        total = 2 * sum([await old.count(table) for table in tables()])
        done = 0

        def count(rows: int) -> None:
            nonlocal done
            done += rows
            progress(min(done, total), total)

        async with _fill(target) as new:
            sums = [await _copy(table, old, new, count) for table in tables()]
    unfinished = _unfinished(target)
    await _make_index(unfinished)
    async with _read(unfinished) as new:
        for table, expected in zip(tables(), sums, strict=True):
            await _compare(table, expected, new, count)
    progress(total, total)
    return sums


async def _copy(table: Table, old: Store, new: Store, count: Callable[[int], None]) -> TableSum:
    sums, highest = TableSum(), 0
    number = number_place(table)
    async for rows in old.rows(table):
        await new.insert(table, [tuple(row) for row in rows])
        sums = sums.plus(table, rows)
        if number is not None:
            highest = max(highest, *(row[number] for row in rows))
        count(len(rows))
    if number is not None:
        await new.count_on(table, max(highest, await old.highest(table)))
    return sums


async def _compare(table: Table, expected: TableSum, new: Store, count: Callable[[int], None]) -> None:
    sums = TableSum()
    async for rows in new.rows(table):
        sums = sums.plus(table, rows)
        count(len(rows))
    if sums != expected:
        raise StoreError(
            msg(
                "The copy is not whole: {table} has {rows} rows ({checksum}) instead of {wanted} ({expected}).",
                table=table.name,
                rows=sums.rows,
                checksum=sums.checksum,
                wanted=expected.rows,
                expected=expected.checksum,
            )
        )


async def _make_index(url: str) -> None:
    database = await open_database(url)
    try:
        await ensure_index(database, None)
    finally:
        await database.close()


def _read(url: str) -> AbstractAsyncContextManager[Store]:
    if (path := _path(url)) is not None:
        return read_sqlite(url, path)
    from bot.store.copying.postgresql_store import read_postgresql

    return read_postgresql(url, make_url(url))


def _fill(url: str) -> AbstractAsyncContextManager[Store]:
    if (path := _path(url)) is not None:
        return fill_sqlite(path)
    from bot.store.copying.postgresql_store import fill_postgresql

    return fill_postgresql(make_url(url))


def _unfinished(url: str) -> str:
    path = _path(url)
    return url if path is None else f"sqlite+aiosqlite:///{unfinished_of(path)}"


def _path(url: str) -> Path | None:
    return Path(make_url(url).database or "") if url.startswith("sqlite") else None


def _shown(sums: TableSum) -> tuple[int, str]:
    return sums.rows, sums.checksum
