"""Kills looks at papers at random moments, and counts what was noted or asked more often than it may be."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import perf_counter

from aiohttp import web as aiohttp_web

from bot.cli.context import progress_bar
from bot.domain.identifiers import Identifiers
from bot.services.papers.importing import Importer
from bot.store import papers
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.web import Web
from tests.doubles.web.answers import crossref
from tests.doubles.web.server import response
from tests.samples import paper
from trials.victim import looker

_RUNS, _ON_ARXIV, _ON_CROSSREF, _SLICES = 20, 210, 12, 3
_WEEK_LATER, _TAKEN_FOR = 8 * 86_400.0, 61 * 60.0  # seconds; what a killed process had taken is due again after an hour
_MOST_KILLS = 8
_LONGEST = 1.0  # seconds until a kill; the work takes about as long


async def on_updates() -> int:
    """Run the trials of looks at papers; return the number of failures."""
    began, counts, dice = perf_counter(), Counter[str](), random.Random(20261127)
    with tempfile.TemporaryDirectory() as folder, progress_bar("nights with kills") as progress:
        for n in range(_RUNS):
            counts.update(await _run(Path(folder) / f"{n}.db", dice))
            progress(n + 1, _RUNS)
    print(f"{_RUNS} nights of {_ON_ARXIV + _ON_CROSSREF} papers in {perf_counter() - began:.0f} s")
    for name, times in counts.items():
        print(f"  {name:44}{times:8,}")
    failures = sum(times for name, times in counts.items() if name.startswith("wrong"))
    print(f"wrong in all: {failures}\n", flush=True)
    return failures


async def _run(store: Path, dice: random.Random) -> Counter[str]:
    """Look at all papers once, let every one have news, and look again in processes that are killed."""
    async with Web() as web:
        tells = _Source(web)
        web.serve("127.0.0.1", tells.serve)
        await _fill(store)
        url = f"http://127.0.0.1:{web.port}"
        await _ended(looker(store, url, 0.0))
        tells.version = 2
        web.asked.clear()
        kills, ahead = 0, _WEEK_LATER
        while True:
            process = looker(store, url, ahead)
            if await _ended(process, dice.uniform(0.05, _LONGEST) if kills < _MOST_KILLS else None):
                break
            kills, ahead = kills + 1, ahead + _TAKEN_FOR
        await _ended(looker(store, url, ahead + _TAKEN_FOR))
        return await _counts(store, web, kills)


class _Source:
    """Answers as arXiv and Crossref: each paper has this version, each DOI is retracted from version 2 on."""

    def __init__(self, web: Web) -> None:
        self._web, self.version = web, 1

    async def serve(self, request: aiohttp_web.Request) -> aiohttp_web.StreamResponse:
        if request.path.startswith("/works/"):
            doi = request.path.removeprefix("/works/")
            notices = [{"type": "retraction", "DOI": "10.1000/notice"}] if self.version > 1 else []
            return response(crossref({"DOI": doi, "title": ["A Work"], "updated-by": notices}))
        ids = request.query["id_list"].split(",")
        entry = {"title": "A Paper", "authors": ["A B"], "published": "2024-01-05T17:58:01Z"}
        self._web.papers = {f"{id}v{self.version}": entry for id in ids}
        return await self._web.arxiv(request)


async def _fill(store: Path) -> None:
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    await (await SearchIndex.open(database)).close()
    workspace, _ = await find_or_add(database, "default", datetime.now(UTC))
    on_crossref = [paper(10_000 + n, identifiers=Identifiers(doi=f"10.1000/{n}")) for n in range(1, _ON_CROSSREF + 1)]
    on_arxiv = [paper(n) for n in range(1, _ON_ARXIV + 1)]
    await Importer(database, lambda: datetime.now(UTC)).run(workspace, [*on_arxiv, *on_crossref], None)
    await database.close()


async def _ended(process: ForkServerProcess, kill_after: float | None = None) -> bool:
    """Wait for a process, or kill it after some seconds; return whether it ended by itself. Raises RuntimeError."""
    await asyncio.to_thread(process.join, kill_after)
    if process.exitcode is None:
        process.kill()
        await asyncio.to_thread(process.join)
    if process.exitcode and process.exitcode > 0:
        raise RuntimeError(f"a look ended with {process.exitcode}")
    return process.exitcode == 0


async def _counts(store: Path, web: Web, kills: int) -> Counter[str]:
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    noted, announced = await _noted(database), await _announced(database)
    await database.close()
    on_crossref = Counter(asked.path for asked in web.asked if asked.path.startswith("/works/"))
    on_arxiv = len(web.asked) - on_crossref.total()
    every = _ON_ARXIV + _ON_CROSSREF
    return Counter(
        {
            "killed": kills,
            "updates noted": sum(noted.values()),
            "requests": len(web.asked),
            "requests repeated": max(0, on_arxiv - _SLICES) + on_crossref.total() - len(on_crossref),
            "wrong: not noted": every - len(noted),
            "wrong: noted more than once": sum(times > 1 for times in noted.values()),
            "wrong: not announced, or twice": abs(announced - every),
            "wrong: more than one look repeated by a kill": max(0, on_arxiv - _SLICES - kills)
            + max(0, on_crossref.total() - len(on_crossref) - kills),
        }
    )


async def _noted(database: Database) -> Counter[str]:
    async with database.read() as connection:
        batches = [batch async for batch in papers.every(connection, 1)]
    return Counter({paper.id: len(paper.updates) for batch in batches for paper in batch if paper.updates})


async def _announced(database: Database) -> int:
    async with database.read() as connection:
        count = await connection.exec_driver_sql("SELECT count(*) FROM follow_ups")
    return int(count.scalar_one())
