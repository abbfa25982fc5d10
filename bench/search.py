"""Search speed: ours beside a LIKE scan and plain FTS5 trigrams, on one generated corpus.

Prints for 10,000 and 100,000 papers the median and the 99th percentile of a look-up, the memory that look-ups add, and
the duration of the import.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.paper import Paper, make_paper
from bot.services.papers.importing import Importer
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

SIZES = (10_000, 100_000)
QUERIES = 400
BASELINE_QUERIES = 60  # the baselines take too long for more
WORDS, TERMS, NAMES = 60_000, 20_000, 30_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_random = random.Random(1)
_LETTERS = "aeiouaeiounstrlcdmphgbfy"
_KANJI = [chr(c) for c in range(0x4E00, 0x4E00 + 2000)]
_KATAKANA = [chr(c) for c in range(0x30A2, 0x30F4)]
_HIRAGANA = "のをにはがとでもするしたいるこれからまで"


def _zipf(words: list[str]) -> Callable[[int], list[str]]:
    weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))
    return lambda count: _random.choices(words, cum_weights=weights, k=count)


english = _zipf(["".join(_random.choices(_LETTERS, k=_random.randint(2, 11))) for _ in range(WORDS)])
japanese = _zipf(
    ["".join(_random.choices(_random.choice((_KANJI, _KATAKANA)), k=_random.randint(2, 6))) for _ in range(TERMS)]
)
names = _zipf(["".join(_random.choices(_LETTERS + "éüøł", k=_random.randint(3, 9))).title() for _ in range(NAMES)])


def _sentence(length: int) -> str:
    return "".join(term + _random.choice(_HIRAGANA) for term in japanese(length)) + "。"


def corpus(size: int) -> Iterator[Paper]:
    """Return papers, every third with a headline and a comment in Japanese."""
    for n in range(size):
        curated = n % 3 == 0
        yield make_paper(
            id=f"p{n}",
            title=" ".join(english(_random.randint(4, 12))).capitalize(),
            headline=_sentence(4) if curated else None,
            comment=_sentence(30) if curated else None,
            excerpt=" ".join(english(80)),
            authors=[" ".join(names(2)) for _ in range(_random.randint(1, 6))],
            tags=english(2),
        )


def queries(papers: list[Paper], count: int) -> list[str]:
    """Return typical queries: words and prefixes, rare and frequent, mistyped, several words, in both languages."""
    shapes: tuple[Callable[[Paper], str], ...] = (
        lambda paper: paper.title,
        lambda paper: paper.title[: _random.randint(1, 12)],
        lambda paper: " ".join(_random.sample(paper.title.split(), 2)),
        lambda paper: (paper.headline or paper.title)[: _random.randint(1, 6)],
        lambda paper: (paper.comment or paper.title)[5:9],
        lambda paper: paper.authors[0].split()[0],
        lambda paper: paper.title.split()[1][::-1],
        lambda paper: english(1)[0],
        lambda paper: japanese(1)[0],
    )
    return [_random.choice(shapes)(_random.choice(papers)) for _ in range(count)]


def memory() -> float:
    """Return this process's resident memory in MB; 0 if the system does not report it."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if status.exists() else 0.0


async def fill(database: Database, workspace: int, size: int) -> tuple[list[Paper], float]:
    """Import a corpus; return some of its papers and the seconds it took."""
    papers = list(corpus(size))
    started = time.perf_counter()
    await Importer(database, lambda: NOW).run(workspace, papers, None)
    return _random.sample(papers, 20 * size // 1000), time.perf_counter() - started


def baselines(path: Path) -> dict[str, Callable[[str], object]]:
    """Return the baseline searches over the same papers, in a database of their own."""
    other = sqlite3.connect(":memory:")
    other.execute("CREATE TABLE plain (number INTEGER PRIMARY KEY, text TEXT)")
    other.execute("CREATE VIRTUAL TABLE trigrams USING fts5(text, tokenize='trigram')")
    with sqlite3.connect(path) as source:
        text = "printf('%s %s %s %s %s %s', headline, title, comment, excerpt, authors, tags)"
        rows = source.execute(f"SELECT number, {text} FROM papers").fetchall()
    other.executemany("INSERT INTO plain VALUES (?,?)", rows)
    other.executemany("INSERT INTO trigrams(rowid, text) VALUES (?,?)", rows)
    like = "SELECT number FROM plain WHERE text LIKE ? ORDER BY number DESC LIMIT 10"
    trigram = "SELECT rowid FROM trigrams WHERE trigrams MATCH ? ORDER BY rank LIMIT 10"
    return {
        "LIKE scan": lambda typed: other.execute(like, (f"%{typed}%",)).fetchall(),
        "FTS5 trigram": lambda typed: other.execute(trigram, ('"' + typed.replace('"', '""') + '"',)).fetchall(),
    }


def percentiles(milliseconds: list[float]) -> tuple[float, float]:
    ordered = sorted(milliseconds)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]


async def ours(path: Path, workspace: int, typed: list[str]) -> tuple[list[float], float]:
    """Return the milliseconds of our look-ups, and the memory in MB that they add to a process."""
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    before, times = memory(), []
    search = await SearchIndex.open(database)
    for query in typed:
        started = time.perf_counter()
        await search.find(workspace, query)
        times.append((time.perf_counter() - started) * 1000)
    added = memory() - before
    await search.close()
    await database.close()
    return times, added


def _ours(path: Path, workspace: int, typed: list[str]) -> tuple[list[float], float]:
    return asyncio.run(ours(path, workspace, typed))


async def measure_one(size: int, folder: Path) -> None:
    """Print the figures for a corpus of one size."""
    path = folder / f"{size}.db"
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    workspace, _ = await find_or_add(database, "bench", NOW)
    await (await SearchIndex.open(database)).close()
    papers, seconds = await fill(database, workspace, size)
    await database.close()
    with multiprocessing.get_context("spawn").Pool(1) as elsewhere:
        times, added = elsewhere.apply(_ours, (path, workspace, queries(papers, QUERIES)))
    p50, p99 = percentiles(times)
    print(f"{size:>7} papers in {seconds:.1f} s, {added:.0f} MB of memory")
    print(f"  {'ours':<13} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms")
    for name, ask in baselines(path).items():
        times = []
        for typed in queries(papers, BASELINE_QUERIES):
            started = time.perf_counter()
            ask(typed)
            times.append((time.perf_counter() - started) * 1000)
        other50, other99 = percentiles(times)
        print(
            f"  {name:<13} p50 {other50:8.2f} ms   p99 {other99:8.2f} ms   ×{other50 / p50:.1f} ×{other99 / p99:.1f}",
            flush=True,
        )


def measure() -> None:
    """Measure every size."""
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            asyncio.run(measure_one(size, Path(folder)))


if __name__ == "__main__":
    measure()
