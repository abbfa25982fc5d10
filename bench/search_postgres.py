"""Search on PostgreSQL beside SQLite: one generated corpus, the same queries in turn on both, in one process.

Prints the median and the 99th percentile of a look-up for each size, how many times longer it takes than for the first
size, and how many pages differ; for the largest size also the time to make the index anew, and what it takes on disk.
The server is the one that DAYORI_TEST_POSTGRES names, or one of its own.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import asyncpg
from sqlalchemy.engine import make_url

from bench.search import NOW, corpus, percentiles, queries
from bot.domain.paper import Paper
from bot.search.results import ResultPage
from bot.services.papers.importing import Importer
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.postgres_server import VARIABLE, programs, server

SIZES = (1_000, 10_000, 100_000)
QUERIES, WARM = 400, 50  # those that are measured, and those before that open connections and fill caches
TARGET = 25.0  # ms of the 99th percentile
_NAME = "dayori_bench"
_SIZE = """SELECT sum(pg_total_relation_size(name::regclass))
FROM unnest(ARRAY['search_papers', 'search_words', 'search_sizes']) AS name"""


class Store:
    """An open database with papers, and the milliseconds of its look-ups."""

    def __init__(self, name: str, database: Database, search: SearchIndex, workspace: int) -> None:
        self.name, self._database, self._search, self._workspace = name, database, search, workspace
        self.times: list[float] = []

    @classmethod
    async def fill(cls, name: str, url: str, papers: list[Paper]) -> Store:
        """Import papers into a new database."""
        database = await open_database(url)
        search = await SearchIndex.open(database)
        workspace, _ = await find_or_add(database, "bench", NOW)
        began = perf_counter()
        await Importer(database, lambda: NOW).run(workspace, papers, None)
        print(f"  {name:<11} import {perf_counter() - began:6.1f} s", flush=True)
        return cls(name, database, search, workspace)

    async def find(self, query: str) -> ResultPage:
        """Look a query up and remember how long that took."""
        began = perf_counter()
        page = await self._search.find(self._workspace, query)
        self.times.append((perf_counter() - began) * 1000)
        return page

    async def make_anew(self) -> None:
        """Make the index anew; print how long that takes, and its size."""
        async with self._database.write() as connection:
            await connection.exec_driver_sql("UPDATE state SET text = 'old' WHERE name = 'search_index'")
        began = perf_counter()
        await (await SearchIndex.open(self._database)).close()
        seconds = perf_counter() - began
        print(f"  {self.name:<11} index made in {seconds:.1f} s, {await self._size() / 1e6:.0f} MB", flush=True)

    async def close(self) -> None:
        """Close the database."""
        await self._search.close()
        await self._database.close()

    async def _size(self) -> float:
        if self._database.path:
            with sqlite3.connect(self._database.path) as connection:
                sql = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search_%'"
                return float(connection.execute(sql).fetchone()[0])
        async with self._database.read() as connection:
            return float((await connection.exec_driver_sql(_SIZE)).scalar_one())


@contextmanager
def _server() -> Iterator[str]:
    if given := os.environ.get(VARIABLE):
        yield given
    else:
        with server() as running:
            yield running.url


async def _new_database(address: str) -> str:
    """Make an empty database on the server; return its URL."""
    url = make_url(address)
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    await connection.execute(f"DROP DATABASE IF EXISTS {_NAME}")
    await connection.execute(f"CREATE DATABASE {_NAME} TEMPLATE template0 ENCODING 'UTF8'")
    await connection.close()
    return url.set(database=_NAME).render_as_string(hide_password=False)


async def _compare(stores: list[Store], typed: list[str]) -> int:
    """Look queries up in turn; return how many pages differ."""
    for query in typed[:WARM]:
        for store in stores:
            await store.find(query)
    for store in stores:
        store.times.clear()
    different = 0
    for query in typed:
        pages = [await store.find(query) for store in stores]
        different += pages[1:] != pages[:-1]
    return different


async def measure(address: str) -> None:
    """Measure every size on a server."""
    papers = list(corpus(SIZES[-1]))
    first: dict[str, tuple[float, float]] = {}
    for size in SIZES:
        print(f"{size:,} papers", flush=True)
        with TemporaryDirectory() as folder:
            urls = {
                "SQLite": f"sqlite+aiosqlite:///{Path(folder) / 'dayori.db'}",
                "PostgreSQL": await _new_database(address),
            }
            stores = [await Store.fill(name, url, papers[:size]) for name, url in urls.items()]
            different = await _compare(stores, queries(papers[:size], QUERIES))
            for store in stores:
                p50, p99 = percentiles(store.times)
                base50, base99 = first.setdefault(store.name, (p50, p99))
                print(
                    f"  {store.name:<11} p50 {p50:6.2f} ms ×{p50 / base50:4.1f}   "
                    f"p99 {p99:6.2f} ms ×{p99 / base99:4.1f}   target {TARGET:.0f}"
                )
            print(f"  {different} of {QUERIES} pages differ", flush=True)
            for store in stores:
                if size == SIZES[-1]:
                    await store.make_anew()
                await store.close()


def main() -> None:
    """Measure, where there is a server."""
    try:
        os.environ.get(VARIABLE) or programs()
    except RuntimeError as error:
        print(error)
        return
    with _server() as address:
        asyncio.run(measure(address))


if __name__ == "__main__":
    main()
