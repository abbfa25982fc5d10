"""Builds the site of a large collection: as a whole, again after one edit, and again with nothing changed.

After an edit it is the bot that builds, which looks at the site's folders only, and then the command, which looks at
every file.

Prints for 10,000 and, with `--more`, for 100,000 papers the seconds, the memory added, and the files' number and size.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from bench.search import NOW, corpus, memory
from bot.domain.paper import Paper
from bot.garbage_collection import search_young_only
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.snapshots import Snapshots
from bot.services.statistics import Statistics
from bot.site.build import Report
from bot.site.site import Settings
from bot.site.site_folder import SiteFolder
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

SIZES = (10_000, 100_000)
SETTINGS = Settings("ja", "https://papers.example.org/", ZoneInfo("Asia/Tokyo"), UUID(int=1))


async def measure(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite+aiosqlite:///{folder}/dayori.db")
        await (await SearchIndex.open(database)).close()
        workspace, _ = await find_or_add(database, "bench", NOW)
        await Importer(database, lambda: NOW).run(workspace, list(corpus(size)), None)
        out = Path(folder) / "out"
        snapshots = Snapshots(database, Statistics(database, lambda: NOW, SETTINGS.zone), {})
        site = SiteFolder(snapshots, workspace, out, SETTINGS)
        gc.collect()
        search_young_only()  # as the processes do that build a site
        before = memory()
        print(f"{size:,} papers", flush=True)
        await _timed("whole", site.build, before)
        for who, build in (("the bot", site.update), ("the command", site.build)):
            await Library(database, lambda: NOW).edit(workspace, "p3", None, partial(_with_headline, who))
            await _timed(f"one edit, {who}", build, before)
        await _timed("nothing changed", site.build, before)
        sizes = [file.stat().st_size for file in out.rglob("*") if file.is_file()]
        front = (out / "index.html").stat().st_size
        print(f"  {len(sizes):,} files, {sum(sizes) / 1e6:.0f} MB; the front {front / 1e3:.0f} kB", flush=True)
        await database.close()


async def _timed(what: str, build: Callable[[], Awaitable[Report | None]], before: float) -> None:
    began, worked = time.perf_counter(), time.process_time()
    report = await build()
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    figures = f"{seconds:6.2f} s, {worked:5.2f} s of the processor   {memory() - before:4.0f} MB of memory"
    written = report.written if report else 0
    print(f"  {what:21} {figures}   {written:,} files written   load {os.getloadavg()[0]:.1f}", flush=True)


def _with_headline(headline: str, paper: Paper) -> Paper:
    return replace(paper, headline=headline, comment="新しいコメント。")


if __name__ == "__main__":
    for each in SIZES if "--more" in sys.argv else SIZES[:1]:
        asyncio.run(measure(each))
