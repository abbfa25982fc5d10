"""Thirty simulated days of two hundred feeds that behave in many ways, polled by processes that come and go.

Every few hours the polling process ends, by its own will or killed in the middle of a poll; sometimes two run at once.
In the end each paper must be in the inbox once, and every host must have been treated with manners.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.cli.context import progress_bar
from bot.domain.feed_filter import FeedFilter
from bot.domain.paper import Link, make_paper
from bot.services.papers.library import Library
from bot.store import feeds as stored_feeds
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.web.server import Web
from trials.feed_audit import EXCLUDED, Findings, audit
from trials.feed_process import CONTEXT, Poller
from trials.feed_web import FeedWeb
from trials.feed_world import DAYS, START, make_world

_TICK = timedelta(minutes=10)
# in which nothing is killed, and feeds that failed are polled once more; no longer than the rest
_LAST = timedelta(days=2)
_SESSION = (3.0, 9.0)  # hours
_KILLED, _TWO = 0.5, 0.2  # shares of the sessions


async def on_feeds(days: int = DAYS) -> int:
    """Run the trial and print what it found; return the number of failures."""
    began = perf_counter()
    with TemporaryDirectory() as folder:
        findings = await Month(Path(folder) / "dayori.db", Random(1), days, 1).run()
    _print(findings, days, perf_counter() - began)
    return sum(map(len, findings.wrong.values()))


class Month:
    """One run of the trial, with all feeds or a part of them."""

    def __init__(self, store: Path, dice: Random, days: int, part: int) -> None:
        self._store, self._dice = store, dice
        self._feeds = make_world(dice, part)
        self._now: Synchronized[float] = CONTEXT.Value("d", START.timestamp())
        self._last = min(_LAST, timedelta(days=days))
        self._end = START + timedelta(days=days) + self._last
        self._web = FeedWeb(self._time)
        self._first_read: dict[str, datetime] = {}
        self._excluding = {feed.name for feed in self._feeds if feed.kind in ("busy", "planet")}
        self._kills: list[datetime] = []
        self._ends = {"ended": 0, "killed": 0, "two at once": 0}

    async def run(self) -> Findings:
        """Let the days pass."""
        known = await self._fill()
        async with Web() as double:
            self._web.open(double, self._feeds)
            with progress_bar("trials of feeds") as progress:
                while self._time() < self._end:
                    await self._session(double.port)
                    self._note_first_reads()
                    self._decide()
                    progress(
                        int((self._time() - START) / timedelta(hours=1)), int((self._end - START) / timedelta(hours=1))
                    )
        found = audit(self._web, self._feeds, self._excluding, self._first_read, known, self._kills, self._store)
        return Findings({**found.counts, **{f"processes {name}": n for name, n in self._ends.items()}}, found.wrong)

    async def _session(self, port: int) -> None:
        """Let one or two processes poll for some hours."""
        is_killed = self._dice.random() < _KILLED and self._time() < self._end - self._last
        is_pair = self._dice.random() < _TWO
        pollers = [Poller(self._store, port, self._now) for _ in range(1 + is_pair)]
        until = self._time() + timedelta(hours=self._dice.uniform(*_SESSION))
        while self._time() < min(until, self._end):
            await asyncio.gather(*(each.poll() for each in pollers))
            self._pass(_TICK)
        self._ends["killed" if is_killed else "ended"] += 1
        self._ends["two at once"] += is_pair
        if is_killed:
            await self._kill(pollers)
        for each in pollers:
            await each.stop()

    async def _kill(self, pollers: list[Poller]) -> None:
        """Kill the processes a moment after one has requested something."""
        self._web.requested.clear()
        for _ in range(30):
            polls = [asyncio.create_task(each.poll()) for each in pollers]
            requested = asyncio.create_task(self._web.requested.wait())
            await asyncio.wait([*polls, requested], return_when=asyncio.FIRST_COMPLETED)
            if requested.done():
                await asyncio.sleep(self._dice.uniform(0, 0.04))
                self._kills.append(self._time())
                for each in pollers:
                    each.kill()
                await asyncio.gather(*polls)
                return
            requested.cancel()
            await asyncio.gather(*polls)
            self._pass(_TICK)

    async def _fill(self) -> set[int]:
        """Make a store with the feeds, and with some papers that they will announce; return the numbers of those."""
        known = [item for feed in self._feeds if feed.kind == "atom" for item in feed.items[-9::4]]
        database = await open_database(f"sqlite+aiosqlite:///{self._store}")
        search = await SearchIndex.open(database)
        workspace, _ = await find_or_add(database, "default", START)
        async with database.write() as connection:
            for feed in self._feeds:
                if feed.is_known:
                    rules = FeedFilter(exclude=(EXCLUDED,)) if feed.name in self._excluding else FeedFilter()
                    await stored_feeds.add(connection, workspace, feed.name, feed.url, rules, START)
        for item in known:
            link = Link(f"https://doi.org/10.5555/{item.number}")
            await Library(database, self._time).add(workspace, make_paper(title="Other words", links=[link]), by="x")
        await search.close()
        await database.close()
        return {item.number for item in known}

    def _note_first_reads(self) -> None:
        query = (
            "SELECT url, min(seen_at) FROM feed_addresses a JOIN feed_entries e ON e.address_id = a.id GROUP BY a.id"
        )
        with closing(sqlite3.connect(self._store)) as connection:
            for url, at in connection.execute(query):
                self._first_read.setdefault(url, datetime.fromisoformat(at))

    def _decide(self) -> None:
        """Decide on some of what waits, as curators do."""
        with closing(sqlite3.connect(self._store)) as connection, connection:
            waiting = connection.execute("SELECT number FROM candidates WHERE decision IS NULL").fetchall()
            for (number,) in self._dice.sample(waiting, len(waiting) // 3):
                decision = self._dice.choice(("accepted", "rejected"))
                connection.execute("UPDATE candidates SET decision = ? WHERE number = ?", (decision, number))

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._now.value, UTC)

    def _pass(self, time: timedelta) -> None:
        with self._now.get_lock():
            self._now.value += time.total_seconds()


def _hours(moment: datetime) -> int:
    return int((moment - START) / timedelta(hours=1))


def _print(findings: Findings, days: int, seconds: float) -> None:
    print(f"feeds: {days} simulated days in {seconds:.0f} s")
    for name, count in findings.counts.items():
        print(f"  {name:40}{count:8,}")
    print("wrong")
    for name, cases in findings.wrong.items():
        print(f"  {name:40}{len(cases):8,}  {', '.join(cases[:5])}")
    print(f"wrong in all: {sum(map(len, findings.wrong.values()))}\n", flush=True)


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(on_feeds()) else 0)
