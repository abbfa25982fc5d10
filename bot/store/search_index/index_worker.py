"""Builds the index rows of papers: in this process, or for many papers in a second one while this one writes.

Building rows takes as long as the rest of an import, and would delay look-ups meanwhile.
"""

from __future__ import annotations

import asyncio
import marshal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import BinaryIO, NamedTuple, TypeAlias

from bot.domain.paper import Columns, Paper
from bot.store.database import batched
from bot.store.papers import paper_from_row
from bot.store.search_index.tables import IndexRow, index_row_of
from bot.worker_process import end, framed, frames, next_frame, start

BuildRows: TypeAlias = Callable[[int, Sequence[Columns]], AsyncIterator[list[tuple[int, IndexRow]]]]
_MANY = 2000  # papers for which starting a second process pays
_LONG = 20_000  # characters of a paper whose row takes longer than a slice to build
_SLICE = 0.001  # seconds of building before other tasks get their turn
_BUFFER = 2**21  # limit of the stream in bytes; asyncio stops reading when twice as many wait


@asynccontextmanager
async def row_builder(
    workspace_id: int, rows: AsyncIterator[Sequence[Columns]], count: int, *, with_sounds: bool = True
) -> AsyncIterator[BuildRows]:
    """Yield the best builder for that many papers: a function that builds rows, called in the same order.

    `rows` are the papers in batches of about a hundred; the builder needs rows with numbers, these may be without.
    """
    process = await _start_worker() if count >= _MANY else None
    if process is None:
        yield partial(build_rows, with_sounds=with_sounds)
        return
    worker = IndexWorker(process, with_sounds)
    announcing = asyncio.create_task(worker.announce(workspace_id, rows))
    try:
        yield worker.build_rows
    finally:
        announcing.cancel()
        await asyncio.wait((announcing,))
        await end(process)


async def build_rows(
    workspace_id: int, rows: Sequence[Columns], *, with_sounds: bool = True
) -> AsyncIterator[list[tuple[int, IndexRow]]]:
    """Build rows on the event loop in short slices; only long texts go to a thread, which delays others more (GIL)."""
    for batch in batched(rows):
        index_rows = []
        started = time.perf_counter()
        for row in batch:
            paper = paper_from_row(row)
            if _length(paper) > _LONG:
                index_row = await asyncio.to_thread(index_row_of, workspace_id, paper, with_sounds=with_sounds)
            else:
                index_row = index_row_of(workspace_id, paper, with_sounds=with_sounds)
            index_rows.append((row["number"], index_row))
            if time.perf_counter() - started > _SLICE:
                await asyncio.sleep(0)
                started = time.perf_counter()
        yield index_rows


class Builders(NamedTuple):
    """The builders of the index rows of papers that are added, and of papers that are removed."""

    added: BuildRows = build_rows
    removed: BuildRows = partial(build_rows, with_sounds=False)


HERE = Builders()


class IndexWorker:
    """A second process that builds rows of announced papers; rows that it does not deliver are built here."""

    def __init__(self, process: Process, with_sounds: bool) -> None:
        assert process.stdin
        assert process.stdout
        self._with_sounds = with_sounds
        self._to, self._from = process.stdin, process.stdout
        self._pieces: dict[str, IndexRow] = {}
        self._ended = False

    async def announce(self, workspace_id: int, rows: AsyncIterator[Sequence[Columns]]) -> None:
        """Send the papers to the worker, as fast as it takes them."""
        with suppress(ConnectionError):
            async for frame in rows:
                self._to.write(framed(marshal.dumps((workspace_id, list(frame), self._with_sounds))))
                await self._to.drain()
                await asyncio.sleep(0)
            self._to.write_eof()

    async def build_rows(self, workspace_id: int, rows: Sequence[Columns]) -> AsyncIterator[list[tuple[int, IndexRow]]]:
        """Yield the rows of papers that were announced, in nearly the same order."""
        for batch in batched(rows):
            while not (self._ended or all(row["id"] in self._pieces for row in batch)):
                await self._receive()
            left = [row for row in batch if row["id"] not in self._pieces]
            yield [(row["number"], self._pieces.pop(row["id"])) for row in batch if row["id"] in self._pieces]
            async for pieces in build_rows(workspace_id, left, with_sounds=self._with_sounds):
                yield pieces
        self._pieces.clear()

    async def _receive(self) -> None:
        try:
            found = marshal.loads(await next_frame(self._from))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._ended = True
        else:
            self._pieces |= {id: IndexRow._make(piece) for id, piece in found}


def _length(paper: Paper) -> int:
    return len(paper.comment or "") + len(paper.excerpt or "") + sum(map(len, paper.authors))


async def _start_worker() -> Process | None:
    with suppress(OSError):
        return await start(__name__, _BUFFER)
    return None


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Build rows for incoming papers until the input ends."""
    for workspace_id, rows, with_sounds in map(marshal.loads, frames(requests)):
        papers = [paper_from_row(row) for row in rows]
        index_rows = [(paper.id, tuple(index_row_of(workspace_id, paper, with_sounds=with_sounds))) for paper in papers]
        answers.write(framed(marshal.dumps(index_rows)))
        answers.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
