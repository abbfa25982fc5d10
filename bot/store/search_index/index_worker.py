"""Builds the index rows of papers: in this process, or for many papers in a second one while this one writes.

Building rows takes as long as the rest of an import, and would delay look-ups meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import marshal
import sqlite3
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias
from urllib.parse import quote

from bot.domain.errors import StoreError
from bot.domain.paper import Columns, Paper
from bot.framing import framed, frames
from bot.process_priority import lower_priority
from bot.store.connection import StoreConnection
from bot.store.database import batched
from bot.store.papers import paper_from_row
from bot.store.search_index.tables import IndexRow, index_row_of
from bot.worker_process import end, next_frame, start

IndexRows: TypeAlias = AsyncIterator[list[tuple[int, IndexRow]]]
BuildRows: TypeAlias = Callable[[int, Sequence[Columns]], IndexRows]
"""Builds the index rows of papers in a workspace, given their rows with numbers."""
BuildRemovedRows: TypeAlias = Callable[[StoreConnection, int, Sequence[int]], IndexRows]
"""Builds the index rows of papers in the database, given their numbers; they lack the sounds."""

_MANY = 2000  # papers for which starting a second process pays
_LONG = 20_000  # characters of a paper whose row takes longer than a slice to build
_SLICE = 0.001  # seconds of building before other tasks get their turn
_FRAME = 100  # papers per message; receiving them takes a few milliseconds
_BUFFER = 2**21  # limit of the stream in bytes; asyncio stops reading when twice as many wait
_PAPERS = "SELECT * FROM papers WHERE number IN (SELECT value FROM json_each(?))"


@asynccontextmanager
async def row_builder(
    workspace_id: int, rows: AsyncIterator[Sequence[Columns]], count: int
) -> AsyncIterator[BuildRows]:
    """Yield the best builder for that many papers: a function that builds rows, called in the same order.

    `rows` are the papers in batches of about a hundred; the builder needs rows with numbers, these may be without.
    """
    async with _worker(workspace_id, rows, count) as worker:
        yield worker.build_rows if worker else build_rows


@asynccontextmanager
async def removed_row_builder(
    workspace_id: int, path: Path | None, numbers: Sequence[int]
) -> AsyncIterator[BuildRemovedRows]:
    """Yield the best builder for removing these papers: a function that builds rows, called in the same order.

    A second process reads the papers itself from the database file at `path`, if there is one.
    """
    async with _worker(workspace_id, _frames(numbers), len(numbers) if path else 0, path) as worker:
        yield worker.build_removed_rows if worker else build_removed_rows


async def build_rows(workspace_id: int, rows: Sequence[Columns], *, with_sounds: bool = True) -> IndexRows:
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


async def build_removed_rows(connection: StoreConnection, workspace_id: int, numbers: Sequence[int]) -> IndexRows:
    """Read papers and build their rows on the event loop."""
    for batch in batched(numbers):
        rows = await connection.exec_driver_sql(_PAPERS, (json.dumps(batch),))
        async for index_rows in build_rows(workspace_id, [dict(row) for row in rows.mappings()], with_sounds=False):
            yield index_rows


class Builders(NamedTuple):
    """The builders of the index rows of papers that are added, and of papers that are removed."""

    added: BuildRows = build_rows
    removed: BuildRemovedRows = build_removed_rows


HERE = Builders()


class IndexWorker:
    """A second process that builds rows of announced papers; rows that it does not deliver are built here."""

    def __init__(self, process: Process) -> None:
        assert process.stdin
        assert process.stdout
        self._to, self._from = process.stdin, process.stdout
        self._pieces: dict[str | int, IndexRow] = {}
        self._ended = False

    async def announce(
        self, workspace_id: int, papers: AsyncIterator[Sequence[Columns] | Sequence[int]], path: Path | None = None
    ) -> None:
        """Send the papers to the worker, as fast as it takes them: their rows, or their numbers in a database.

        Whatever happens, it learns that no more follow: it would wait for them, and `build_rows` for it.
        """
        with suppress(ConnectionError, StoreError):
            try:
                async for frame in papers:
                    self._to.write(framed(marshal.dumps((workspace_id, list(frame), str(path or "")))))
                    await self._to.drain()
                    await asyncio.sleep(0)
            finally:
                self._to.write_eof()

    async def build_rows(self, workspace_id: int, rows: Sequence[Columns]) -> IndexRows:
        """Yield the rows of papers that were announced, in nearly the same order."""
        for batch in batched(rows):
            await self._receive_all([row["id"] for row in batch])
            others = [row for row in batch if row["id"] not in self._pieces]
            yield [(row["number"], self._pieces.pop(row["id"])) for row in batch if row["id"] in self._pieces]
            async for index_rows in build_rows(workspace_id, others):
                yield index_rows
        self._pieces.clear()

    async def build_removed_rows(
        self, connection: StoreConnection, workspace_id: int, numbers: Sequence[int]
    ) -> IndexRows:
        """Yield the rows of papers whose numbers were announced, in nearly the same order."""
        for batch in batched(numbers):
            await self._receive_all(batch)
            others = [number for number in batch if number not in self._pieces]
            yield [(number, self._pieces.pop(number)) for number in batch if number in self._pieces]
            async for index_rows in build_removed_rows(connection, workspace_id, others):
                yield index_rows
        self._pieces.clear()

    async def _receive_all(self, keys: Sequence[str | int]) -> None:
        while not (self._ended or all(key in self._pieces for key in keys)):
            try:
                pieces = marshal.loads(await next_frame(self._from))
            except (asyncio.IncompleteReadError, ConnectionError):
                self._ended = True
            else:
                self._pieces |= {key: IndexRow._make(piece) for key, piece in pieces}


@asynccontextmanager
async def _worker(
    workspace_id: int,
    papers: AsyncIterator[Sequence[Columns] | Sequence[int]],
    count: int,
    path: Path | None = None,
) -> AsyncIterator[IndexWorker | None]:
    """Yield a second process that builds the rows of these papers; None if it does not pay or cannot start."""
    process = await _start_worker() if count >= _MANY else None
    if process is None:
        yield None
        return
    worker = IndexWorker(process)
    announcing = asyncio.create_task(worker.announce(workspace_id, papers, path))
    try:
        yield worker
    finally:
        announcing.cancel()
        await asyncio.wait((announcing,))
        await end(process)


async def _frames(numbers: Sequence[int]) -> AsyncIterator[Sequence[int]]:
    for frame in batched(numbers, _FRAME):
        yield frame


def _length(paper: Paper) -> int:
    return len(paper.comment or "") + len(paper.excerpt or "") + sum(map(len, paper.authors))


async def _start_worker() -> Process | None:
    with suppress(OSError):
        return await start(__name__, _BUFFER)
    return None


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Build rows for incoming papers until the input ends."""
    lower_priority()
    with ExitStack() as stack:
        database: sqlite3.Connection | None = None
        for workspace_id, papers, path in map(marshal.loads, frames(requests)):
            if path and database is None:
                database = stack.enter_context(closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)))
            rows = _stored(database, papers) if database else papers
            index_rows = [
                (
                    row["number" if path else "id"],
                    tuple(index_row_of(workspace_id, paper_from_row(row), with_sounds=not path)),
                )
                for row in rows
            ]
            answers.write(framed(marshal.dumps(index_rows)))
            answers.flush()


def _stored(database: sqlite3.Connection, numbers: Sequence[int]) -> list[Columns]:
    cursor = database.execute(_PAPERS, (json.dumps(numbers),))
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
