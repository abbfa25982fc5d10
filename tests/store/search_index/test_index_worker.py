"""Index rows are the same wherever they are built."""

from __future__ import annotations

import asyncio
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from bot.domain.errors import StoreError
from bot.domain.paper import Columns
from bot.i18n import msg
from bot.store.database import Database
from bot.store.papers import columns_of
from bot.store.search_index.index_worker import (
    BuildRemovedRows,
    BuildRows,
    IndexWorker,
    build_removed_rows,
    build_rows,
    removed_row_builder,
    row_builder,
)
from tests.samples import paper
from tests.search.indexing import put

ROWS: list[Columns] = [
    {**columns_of(paper(n, comment="拡散モデルとキュー", tags=["C++"])), "number": n} for n in range(1, 2051)
]


async def frames(rows: Sequence[Columns]) -> AsyncIterator[Sequence[Columns]]:
    for start in range(0, len(rows), 100):
        yield rows[start : start + 100]


async def all_of(cut: BuildRows, rows: Sequence[Columns]) -> list[object]:
    """Return the rows of a builder, with their words sorted."""
    return [
        (number, *piece._replace(words=sorted(piece.words)))
        async for pieces in cut(7, rows)
        for number, piece in pieces
    ]


async def test_many_papers_are_cut_in_another_process_as_they_are_cut_here() -> None:
    async with row_builder(7, frames(ROWS), len(ROWS)) as cut:
        assert cut is not build_rows
        assert await all_of(cut, ROWS) == await all_of(build_rows, ROWS)


async def test_few_papers_are_cut_here() -> None:
    async with row_builder(7, frames(ROWS[:10]), 10) as cut:
        assert not isinstance(getattr(cut, "__self__", None), IndexWorker)


async def test_papers_may_be_left_out_and_come_in_another_order() -> None:
    async with row_builder(7, frames(ROWS), len(ROWS)) as cut:
        for some in (ROWS[3:8], ROWS[450:400:-1], ROWS[1900:], ROWS[:5]):
            assert await all_of(cut, some) == await all_of(build_rows, some)


async def test_pieces_that_nobody_wants_hold_nothing_up() -> None:
    large = [{**row, "excerpt": f"Some words of {row['id']}. " * 400} for row in ROWS]
    async with asyncio.timeout(20):
        async with row_builder(7, frames(large), len(large)):
            await asyncio.sleep(1.5)


async def test_what_a_process_that_broke_has_left_is_cut_here() -> None:
    process = await create_subprocess_exec(sys.executable, "-c", "", stdin=PIPE, stdout=PIPE)
    assert await all_of(IndexWorker(process).build_rows, ROWS) == await all_of(build_rows, ROWS)
    await process.wait()


async def test_papers_that_could_not_be_read_for_the_other_process_are_cut_here() -> None:
    async def broken() -> AsyncIterator[Sequence[Columns]]:
        yield ROWS[:100]
        raise StoreError(msg("The database is busy."))

    async with asyncio.timeout(20), row_builder(7, broken(), len(ROWS)) as cut:
        assert await all_of(cut, ROWS) == await all_of(build_rows, ROWS)


async def test_papers_that_are_removed_are_read_and_cut_in_another_process_as_they_are_here(
    database: Database, database_file: Path, workspace: int
) -> None:
    numbers = await put(database, workspace, [paper(n, comment="拡散モデル", tags=["C++"]) for n in range(2050)])

    async def removed(cut: BuildRemovedRows) -> list[object]:
        async with database.read() as connection:
            return [
                (number, *piece._replace(words=sorted(piece.words)))
                async for pieces in cut(connection, workspace, numbers)
                for number, piece in pieces
            ]

    async with removed_row_builder(workspace, database_file, numbers) as cut:
        assert cut is not build_removed_rows
        assert await removed(cut) == await removed(build_removed_rows)
    process = await create_subprocess_exec(sys.executable, "-c", "", stdin=PIPE, stdout=PIPE)
    assert await removed(IndexWorker(process).build_removed_rows) == await removed(build_removed_rows)
    await process.wait()
