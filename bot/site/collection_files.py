"""Files of the whole collection, such as papers.bib: one piece a paper, and only changed pieces are made again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from bot.domain.outline import Outline
from bot.domain.paper import Paper
from bot.formats import bibtex, json
from bot.site.inert import inert
from bot.site.names import file_name

_AT_ONCE = 100
Pieces = list[list[Any]]
"""For each paper in the file: its number, its digest, and the length of its piece in bytes."""


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
    file: CollectionFile, papers: Sequence[Outline], source: Papers, target: Path, old: Path, notes: Pieces
) -> Pieces:
    """Write the file with the pieces of the old one, where these are the same; return what to note for the next one."""
    ranges = _ranges(file, notes)
    new: Pieces = []
    with _opened(target, old if ranges else None) as (out, before):
        out.write(file.head.encode())
        for start in range(0, len(papers), _AT_ONCE):
            batch = papers[start : start + _AT_ONCE]
            missing = [each.number for each in batch if (each.number, each.digest) not in ranges]
            found = await source.papers(missing) if missing else {}
            new += await asyncio.to_thread(_write_batch, file, batch, found, ranges, before, out, start == 0)
        out.write(file.tail.encode())
    return new


@contextmanager
def _opened(target: Path, old: Path | None) -> Iterator[tuple[BinaryIO, BinaryIO | None]]:
    with target.open("wb") as out, old.open("rb") if old else nullcontext() as before:
        yield out, before


def _ranges(file: CollectionFile, notes: Pieces) -> dict[tuple[int, str], tuple[int, int]]:
    """Return where the old file has which version of which paper: start and length in bytes."""
    ranges, at, between = {}, len(file.head.encode()), len(file.between.encode())
    for number, digest, length in notes:
        ranges[number, digest] = (at, length)
        at += length + between
    return ranges


def _write_batch(
    file: CollectionFile,
    batch: Iterable[Outline],
    found: Mapping[int, Paper],
    ranges: Mapping[tuple[int, str], tuple[int, int]],
    before: BinaryIO | None,
    out: BinaryIO,
    is_first: bool,
) -> Pieces:
    new: Pieces = []
    for outline in batch:
        place = ranges.get((outline.number, outline.digest))
        if place and before:
            before.seek(place[0])
            content = before.read(place[1])
        else:
            content = inert(file.piece(found[outline.number])).encode()
        if not is_first or new:
            out.write(file.between.encode())
        out.write(content)
        new.append([outline.number, outline.digest, len(content)])
    return new
