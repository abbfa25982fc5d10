"""Working out what the index keeps of papers: here, or of many papers in a second process while this one writes.

Cutting takes as long as all else about an import, and would hold up whoever looks something up meanwhile.
"""

from __future__ import annotations

import asyncio
import marshal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import BinaryIO, TypeAlias

from bot.domain.paper import Paper
from bot.processes import end, framed, frames, next_frame, start
from bot.store.database import batched
from bot.store.papers import Columns, paper_from
from bot.store.search.index import Piece, piece_of

Cut: TypeAlias = Callable[[int, Sequence[Columns]], AsyncIterator[list[tuple[int, Piece]]]]
_MANY = 2000  # papers for which a second process is worth its start
_LONG = 20_000  # characters of a paper whose cutting takes more than a slice
_SLICE = 0.001  # seconds of cutting after which others have their turn
_FRAME = 100  # papers: a few milliseconds of taking them in
_AHEAD = 2**21  # bytes of pieces that wait here for their turn, and as many again


@asynccontextmanager
async def cutting(workspace_id: int, rows: Iterable[Columns], count: int) -> AsyncIterator[Cut]:
    """Lend what is best for so many papers, given their rows: it cuts some of them, asked for in the same order.

    It takes rows with their numbers, which these need not have.
    """
    process = await _started() if count >= _MANY else None
    if process is None:
        yield cut_here
        return
    ahead = Ahead(process)
    announcing = asyncio.create_task(ahead.announce(workspace_id, rows))
    try:
        yield ahead.cut
    finally:
        announcing.cancel()
        await asyncio.wait((announcing,))
        await end(process)


async def cut_here(workspace_id: int, rows: Sequence[Columns]) -> AsyncIterator[list[tuple[int, Piece]]]:
    """Cut on the event loop, a moment at a time: a thread would hold up others for longer (GIL), but for long texts."""
    for some in batched(rows):
        pieces = []
        started = time.perf_counter()
        for row in some:
            paper = paper_from(row)
            if _length(paper) > _LONG:
                piece = await asyncio.to_thread(piece_of, workspace_id, paper)
            else:
                piece = piece_of(workspace_id, paper)
            pieces.append((row["number"], piece))
            if time.perf_counter() - started > _SLICE:
                await asyncio.sleep(0)
                started = time.perf_counter()
        yield pieces


class Ahead:
    """Another process that cuts papers as soon as they are announced; what it does not give is cut here."""

    def __init__(self, process: Process) -> None:
        assert process.stdin
        assert process.stdout
        self._to, self._from = process.stdin, process.stdout
        self._pieces: dict[str, Piece] = {}
        self._ended = False

    async def announce(self, workspace_id: int, rows: Iterable[Columns]) -> None:
        """Tell which papers will be cut, as fast as they are."""
        coming = iter(rows)
        with suppress(ConnectionError):
            while some := list(islice(coming, _FRAME)):
                self._to.write(framed(marshal.dumps((workspace_id, some))))
                await self._to.drain()
                await asyncio.sleep(0)
            self._to.write_eof()

    async def cut(self, workspace_id: int, rows: Sequence[Columns]) -> AsyncIterator[list[tuple[int, Piece]]]:
        """Give the pieces of papers that were announced, in that order or nearly."""
        for some in batched(rows):
            while not (self._ended or all(row["id"] in self._pieces for row in some)):
                await self._receive()
            left = [row for row in some if row["id"] not in self._pieces]
            yield [(row["number"], self._pieces.pop(row["id"])) for row in some if row["id"] in self._pieces]
            async for pieces in cut_here(workspace_id, left):
                yield pieces
        self._pieces.clear()

    async def _receive(self) -> None:
        try:
            found = marshal.loads(await next_frame(self._from))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._ended = True
        else:
            self._pieces |= {id: Piece._make(piece) for id, piece in found}


def _length(paper: Paper) -> int:
    return len(paper.comment or "") + len(paper.excerpt or "") + sum(map(len, paper.authors))


async def _started() -> Process | None:
    with suppress(OSError):
        return await start(__name__, _AHEAD)
    return None


def _serve(asked: BinaryIO, answered: BinaryIO) -> None:
    """Cut what comes until nothing more comes."""
    for workspace_id, rows in map(marshal.loads, frames(asked)):
        pieces = [(row["id"], tuple(piece_of(workspace_id, paper_from(row)))) for row in rows]
        answered.write(framed(marshal.dumps(pieces)))
        answered.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
