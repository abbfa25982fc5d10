"""Keeps the index in step with the papers: updates in the papers' own transaction, a rebuild after a format change."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

from sqlalchemy import RowMapping, func, select, text

from bot.domain.paper import Columns
from bot.store.connection import StoreConnection
from bot.store.database import Database, batched
from bot.store.schema import papers
from bot.store.search_index.index_worker import HERE, BuildRemovedRows, BuildRows
from bot.store.search_index.postgresql_tables import POSTGRESQL, REMOVAL
from bot.store.search_index.tables import (
    EMPTYING,
    SQLITE,
    IndexRow,
    IndexTables,
    Statement,
    deletion,
    size_change,
    word_deletion,
)
from bot.store.search_index.version import is_current, is_reduced, note_current, note_reduced

_REMOVED_AT_ONCE = 2000  # papers per statement
_REBUILT_AT_ONCE = 1000  # papers per transaction
_MERGED_PAGES = 500  # pages of an index that are merged per transaction
_FEW_SEGMENTS = 2
_LONG = 50_000  # characters of a paper's terms that take longer than a moment to write out
_LOOK_AGAIN = 0.2  # seconds
_LOCK = 0x696E646578  # "index"
_INDEXED = "SELECT number FROM search_papers WHERE number IN (SELECT value FROM json_each(?))"
_STAYING = """SELECT json_group_array(number) FROM (
    SELECT number FROM papers WHERE number NOT IN (SELECT value FROM json_each(?)) LIMIT ?)"""
_MISSING = "SELECT 1 FROM papers WHERE number NOT IN (SELECT number FROM search_papers) LIMIT 1"


async def index_papers(
    connection: StoreConnection, workspace_id: int, rows: Sequence[Columns], build_rows: BuildRows = HERE.added
) -> None:
    """Add papers, given as rows with numbers, to the index; they must not be in it."""
    words: Counter[str] = Counter()
    sounds: dict[str, str] = {}
    tables = _tables(connection)
    async for pieces in build_rows(workspace_id, rows):
        await _execute(connection, await _insertion(tables, workspace_id, pieces))
        await _execute(connection, [tables.size_change(workspace_id, len(pieces))])
        for _, piece in pieces:
            words.update(piece.words)
            sounds |= piece.sounds
    await _execute(connection, tables.word_insertion(workspace_id, words, sounds))


async def unindex_papers(
    connection: StoreConnection, workspace_id: int, numbers: Sequence[int], build_rows: BuildRemovedRows = HERE.removed
) -> None:
    """Remove papers from the index, with the words that only they had; unknown numbers are ignored.

    Their rows must still be in the table `papers`: what SQLite's index stores of a paper is computed from that again.
    """
    if connection.dialect == "postgresql":
        for batch in batched(numbers, _REMOVED_AT_ONCE):
            await connection.exec_driver_sql(REMOVAL, (workspace_id, list(batch)))
        return
    words: Counter[str] = Counter()
    for batch in batched(numbers):
        indexed = await connection.exec_driver_sql(_INDEXED, (json.dumps(batch),))
        async for pieces in build_rows(connection, workspace_id, [number for (number,) in indexed]):
            await _execute(connection, (*deletion(pieces), size_change(workspace_id, -len(pieces))))
            for _, piece in pieces:
                words.update(piece.words)
    await _execute(connection, word_deletion(workspace_id, words))


async def reduce_index(database: Database, removed: Sequence[int]) -> bool:
    """If few papers stay when these are removed, index only those that stay; return whether this was done.

    Emptying SQLite's index takes a moment, removing 100,000 papers from it 15 seconds. Call `complete_index` when the
    papers are removed; if a process ends before, the next one rebuilds the index. PostgreSQL removes papers fast, each
    from the index at the moment when it leaves the collection.
    """
    if database.path is None:
        return False
    async with database.write() as connection:
        found = await connection.exec_driver_sql(_STAYING, (json.dumps(removed), _REBUILT_AT_ONCE + 1))
        staying = json.loads(found.scalar_one())
        if len(staying) > _REBUILT_AT_ONCE:
            return False
        for statement in EMPTYING:
            await connection.exec_driver_sql(statement)
        rows = await connection.execute(select(papers).where(papers.c.number.in_(staying)).order_by(papers.c.number))
        await _index_all(connection, rows.mappings().all())
        await note_reduced(connection)
    return True


async def complete_index(database: Database) -> None:
    """Finish what `reduce_index` began; rebuild the index if it lacks a paper, because that was not removed."""
    if not await is_reduced(database):
        return
    async with database.write() as connection:
        if not (await connection.exec_driver_sql(_MISSING)).scalar():
            await note_current(connection)
            return
    await ensure_index(database, None)


async def optimize(database: Database) -> None:
    """Merge what many additions leave behind in the index, so that a look-up reads only sorted terms.

    Pays after a large import; takes seconds in all, but holds up others only for moments.
    """
    if database.path is None:
        async with database.read() as connection:
            await connection.exec_driver_sql("VACUUM (ANALYZE) search_papers, search_words")
        return
    for table in ("search_head", "search_full"):
        async with database.read() as connection:
            count = await connection.exec_driver_sql(f"SELECT count(DISTINCT segid) FROM {table}_idx")
            segments = count.scalar_one()
        pages, changed = -_MERGED_PAGES, segments > _FEW_SEGMENTS
        while changed:  # the first call, with a negative number, selects all segments for merging
            async with database.write() as connection:
                before = await _changes(connection)
                await connection.exec_driver_sql(f"INSERT INTO {table}({table}, rank) VALUES ('merge', ?)", (pages,))
                changed, pages = await _changes(connection) - before > 1, _MERGED_PAGES


async def ensure_index(database: Database, progress: Callable[[int, int], None] | None) -> None:
    """Create the index, or rebuild it if an older version of the program made it; of several processes one does it."""
    if await is_current(database):
        return
    async with _alone(database):
        if not await is_current(database):
            await _make(database, progress)


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Wait until no other process makes the index on the same server, which may take minutes.

    To ask again and again is no waiting for a lock, which the server ends after seconds.
    """
    if database.path:
        yield
        return
    async with database.read() as connection:
        while not (await connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK})")).scalar():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_AGAIN)
        try:
            yield
        finally:
            await connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")


