"""Keeps the index in step with the papers: updates in the papers' own transaction, a rebuild after a format change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from sqlalchemy import func, select

from bot.domain.paper import Columns
from bot.store.connection import StoreConnection
from bot.store.database import Database, batched
from bot.store.schema import papers
from bot.store.search_index.index_worker import HERE, BuildRemovedRows, BuildRows
from bot.store.search_index.tables import (
    INDEX_VERSION,
    TABLE_NAMES,
    TABLES,
    Statement,
    deletion,
    insertion,
    size_change,
    word_deletion,
    word_insertion,
)
from bot.store.state import read_state, write_state

_STATE_KEY = "search_index"
_REBUILT_AT_ONCE = 1000  # papers per transaction
_MERGED_PAGES = 500  # pages of an index that are merged per transaction
_FEW_SEGMENTS = 2
_INDEXED = "SELECT number FROM search_papers WHERE number IN (SELECT value FROM json_each(?))"


async def index_papers(
    connection: StoreConnection, workspace_id: int, rows: Sequence[Columns], build_rows: BuildRows = HERE.added
) -> None:
    """Add papers, given as rows with numbers, to the index; they must not be in it."""
    words: Counter[str] = Counter()
    sounds: dict[str, str] = {}
    async for pieces in build_rows(workspace_id, rows):
        await _execute(connection, (*insertion(workspace_id, pieces), size_change(workspace_id, len(pieces))))
        for _, piece in pieces:
            words.update(piece.words)
            sounds |= piece.sounds
    await _execute(connection, word_insertion(workspace_id, words, sounds))


async def unindex_papers(
    connection: StoreConnection, workspace_id: int, numbers: Sequence[int], build_rows: BuildRemovedRows = HERE.removed
) -> None:
    """Remove papers from the index, with the words that only they had; unknown numbers are ignored.

    Their rows must still be in the table `papers`: what the index stores of a paper is computed from its row again.
    """
    words: Counter[str] = Counter()
    for batch in batched(numbers):
        indexed = await connection.exec_driver_sql(_INDEXED, (json.dumps(batch),))
        async for pieces in build_rows(connection, workspace_id, [number for (number,) in indexed]):
            await _execute(connection, (*deletion(pieces), size_change(workspace_id, -len(pieces))))
            for _, piece in pieces:
                words.update(piece.words)
    await _execute(connection, word_deletion(workspace_id, words))


async def optimize(database: Database) -> None:
    """Merge the index segments that many additions leave behind, so that a look-up reads only one.

    Pays after a large import; takes seconds in all, but only a moment per transaction.
    """
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
    """Create the index, or rebuild it if an older version of the program made it."""
    async with database.read() as connection:
        if await read_state(connection, _STATE_KEY) == INDEX_VERSION:
            return
    async with database.write() as connection:
        for table in TABLE_NAMES:
            await connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        for statement in TABLES:
            await connection.exec_driver_sql(statement)
        total = (await connection.execute(select(func.count()).select_from(papers))).scalar_one()
    await _rebuild(database, total, progress)
    await optimize(database)
    async with database.write() as connection:
        await write_state(connection, _STATE_KEY, INDEX_VERSION)


async def _rebuild(database: Database, total: int, progress: Callable[[int, int], None] | None) -> None:
    query = select(papers).order_by(papers.c.number).limit(_REBUILT_AT_ONCE)
    done = last = 0
    while done < total:
        async with database.write() as connection:
            rows = (await connection.execute(query.where(papers.c.number > last))).mappings().all()
            for workspace_id, group in groupby(rows, key=lambda row: row["workspace_id"]):
                await index_papers(connection, workspace_id, [dict(row) for row in group])
        if not rows:
            break
        done, last = done + len(rows), rows[-1]["number"]
        if progress:
            progress(done, total)


async def _execute(connection: StoreConnection, statements: Iterable[Statement]) -> None:
    for sql, rows in statements:
        if rows:
            await connection.exec_driver_sql(sql, rows)


async def _changes(connection: StoreConnection) -> int:
    return int((await connection.exec_driver_sql("SELECT total_changes()")).scalar_one())
