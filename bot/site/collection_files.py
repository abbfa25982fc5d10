"""Files of the whole collection, such as papers.bib: one piece a paper, and only changed pieces are made again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from bot.domain.outline import Outline
from bot.domain.paper import Paper
from bot.formats import bibtex, json
from bot.site.inert import inert
from bot.site.manifest import Sizes
from bot.site.names import file_name

_AT_ONCE = 100
Pieces = list[list[Any]]
"""For each paper in the files: its number, its digest, and the length in bytes of its piece of each file."""


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


async def write(
    files: Sequence[CollectionFile],
    papers: Sequence[Outline],
    source: Papers,
    place: Callable[[str], str],
    old: Path,
    notes: Pieces,
) -> tuple[Sizes, Pieces]:
    """Write the files where `place` says, with the pieces of the old ones where they are the same.

    Return their sizes and what to note for the next time.
    """
    next_notes: Pieces = []
    with ExitStack() as stack:
        writers = [
            _Writer(
                file,
                stack.enter_context(_created(place(file.path))),
                stack.enter_context(_mapped(old / file.path)) if notes else b"",
                [(number, digest, lengths[at]) for number, digest, *lengths in notes],
            )
            for at, file in enumerate(files)
        ]
        known = {(number, digest) for number, digest, *_ in notes}
        for start in range(0, len(papers), _AT_ONCE):
            batch = papers[start : start + _AT_ONCE]
            missing = [each.number for each in batch if (each.number, each.digest) not in known]
            found = await source.papers(missing) if missing else {}
            lengths = [await asyncio.to_thread(writer.write, batch, found) for writer in writers]
            next_notes += [[each.number, each.digest, *sizes] for each, *sizes in zip(batch, *lengths, strict=True)]
        sizes = {file.path: writer.end() for file, writer in zip(files, writers, strict=True)}
    return sizes, next_notes


@contextmanager
def _created(path: str) -> Iterator[BinaryIO]:
    with Path(path).open("wb") as out:
        yield out


@contextmanager
def _mapped(file: Path) -> Iterator[mmap]:
    with file.open("rb") as before, mmap(before.fileno(), 0, access=ACCESS_READ) as content:
        yield content


class _Writer:
    """Writes one file, from pieces of the old one and new ones."""

    def __init__(
        self, file: CollectionFile, out: BinaryIO, old: mmap | bytes, pieces: Iterable[tuple[int, str, int]]
    ) -> None:
        self._file, self._out, self._old, self._is_first = file, out, old, True
        self._places: dict[tuple[int, str], slice] = {}
        start, between = len(file.head.encode()), len(file.between.encode())
        for number, digest, length in pieces:
            self._places[number, digest] = slice(start, start + length)
            start += length + between
        out.write(file.head.encode())

    def write(self, batch: Sequence[Outline], found: Mapping[int, Paper]) -> list[int]:
        """Write the pieces of papers; return their lengths in bytes."""
        pieces = [self._piece(each, found) for each in batch]
        between = self._file.between.encode()
        self._out.write((b"" if self._is_first else between) + between.join(pieces))
        self._is_first = False
        return [len(piece) for piece in pieces]

    def end(self) -> int:
        """Write what follows the last piece; return the size of the file."""
        self._out.write(self._file.tail.encode())
        return self._out.tell()

    def _piece(self, paper: Outline, found: Mapping[int, Paper]) -> bytes:
        place = self._places.get((paper.number, paper.digest))
        return self._old[place] if place else inert(self._file.piece(found[paper.number])).encode()
