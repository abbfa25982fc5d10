"""Exports a whole large collection, and aborts at Discord's 10 MB, while somebody looks papers up.

Prints the duration, the memory added, the longest step of the event loop and the slowest look-up meanwhile.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from bench.hostile import time_steps
from bench.search import NOW, corpus, english, memory
from bot.domain.errors import InputError
from bot.formats.registry import WRITERS
from bot.services.papers.exporting import Exporter
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

PAPERS, FORMATS = 100_000, ("yaml", "json", "bibtex")
DISCORD = 10 * 1024 * 1024  # bytes; Discord's limit for a file
_ASKED_EVERY = 0.02  # seconds


async def measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dayori.db"
        database = await open_database(f"sqlite+aiosqlite:///{path}")
        await (await SearchIndex.open(database)).close()
        workspace, _ = await find_or_add(database, "bench", NOW)
        await Importer(database, lambda: NOW).run(workspace, list(corpus(PAPERS)), None)
        await database.close()
        await measure_store(path)


async def measure_store(path: Path) -> None:
    """Print the figures of a database's collection."""
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    search = await SearchIndex.open(database)
    workspace, _ = await find_or_add(database, "bench", NOW)
    lookup = Lookup(database, search)
    steps, busy = list[float](), list[float]()
    time_steps(steps, busy)
    gc.collect()
    gc.freeze()
    for format in FORMATS:
        for most in (DISCORD, None):
            with tempfile.TemporaryFile() as file:
                write = partial(Exporter(lookup).write, workspace, "", WRITERS[format], file, most)
                steps.clear()
                busy.clear()
                looking, seconds, added = await _beside(lookup, workspace, write)
                what = f"{format}, {file.tell() / 1e6:.0f} MB" + (" and no more" if most else "")
            print(
                f"{what:26} {seconds:6.1f} s   {added:4.0f} MB of memory   slowest look-up {max(looking):5.1f} ms   "
                f"longest step of the event loop {max(steps):5.1f} ms, {max(busy):5.1f} ms of the processor",
                flush=True,
            )
    await search.close()
    await database.close()


async def _beside(
    lookup: Lookup, workspace: int, write: Callable[[], Coroutine[Any, Any, int]]
) -> tuple[list[float], float, float]:
    """Return the milliseconds of look-ups during an export, and the export's seconds and MB of memory."""
    before = most = memory()
    looking: list[float] = []
    began = time.perf_counter()
    writing = asyncio.create_task(write())
    while not writing.done():
        start = time.perf_counter()
        await lookup.find(workspace, english(1)[0])
        looking.append((time.perf_counter() - start) * 1000)
        most = max(most, memory())
        await asyncio.wait((writing,), timeout=_ASKED_EVERY)
    seconds = time.perf_counter() - began
    if writing.exception() and not isinstance(writing.exception(), InputError):
        await writing
    return looking, seconds, most - before


if __name__ == "__main__":
    asyncio.run(measure())
