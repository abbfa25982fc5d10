"""The processes that poll in the trial of feeds: the real store, services, fetcher and parser, on a simulated clock."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.arxiv_announcement import Listing
from bot.domain.feed_entry import FeedDocument
from bot.logs import configure_logs
from bot.services.feeds.arxiv_verifier import ArxivVerifier
from bot.services.feeds.polling import Polling
from bot.services.lazy_sources import LazySources
from bot.services.source_turns import SourceTurns
from bot.sources import arxiv_listing, feed_document
from bot.sources.http import Fetcher
from bot.sources.lookup import Sources
from bot.sources.parser import Parser
from bot.store.database import open_database
from tests.doubles.web.dns import Dns
from tests.doubles.web.world import ADDRESSES

ZONE = ZoneInfo("Asia/Tokyo")
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__, "feedparser"])
_FASTER = 100  # how much shorter than a simulated wait the real one is
_SECONDS, _PARSING = 2.0, 2.0  # limits of a request and of parsing, shorter than the bot's own
_SHORT = 100_000  # bytes


class Poller:
    """A process that polls what is due whenever it is told to."""

    def __init__(self, store: Path, port: int, now: Synchronized[float]) -> None:
        self._pipe, far = Pipe()
        self.process: ForkServerProcess = CONTEXT.Process(target=_run, args=(store, port, now, far))
        self.process.start()
        far.close()

    async def poll(self) -> bool:
        """Let it poll what is due; return whether it lived to the end."""
        try:
            self._pipe.send("poll")
            await asyncio.to_thread(self._pipe.recv)
        except (EOFError, OSError):
            return False
        return True

    def kill(self) -> None:
        """Kill it, whatever it is doing."""
        self.process.kill()

    async def stop(self) -> None:
        """End it in order, or wait for its end."""
        with suppress(OSError):
            self._pipe.send("stop")
        await asyncio.to_thread(self.process.join)
        self._pipe.close()


def _run(store: Path, port: int, now: Synchronized[float], pipe: Connection) -> None:
    configure_logs((), quiet=True)
    asyncio.run(_serve(store, port, now, pipe))


async def _serve(store: Path, port: int, now: Synchronized[float], pipe: Connection) -> None:
    async def sleep(seconds: float) -> None:
        with now.get_lock():
            now.value += seconds
        await asyncio.sleep(seconds / _FASTER)

    def clock() -> datetime:
        return datetime.fromtimestamp(now.value, UTC)

    database = await open_database(f"sqlite+aiosqlite:///{store}")
    turns = SourceTurns(database, clock, sleep=sleep)
    sources = LazySources(lambda: _sources(port, turns))
    try:
        await _obey(pipe, Polling(database, clock, ZONE, sources, ArxivVerifier(database, clock, sources)))
    finally:
        await sources.close()
        await database.close()


async def _obey(pipe: Connection, polling: Polling) -> None:
    while await asyncio.to_thread(pipe.recv) == "poll":
        await polling.poll_due()
        pipe.send("done")


class _QuickParser(Parser):
    """Parses short documents in this process, because each of the many processes would start its own for them."""

    async def feed(self, body: bytes, url: str, charset: str | None, *, name: str, seen: str = "") -> FeedDocument:
        if len(body) < _SHORT:
            return await asyncio.to_thread(feed_document.parse, body, url, charset, name, seen)
        return await super().feed(body, url, charset, name=name, seen=seen)

    async def listings(self, body: bytes, charset: str | None, *, name: str) -> list[Listing]:
        if len(body) < _SHORT:
            return await asyncio.to_thread(arxiv_listing.parse, body, charset)
        return await super().listings(body, charset, name=name)


def _sources(port: int, turns: SourceTurns) -> Sources:
    fetcher = Fetcher(
        resolver=Dns(port),
        interval=0.001,
        seconds=_SECONDS,
        may_connect=lambda address: address == "127.0.0.1",
        turns=turns,
    )
    return Sources(fetcher, _QuickParser(seconds=_PARSING), seconds=_SECONDS, **ADDRESSES)
