"""Through weeks of arXiv's failures and restarts, every new paper comes into the inbox once, and none is missed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from bot.domain.feed_filter import FeedFilter
from bot.services.feeds.arxiv_verifier import ArxivVerifier
from bot.services.feeds.polling import Polling
from bot.services.lazy_sources import LazySources
from bot.store import feeds
from bot.store.database import Database
from bot.store.papers import paper_from
from bot.store.schema import candidates
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.doubles.web import Page, Web
from tests.doubles.web.arxiv import ArxivServer, Faults
from tests.doubles.web.world import sources_in

STALE, ABSENT, EMPTY = Faults(stale=True), Faults(absent=frozenset({"cs.LG"})), Faults(most=0)
SHORT, REFUSED = Faults(most=7), Faults(most=0, answers=0)
UNLISTED = Faults(most=10, listing=Page(b"", status=503))
WELL = Faults()
# What is wrong on each day of announcements; on the 26th, Thanksgiving, there is none.
DAYS = {
    "2026-11-16": WELL,
    "2026-11-17": STALE,
    "2026-11-18": ABSENT,
    "2026-11-19": UNLISTED,
    "2026-11-20": EMPTY,
    "2026-11-23": SHORT,
    "2026-11-24": REFUSED,
    "2026-11-25": STALE,
    "2026-11-27": STALE,
    "2026-11-30": WELL,
}

STOPS = ("2026-11-17", "2026-11-18", "2026-11-25")


def days(first: str, many: int) -> list[str]:
    start = date.fromisoformat(first).toordinal()
    return [date.fromordinal(start + n).isoformat() for n in range(many)]


async def test_two_weeks_of_failures_and_restarts_lose_and_double_nothing(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    clock.set("2026-11-16 00:30")
    async with database.write() as connection:
        for names in ("cs.CL", "cs.CL+cs.LG"):
            await feeds.add(connection, workspace, names, f"http://rss.arxiv.org/rss/{names}", FeedFilter(), clock())
    async with Web() as web:
        server, announced = ArxivServer(clock), dict[str, set[str]]()
        server.serve(web)
        before = {*server.announce("2026-11-13", "cs.CL", new=3)}
        for day in DAYS:
            both = server.announce(day, "cs.CL", new=20, cross=5, replaced=5, also="cs.LG")
            announced[day] = {*both, *server.announce(day, "cs.LG", new=100, cross=5, replaced=20)}
        for day in days("2026-11-16", 16):
            for hours in ((2, 8), (14, 15, 16, 18), (20,)):
                server.faults = DAYS.get(day, WELL) if 14 in hours else WELL  # from midnight in New York
                async with _process(web, database, clock) as polling:
                    for hour in hours:
                        clock.set(f"{day} {hour:02}:45")
                        if hour == 14 and day in STOPS:
                            await _stopped(server, polling)
                        await polling.poll_due()
        found = await _found(database)
        assert found.keys() - before == set().union(*announced.values())
        assert {*found.values()} == {1}
        assert web.most_at_once == 1
        assert server.requests["listing"] <= 2 * (
            len(DAYS) + 7
        )  # one a category and day, and some on days without announcement
        assert server.requests["recent"] <= 4
        assert server.requests["failed listing"] <= 2 * 2 * 3  # 2 categories, retried


@asynccontextmanager
async def _process(web: Web, database: Database, clock: AdjustableClock) -> AsyncIterator[Polling]:
    sources = sources_in(web, interval=0.001)
    opened = LazySources(lambda: sources)
    yield Polling(database, clock, TOKYO, opened, ArxivVerifier(database, clock, opened))
    await sources.close()


async def _found(database: Database) -> Counter[str]:
    """Count the candidates by arXiv id."""
    async with database.read() as connection:
        rows = await connection.scalars(select(candidates.c.paper))
        return Counter(paper_from(row).identifiers.arxiv or "" for row in rows)


async def _stopped(server: ArxivServer, polling: Polling) -> None:
    """Poll until the second answer of arXiv's API is on its way, and stop there."""
    running, count = asyncio.create_task(polling.poll_due()), server.requests["api"]

    def stop() -> None:
        if server.requests["api"] == count + 2:
            running.cancel()

    server.faults = replace(server.faults, before_answer=stop)
    with suppress(asyncio.CancelledError):
        await running
    server.faults = replace(server.faults, before_answer=lambda: None)
    assert running.cancelled()
