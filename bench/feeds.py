"""Polls a thousand feeds of mixed behaviour in one round, against feedparser alone on the same bytes."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import resource
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import feedparser
from aiohttp import web

from bot.domain.feed_filter import FeedFilter
from bot.domain.paper import make_paper
from bot.logs import configure_logs
from bot.services.feeds.polling import Polling
from bot.services.lazy_sources import LazySources
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.sources.http import Fetcher
from bot.store import feeds
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.web import Page, Web
from tests.doubles.web.dns import Dns
from tests.doubles.web.server import Serve, response
from tests.doubles.web.world import sources_in

_FEEDS = 1_000
_PAPERS, _ASKED_EVERY, _IDLE, _SAMPLE = 10_000, 0.02, 400, 0.002
_START = datetime(2026, 11, 25, 6, tzinfo=UTC)
_SENTENCE = "We study how the {n}th thing depends on everything else, and find that it does. "


class _Kind(NamedTuple):
    """What a feed is like: entries in its document, how many of them are new each day, sentences of a summary."""

    entries: int
    new: int
    sentences: int


_ARXIV, _JOURNAL, _BLOG = _Kind(120, 60, 16), _Kind(40, 5, 11), _Kind(15, 1, 36)
_KINDS = (_ARXIV, _JOURNAL, _BLOG, _BLOG)  # of four feeds


def document(feed: int, day: int) -> bytes:
    """Return the document of a feed on a day: RSS, the newest first."""
    kind = _KINDS[feed % len(_KINDS)]
    items = "".join(
        f"<item><title>Paper {n} of Feed {feed}: {'Diffusion' if n % 10 == 0 else 'Attention'} at Work</title>"
        f"<link>http://feed{feed}.example/paper/{n}</link><guid>feed{feed}-{n}</guid>"
        f"<author>Jane Doe {n}, Jan Roe</author>"
        f"<description>{_SENTENCE.format(n=n) * kind.sentences}</description></item>"
        for n in range(day * kind.new + kind.entries, day * kind.new, -1)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {feed}</title>{items}</channel></rss>'.encode()
    )


def brings_news(feed: int) -> bool:
    """Return whether a feed has a new document on the second day: 12 of 20; 5 answer 304, 1 each fails in its way."""
    return feed % 20 < 12


class _Day:
    """What all feeds answer on a day."""

    def __init__(self) -> None:
        self.number = 0

    def serving(self, feed: int) -> Serve:
        async def serve(request: web.Request) -> web.StreamResponse:
            day = self.number if brings_news(feed) else 0
            tag = f'"{feed}-{day}"'
            if self.number and feed % 20 == 17:
                return response(Page(b"<p>gone fishing", status=503))
            if self.number and feed % 20 == 18:
                return response(Page(b"<html><body>A page instead</body></html>"))
            if self.number and feed % 20 == 19:
                return response(Page(document(feed, 1)[:5_000] + b"<<<", kind="application/rss+xml"))
            if request.headers.get("If-None-Match") == tag:
                return response(Page(b"", None, 304, {"ETag": tag}))
            return response(Page(document(feed, day), "application/rss+xml", 200, {"ETag": tag}))

        return serve


async def measure() -> None:
    configure_logs((), quiet=True)
    with TemporaryDirectory() as folder:
        async with Web() as internet:
            day = _Day()
            for n in range(_FEEDS):
                internet.serve(f"feed{n}.example", day.serving(n))
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=_run, args=(Path(folder) / "dayori.db", internet.port, theirs))
            process.start()
            await asyncio.to_thread(ours.recv)  # the first round is over
            day.number, internet.most_at_once, used = 1, 0, process_time()
            ours.send("second day")
            results: dict[str, Any] = await asyncio.to_thread(ours.recv)
            serving = process_time() - used
            await asyncio.to_thread(process.join)
    alone, its_processor = _feedparser_alone()
    print(
        f"{_FEEDS:,} feeds in one round  {results['seconds']:6.2f} s  ratio to feedparser alone on the same bytes "
        f"{results['seconds'] / alone:.2f}  ({alone:.2f} s)  offered {results['offered']:,}"
    )
    print(
        f"{'':26} seconds of a processor: own process {results['processor']:.2f}, parsing {results['parsing']:.2f}, "
        f"the stand-in for the internet {serving:.2f}, feedparser alone {its_processor:.2f}"
    )
    print(f"{'':26} longest step of the event loop {results['delay'] * 1000:.1f} ms, peak {results['peak']:.1f} MiB")
    print(
        f"{'':26} look-up p99 idle {results['idle']:.2f} ms, meanwhile {results['busy']:.2f} ms  "
        f"ratio {results['busy'] / results['idle']:.2f}",
        flush=True,
    )


def _feedparser_alone() -> tuple[float, float]:
    """Return the seconds that feedparser takes, and those of a processor."""
    bodies = [document(n, 1) for n in range(_FEEDS) if brings_news(n)]
    print(f"{sum(map(len, bodies)) / 1e6:.0f} MB in {len(bodies)} documents to read, the others 304 and failures")
    began, used = perf_counter(), process_time()
    for body in bodies:
        feedparser.parse(BytesIO(body))
    return perf_counter() - began, process_time() - used


def _run(store: Path, port: int, pipe: Connection) -> None:
    asyncio.run(_measured(store, port, pipe))


async def _measured(store: Path, port: int, pipe: Connection) -> None:
    configure_logs((), quiet=True)
    now = [_START]
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    workspace, _ = await find_or_add(database, "default", now[0])
    search = await SearchIndex.open(database)
    await _fill(database, workspace)
    internet = Web()
    internet.dns, internet.port = Dns(port), port
    fetcher = Fetcher(resolver=internet.dns, may_connect=lambda address: address == "127.0.0.1")
    sources = LazySources(lambda: sources_in(internet, fetcher=fetcher))
    polling = Polling(database, lambda: now[0], ZoneInfo("Asia/Tokyo"), sources)
    await polling.poll_due()
    gc.collect()
    gc.freeze()  # as a served bot does with what stays
    pipe.send("first round")
    await asyncio.to_thread(pipe.recv)
    now[0] += timedelta(hours=25)
    lookup = Lookup(database, search)
    results: dict[str, Any] = {"idle": await _asked(lookup, workspace, _IDLE)}
    asking, sampling = asyncio.create_task(_asked(lookup, workspace, None)), asyncio.create_task(_longest_step())
    began, used, used_by_parsers = perf_counter(), process_time(), _used_by_children()
    report = await polling.poll_due()
    results["seconds"], results["processor"] = perf_counter() - began, process_time() - used
    results["parsing"] = _used_by_children() - used_by_parsers
    results["offered"] = report.offered.total()
    for name, task in (("busy", asking), ("delay", sampling)):
        task.cancel()
        results[name] = await task
    await sources.close()
    await search.close()
    await database.close()
    pipe.send(results | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})


async def _fill(database: Database, workspace: int) -> None:
    papers = [make_paper(id=f"p{n}", title=f"A Paper on Subject {n}") for n in range(_PAPERS)]
    await Importer(database, lambda: _START).run(workspace, papers, by=None)
    async with database.write() as connection:
        for n in range(_FEEDS):
            include = FeedFilter(include=("diffusion",))
            await feeds.add(connection, workspace, f"feed{n}", f"http://feed{n}.example/rss", include, _START)


def _used_by_children() -> float:
    """Return the seconds of a processor that this process's children have used."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    fields = (Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in children)
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


async def _longest_step() -> float:
    """Return the longest time for which the event loop did not wake a task, until cancelled."""
    longest = 0.0
    with suppress(asyncio.CancelledError):
        while True:
            began = perf_counter()
            await asyncio.sleep(_SAMPLE)
            longest = max(longest, perf_counter() - began - _SAMPLE)
    return longest


async def _asked(lookup: Lookup, workspace: int, times: int | None) -> float:
    """Look papers up, that often or until cancelled; return the 99th percentile in milliseconds."""
    durations: list[float] = []
    with suppress(asyncio.CancelledError):
        while times is None or len(durations) < times:
            began = perf_counter()
            await lookup.find(workspace, f"Subject {len(durations) * 37 % _PAPERS}", limit=5)
            durations.append(perf_counter() - began)
            await asyncio.sleep(_ASKED_EVERY)
    durations.sort()
    return durations[int(len(durations) * 0.99)] * 1000


if __name__ == "__main__":
    asyncio.run(measure())
