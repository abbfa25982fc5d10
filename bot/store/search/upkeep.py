"""Keeping the index true: papers in and out within their own transaction, all of it anew when its make-up changes."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.paper import Paper
from bot.store.database import Database
from bot.store.notes import read_note, write_note
from bot.store.papers import paper_from
from bot.store.schema import papers
from bot.store.search.entry import Entry, entry_of
from bot.store.search.index import (
    INDEX_VERSION,
    TABLE_NAMES,
    TABLES,
    Statement,
    batched,
    deletion,
    insertion,
    word_insertion,
)

_NOTE = "search_index"
_AT_ONCE = 100  # papers whose rows are prepared in one go
_REBUILT_AT_ONCE = 1000  # papers a transaction
_SLICE = 0.001  # seconds of cutting after which others have their turn
_MERGED_PAGES = 500  # of an index, in one transaction of tidying
_FEW_PIECES = 2


async def index_papers(connection: AsyncConnection, workspace_id: int, papers: Sequence[tuple[int, Paper]]) -> None:
    """Put papers, given with their numbers, into the index, over what it had of them."""
    await unindex_papers(connection, workspace_id, [number for number, _ in papers])
    words: Counter[str] = Counter()
    spoken: set[str] = set()
    for some in batched(papers, _AT_ONCE):
        entries = await _entries(some)
        await _execute(connection, insertion(workspace_id, entries))
        for entry in entries:
            words.update(entry.words)
            spoken |= entry.spoken
    await _execute(connection, word_insertion(workspace_id, words, spoken))


async def unindex_papers(connection: AsyncConnection, workspace_id: int, numbers: Sequence[int]) -> None:
    """Take papers out of the index, with the words that only they had; numbers it does not have are passed over."""
    for some in batched(numbers, _AT_ONCE):
        sql = "SELECT number, cut FROM search_cuts WHERE number IN (SELECT value FROM json_each(?))"
        if kept := [tuple(row) for row in await connection.exec_driver_sql(sql, (json.dumps(some),))]:
            await _execute(connection, deletion(workspace_id, kept))


async def tidy(database: Database) -> None:
    """Bring the pieces that many additions leave into one, so that a look-up has one place to look at.

    Worth it after an import; takes seconds in all, and a moment in each of its transactions.
    """
    for table in ("search_head", "search_full"):
        async with database.read() as connection:
            count = await connection.exec_driver_sql(f"SELECT count(DISTINCT segid) FROM {table}_idx")
            pieces = count.scalar_one()
        pages, changed = -_MERGED_PAGES, pieces > _FEW_PIECES
        while changed:  # the first call, with a negative number, chooses all pieces to be merged
            async with database.write() as connection:
                before = await _changes(connection)
                await connection.exec_driver_sql(f"INSERT INTO {table}({table}, rank) VALUES ('merge', ?)", (pages,))
                changed, pages = await _changes(connection) - before > 1, _MERGED_PAGES


async def prepare(database: Database, progress: Callable[[int, int], None] | None) -> None:
    """Make the index, or make it anew where an older version of the program made it."""
    async with database.read() as connection:
        if await read_note(connection, _NOTE) == str(INDEX_VERSION):
            return
    async with database.write() as connection:
        for table in TABLE_NAMES:
            await connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        for statement in TABLES:
            await connection.exec_driver_sql(statement)
        total = (await connection.execute(select(func.count()).select_from(papers))).scalar_one()
    done = last = 0
    while done < total:
        async with database.write() as connection:
            rows = (await connection.execute(select(papers).where(papers.c.number > last).order_by(papers.c.number)
                                             .limit(_REBUILT_AT_ONCE))).all()  # fmt: skip
            for workspace_id, some in groupby(rows, key=lambda row: row.workspace_id):
                await index_papers(connection, workspace_id, [(row.number, paper_from(row._asdict())) for row in some])
        if not rows:
            break
        done, last = done + len(rows), rows[-1].number
        if progress:
            progress(done, total)
    async with database.write() as connection:
        await write_note(connection, _NOTE, str(INDEX_VERSION))


async def _entries(papers: Sequence[tuple[int, Paper]]) -> list[Entry]:
    """Work the entries out on the event loop, a moment at a time: a thread would hold up others for longer (GIL)."""
    entries: list[Entry] = []
    started = time.perf_counter()
    for number, paper in papers:
        entries.append(entry_of(number, paper))
        if time.perf_counter() - started > _SLICE:
            await asyncio.sleep(0)
            started = time.perf_counter()
    return entries


async def _execute(connection: AsyncConnection, statements: Iterable[Statement]) -> None:
    for sql, rows in statements:
        if rows:
            await connection.exec_driver_sql(sql, rows)


async def _changes(connection: AsyncConnection) -> int:
    return int((await connection.exec_driver_sql("SELECT total_changes()")).scalar_one())