async def _make(database: Database, progress: Callable[[int, int], None] | None) -> None:
    async with database.write() as connection:
        tables = _tables(connection)
        for table in tables.names:
            await connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        for statement in tables.creation:
            await connection.exec_driver_sql(statement)
        total = (await connection.execute(select(func.count()).select_from(papers))).scalar_one()
    await _rebuild(database, total, progress)
    await optimize(database)
    async with database.write() as connection:
        await note_current(connection)


def _tables(connection: StoreConnection) -> IndexTables:
    return SQLITE if connection.dialect == "sqlite" else POSTGRESQL


async def _rebuild(database: Database, total: int, progress: Callable[[int, int], None] | None) -> None:
    """Index all papers but those that another process has added and indexed meanwhile."""
    is_new = text("NOT EXISTS (SELECT 1 FROM search_papers i WHERE i.number = papers.number)")
    query = select(papers).where(is_new).order_by(papers.c.number).limit(_REBUILT_AT_ONCE)
    done = last = 0
    while done < total:
        async with database.write() as connection:
            rows = (await connection.execute(query.where(papers.c.number > last))).mappings().all()
            await _index_all(connection, rows)
        if not rows:
            break
        done, last = done + len(rows), rows[-1]["number"]
        if progress:
            progress(done, total)


async def _index_all(connection: StoreConnection, rows: Sequence[RowMapping]) -> None:
    for workspace_id, group in groupby(rows, key=lambda row: row["workspace_id"]):
        await index_papers(connection, workspace_id, [dict(row) for row in group])


async def _insertion(
    tables: IndexTables, workspace_id: int, pieces: Sequence[tuple[int, IndexRow]]
) -> Iterable[Statement]:
    """Return the statements that insert papers; PostgreSQL's are written out in a thread where that takes long."""
    statements = tables.insertion(workspace_id, pieces)
    is_long = any(len(piece.names) + len(piece.comment) + len(piece.rest) > _LONG for _, piece in pieces)
    return await asyncio.to_thread(list, statements) if is_long and tables is POSTGRESQL else statements


async def _execute(connection: StoreConnection, statements: Iterable[Statement]) -> None:
    for sql, rows in statements:
        if rows:
            await connection.exec_driver_sql(sql, rows)


async def _changes(connection: StoreConnection) -> int:
    return int((await connection.exec_driver_sql("SELECT total_changes()")).scalar_one())
