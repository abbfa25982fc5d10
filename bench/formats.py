"""Imports a file, compared with only parsing it: 10,000 entries of YAML, and 1,000 of BibTeX."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml
from bibtexparser.entrypoint import parse_string

from bench.words import WORDS
from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, make_paper
from bot.formats.registry import READERS, WRITERS
from bot.services.papers.importing import Importer
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add


async def measure() -> None:
    await _compare("yaml", 10_000, lambda text: yaml.compose(text, Loader=yaml.CBaseLoader))
    await _compare("bibtex", 1_000, parse_string)


async def _compare(format: str, size: int, parse: Callable[[str], object]) -> None:
    text = "".join(WRITERS[format](_papers(size)))
    alone = _seconds(lambda: parse(text))
    reading = _seconds(lambda: READERS[format](text, "bench"))
    first, again = await _import(format, text)
    name = f"{size:,} {format} entries"
    print(
        f"{name:23} parse {alone:6.2f} s   read {reading:6.2f} s   import {first:6.2f} s   "
        f"ratio {first / alone:.1f}   again {again:6.2f} s   ratio {again / alone:.1f}",
        flush=True,
    )


async def _import(format: str, text: str) -> tuple[float, float]:
    """Return the seconds of reading and importing a file into an empty collection, and of importing it again."""
    with TemporaryDirectory() as folder:
        database = await open_database(f"sqlite+aiosqlite:///{Path(folder) / 'dayori.db'}")
        search = await SearchIndex.open(database)
        try:
            workspace, _ = await find_or_add(database, "default", datetime.now(UTC))
            times = []
            for _ in range(2):
                began = perf_counter()
                await Importer(database, lambda: datetime.now(UTC)).run(workspace, READERS[format](text, "bench"), None)
                times.append(perf_counter() - began)
        finally:
            await search.close()
            await database.close()
    return times[0], times[1]


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _papers(size: int) -> list[Paper]:
    dice = random.Random(size)
    return [
        make_paper(
            id=f"p{n}",
            title=f"{' '.join(dice.choices(WORDS, k=7))} {n}",
            headline="".join(dice.choices(WORDS, k=5)),
            date=PaperDate(2000 + n % 25, 1 + n % 12, 1 + n % 28),
            comment="".join(dice.choices(WORDS, k=30)),
            excerpt=" ".join(dice.choices(WORDS, k=50)),
            organization="Example Lab",
            authors=["Ada Lovelace", f"Author {n}"],
            tags=dice.choices(WORDS, k=2),
            links=[Link(f"https://arxiv.org/abs/2301.{n:05}")],
            identifiers=Identifiers(arxiv=f"2301.{n:05}"),
        )
        for n in range(size)
    ]


if __name__ == "__main__":
    asyncio.run(measure())
