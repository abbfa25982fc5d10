"""Files of the whole collection, such as papers.bib: one piece a paper, and only changed pieces are made again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import accumulate
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO, Protocol

from bot.domain.outline import Outline
from bot.domain.paper import Paper
from bot.formats import bibtex, json
from bot.site.inert import inert
from bot.site.manifest import Sizes
from bot.site.names import file_name

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class CollectionFile:
    """A file with a piece for each paper, newest addition first."""

    path: str
    piece: Callable[[Paper], str]
    head: str = ""
    between: str = "\n"
    tail: str = ""


class Papers(Protocol):
    """Where whole papers come from."""

    async def papers(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return the papers of these numbers."""
        ...


def _bibtex(paper: Paper) -> str:
    return bibtex.entry(paper, file_name(paper.id))


FILES = (
    CollectionFile("papers.json", json.compact, '{"papers": [\n', ",\n", "\n]}\n"),
    CollectionFile("papers.bib", _bibtex),
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Of what files consist: the papers' numbers and digests in their order, and for each file its pieces' bytes."""

    numbers: Sequence[int] = ()
    digests: Sequence[str] = ()
    lengths: Sequence[list[int]] = ()

    def places(self, papers: Sequence[Outline]) -> list[int]:
        """Return where each of these papers stands here, as it is now; -1 if it does not."""
        place = {key: at for at, key in enumerate(zip(self.numbers, self.digests, strict=True))}
        return [place.get((paper.number, paper.digest), -1) for paper in papers]


async def write(
    files: Sequence[CollectionFile],
    papers: Sequence[Outline],
    source: Papers,
    place: Callable[[str], str],
    old: Path,
    pieces: Pieces,
) -> tuple[Sizes, Pieces]:
    """Write the files where `place` says, with the pieces of the old ones where they are the same.

    Return their sizes and what to note for the next time.
    """
    with ExitStack() as stack:
        writers = [
            _Writer(
                file,
                stack.enter_context(_created(place(file.path))),
                stack.enter_context(_mapped(old / file.path)) if pieces.numbers else memoryview(b""),
                pieces.lengths[at] if pieces.numbers else [],
            )
            for at, file in enumerate(files)
        ]
        for start, end, first in _runs(pieces.places(papers)):
            numbers = [paper.number for paper in papers[start:end]]
            found = await source.papers(numbers) if first < 0 else {}
            for writer in writers:
                if first < 0:
                    await asyncio.to_thread(writer.write, [found[number] for number in numbers])
                else:
                    await asyncio.to_thread(writer.copy, first, first + end - start)
        sizes = {file.path: writer.end() for file, writer in zip(files, writers, strict=True)}
    lengths = [writer.lengths for writer in writers]
    return sizes, Pieces([each.number for each in papers], [each.digest for each in papers], lengths)


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of a list as (start, end, place of the first): neighbours of old, or some that are new."""
    start = 0
    for end in range(1, len(places) + 1):
        first = places[start]
        if first < 0:
            goes_on = end < len(places) and places[end] < 0 and end - start < _AT_ONCE
        else:
            goes_on = end < len(places) and places[end] == first + end - start
        if not goes_on:
            yield start, end, first
            start = end


@contextmanager
def _created(path: str) -> Iterator[BinaryIO]:
    with Path(path).open("wb") as out:
        yield out


@contextmanager
def _mapped(file: Path) -> Iterator[memoryview]:
    with (
        file.open("rb") as before,
        mmap(before.fileno(), 0, access=ACCESS_READ) as content,
        memoryview(content) as view,
    ):
        yield view


class _Writer:
    """Writes one file: copies stretches of the old one, and adds new pieces."""

    def __init__(self, file: CollectionFile, out: BinaryIO, old: memoryview, lengths: list[int]) -> None:
        self._file, self._out, self._old, self._old_lengths = file, out, old, lengths
        self._between = file.between.encode()
        self._starts = list(accumulate((n + len(self._between) for n in lengths), initial=len(file.head.encode())))
        self.lengths: list[int] = []
        out.write(file.head.encode())

    def write(self, papers: Sequence[Paper]) -> None:
        """Add the pieces of papers."""
        pieces = [inert(self._file.piece(paper)).encode() for paper in papers]
        self._add(self._between.join(pieces), map(len, pieces))

    def copy(self, start: int, end: int) -> None:
        """Add the pieces from one place in the old file up to another, which stand together."""
        stretch = self._old[self._starts[start] : self._starts[end] - len(self._between)]
        self._add(stretch, self._old_lengths[start:end])

    def end(self) -> int:
        """Write what follows the last piece; return the size of the file."""
        self._out.write(self._file.tail.encode())
        return self._out.tell()

    def _add(self, content: bytes | memoryview, lengths: Iterable[int]) -> None:
        if self.lengths:
            self._out.write(self._between)
        self._out.write(content)
        self.lengths.extend(lengths)
