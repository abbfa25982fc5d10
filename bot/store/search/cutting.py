"""Working out what the index keeps of papers: here, or of many papers in a second process while this one writes.

Cutting takes longer than all else about an import, and would hold up whoever looks something up meanwhile.
"""

from __future__ import annotations

import asyncio
import marshal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import BinaryIO, TypeAlias

import structlog

from bot.store.database import AT_ONCE, batched
from bot.store.papers import Columns, paper_from
from bot.store.search.entry import Entry, entry_of
from bot.store.search.index import Statement, insertion
from bot.store.search.sounds import sound_of

# The statements, each with its rows; in how many papers each word is; how those sound that katakana may stand for.
Pieces: TypeAlias = tuple[list[Statement], dict[str, int], dict[str, str]]
Cut: TypeAlias = Callable[[int, Sequence[Columns]], AsyncIterator[Pieces]]
_MANY = 2000  # papers for which a second process is worth its start
_SLICE = 0.001  # seconds of cutting after which others have their turn
_LENGTH = 4  # bytes that tell how many follow
_BUFFER = 2**21  # bytes read ahead
_log = structlog.get_logger()


@asynccontextmanager
async def cutting(papers: int) -> AsyncIterator[Cut]:
    """Lend what cuts so many papers best; give it a workspace and the rows of papers, numbers included."""
    process = await _started() if papers >= _MANY else None
    if process is None:
        yield cut_here
        return
    try:
        yield Beside(process).cut
    finally:
        if process.stdin:
            process.stdin.close()  # which ends it
        await process.wait()


async def cut_here(workspace_id: int, rows: Sequence[Columns]) -> AsyncIterator[Pieces]:
    """Cut on the event loop, a moment at a time: a thread would hold up others for longer (GIL)."""
    for some in batched(rows):
        entries: list[Entry] = []
        started = time.perf_counter()
        for row in some:
            entries.append(_entry(row))
            if time.perf_counter() - started > _SLICE:
                await asyncio.sleep(0)
                started = time.perf_counter()
        yield _pieces(workspace_id, entries)


class Beside:
    """Another process that cuts; should it break, the rest is cut here."""

    def __init__(self, process: Process) -> None:
        assert process.stdin
        assert process.stdout
        self._to, self._from = process.stdin, process.stdout

    def cut(self, workspace_id: int, rows: Sequence[Columns]) -> AsyncIterator[Pieces]:
        """Have papers cut, at once; what this process does before it asks for them costs no time."""
        return self._cut(workspace_id, rows, asyncio.create_task(self._ask(workspace_id, rows)))

    async def _ask(self, workspace_id: int, rows: Sequence[Columns]) -> None:
        with suppress(ConnectionError):
            for some in batched(rows):
                self._to.write(_framed(marshal.dumps((workspace_id, list(some)))))
                await asyncio.sleep(0)

    async def _cut(
        self, workspace_id: int, rows: Sequence[Columns], asking: asyncio.Task[None]
    ) -> AsyncIterator[Pieces]:
        done = 0
        try:
            while done < len(rows):
                length = int.from_bytes(await self._from.readexactly(_LENGTH))
                yield marshal.loads(await self._from.readexactly(length))
                done += AT_ONCE
        except (asyncio.IncompleteReadError, ConnectionError):
            _log.warning("the process that cuts papers for the index has broken", papers=len(rows) - done)
            async for pieces in cut_here(workspace_id, rows[done:]):
                yield pieces
        await asking


async def _started() -> Process | None:
    """Start the other process; its own session keeps Ctrl-C from it."""
    command = (sys.executable, "-m", __name__)
    with suppress(OSError):
        return await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=_BUFFER, start_new_session=True
        )
    return None


def _entry(row: Columns) -> Entry:
    return entry_of(row["number"], paper_from(row))


def _pieces(workspace_id: int, entries: Sequence[Entry]) -> Pieces:
    words: Counter[str] = Counter()
    spoken: set[str] = set()
    for entry in entries:
        words.update(entry.words)
        spoken |= entry.spoken
    sounds = {word: sound for word in spoken if (sound := sound_of(word))}
    return list(insertion(workspace_id, entries)), dict(words), sounds


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(_LENGTH) + content


def _serve(asked: BinaryIO, answered: BinaryIO) -> None:
    """Cut what comes until nothing more comes."""
    while length := asked.read(_LENGTH):
        workspace_id, rows = marshal.loads(asked.read(int.from_bytes(length)))
        answered.write(_framed(marshal.dumps(_pieces(workspace_id, [_entry(row) for row in rows]))))
        answered.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
