"""Queries and papers designed to block the bot, among 10,000 and 100,000 papers: 20,000 look-ups in sequence.

Prints the slowest look-up and the longest step of the event loop, during which nobody else is answered, in milliseconds
of wall-clock time (which shows a busy machine) and of processor time (which shows our code).
"""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.hostile_queries import papers, queries
from bench.search import NOW, corpus, percentiles
from bot.domain.paper import Paper
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

SIZES = (10_000, 100_000)
QUERIES = 20_000


class Figures(NamedTuple):
    """Milliseconds of look-ups and of the loop's steps, by wall clock and by processor, and the slowest query."""

    looking: list[float]
    steps: list[float]
    busy: list[float]
    slowest: str


async def fill(database: Database, workspace: int, size: int) -> list[Paper]:
    """Import ordinary and hostile papers; return the hostile ones and some of the others."""
    hostile = list(papers(random.Random(1)))
    usual = list(corpus(size - len(hostile)))
    importing = Importer(database, lambda: NOW)
    await importing.run(workspace, usual, None)
    await importing.run(workspace, hostile, None)
    return hostile + random.Random(1).sample(usual, 200)


def time_steps(steps: list[float], busy: list[float]) -> None:
    """Record the duration of each step of the event loop from now on."""
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began, began_busy = time.perf_counter(), time.thread_time()
        run(handle)
        steps.append((time.perf_counter() - began) * 1000)
        busy.append((time.thread_time() - began_busy) * 1000)

    asyncio.Handle._run = timed  # type: ignore[method-assign,assignment]


async def look_up(lookup: Lookup, workspace: int, batch: list[str]) -> Figures:
    """Look everything up, every second time as a completion."""
    looking, steps, busy = list[float](), list[float](), list[float]()
    time_steps(steps, busy)
    slowest = (0.0, "")
    for n, query in enumerate(batch):
        began = time.perf_counter()
        if n % 2:
            await lookup.complete(workspace, query[:100])
        else:
            await lookup.look_up(workspace, query)
        looking.append((time.perf_counter() - began) * 1000)
        slowest = max(slowest, (looking[-1], query))
        await asyncio.sleep(0)
    return Figures(looking, steps, busy, slowest[1])


async def measure_one(size: int, count: int, path: Path) -> None:
    """Print the figures for a corpus of one size."""
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    search = await SearchIndex.open(database)
    workspace, _ = await find_or_add(database, "bench", NOW)
    batch = list(queries(await fill(database, workspace, size), count))
    gc.freeze()
    results = await look_up(Lookup(database, search), workspace, batch)
    await search.close()
    await database.close()
    p50, p99 = percentiles(results.looking)
    print(
        f"{size:>7,} papers, {count:,} hostile queries   p50 {p50:.2f}   p99 {p99:.2f}   slowest "
        f"{max(results.looking):.1f} ms   longest step of the event loop {max(results.steps):.1f} ms, "
        f"{max(results.busy):.1f} ms of the processor   ({results.slowest[:20]!r}, {len(results.slowest)} characters)",
        flush=True,
    )


def measure() -> None:
    """Measure every size, each in a process of its own if there are several."""
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            asyncio.run(measure_one(size, QUERIES, Path(folder) / f"{size}.db"))


if __name__ == "__main__":
    measure()
