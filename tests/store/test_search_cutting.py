"""Papers are cut for the index in the same way wherever that is done."""

from __future__ import annotations

import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE

from bot.store.papers import Columns, columns_of
from bot.store.search.cutting import Beside, Cut, Pieces, cut_here, cutting
from tests.samples import paper

ROWS: list[Columns] = [
    {**columns_of(paper(n, comment="拡散モデルとキュー", tags=["C++"])), "number": n} for n in range(1, 2051)
]


async def all_of(cut: Cut) -> list[object]:
    """Return what a way of cutting makes of all rows, in an order of its own no longer."""
    return [ordered(pieces) async for pieces in cut(7, ROWS)]


def ordered(pieces: Pieces) -> object:
    statements, words, sounds = pieces
    told = [(sql, rows) for sql, rows in statements if "search_cuts" not in sql]  # packed in any order
    return told, sorted(words.items()), sorted(sounds.items())


async def test_many_papers_are_cut_in_another_process_as_they_are_cut_here() -> None:
    async with cutting(len(ROWS)) as cut:
        assert cut is not cut_here
        assert await all_of(cut) == await all_of(cut_here)


async def test_few_papers_are_cut_here() -> None:
    async with cutting(10) as cut:
        assert cut is cut_here


async def test_what_a_process_that_broke_has_left_is_cut_here() -> None:
    process = await create_subprocess_exec(sys.executable, "-c", "", stdin=PIPE, stdout=PIPE)
    assert await all_of(Beside(process).cut) == await all_of(cut_here)
    await process.wait()
