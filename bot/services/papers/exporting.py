"""Exports papers to a file a few at a time, so that a large collection is never in memory as a whole."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import BinaryIO

from bot.domain.errors import ConflictError, InputError
from bot.domain.paper import Paper
from bot.formats.registry import Writer
from bot.i18n import msg
from bot.services.papers.lookup import Lookup

_SLICE = 0.002  # seconds of writing before other tasks get their turn
_MANY_AUTHORS = 200  # authors of a paper whose writing may take longer than a slice: YAML takes 20 µs for each


class Exporter:
    """Writes export files, one at a time per collection, since each keeps the database and the processor busy."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._writing: set[int] = set()

    async def write(self, workspace_id: int, query: str, write: Writer, file: BinaryIO, most: int | None = None) -> int:
        """Write the papers that a search finds, or all for an empty query; return how many.

        Raises InputError as soon as the file exceeds `most` bytes, and ConflictError while another export of the same
        collection runs.
        """
        if workspace_id in self._writing:
            raise ConflictError(msg("Another export is being written; try again when it has arrived."))
        self._writing.add(workspace_id)
        try:
            return await self._write(workspace_id, query, write, file, most)
        finally:
            self._writing.discard(workspace_id)

    async def _write(self, workspace_id: int, query: str, write: Writer, file: BinaryIO, most: int | None) -> int:
        length, source = 0, _Source()
        async for piece in _pieces(self._lookup.batches(workspace_id, query), source, write(source)):
            content = piece.encode()
            length += len(content)
            if most is not None and length > most:
                raise InputError(
                    msg(
                        "The file would be larger than the {most} MB that can be sent here; narrow the search.",
                        most=f"{most / 1e6:.3g}",
                    )
                )
            file.write(content)
        return source.count


class _Source:
    """An iterator of papers for a writer; papers are added to `waiting` while the writer takes them."""

    def __init__(self) -> None:
        self.waiting: deque[Paper] = deque()
        self.count = 0

    def __iter__(self) -> Iterator[Paper]:
        while self.waiting:
            self.count += 1
            yield self.waiting.popleft()


async def _pieces(
    batches: AsyncIterator[Sequence[Paper]], source: _Source, writing: Iterator[str]
) -> AsyncIterator[str]:
    """Yield what a writer writes. The writer is advanced only while a paper waits: it takes at most one per step."""
    began = time.perf_counter()
    async for batch in batches:
        source.waiting.extend(batch)
        while source.waiting:
            yield await _next(source, writing)
            if time.perf_counter() - began > _SLICE:
                await asyncio.sleep(0)
                began = time.perf_counter()
    for piece in writing:  # the closing lines after the last paper
        yield piece


async def _next(source: _Source, writing: Iterator[str]) -> str:
    if len(source.waiting[0].authors) > _MANY_AUTHORS:
        return await asyncio.to_thread(next, writing)
    return next(writing)
