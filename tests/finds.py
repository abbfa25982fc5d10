"""Feeds' finds in a test's store, as polling leaves them there."""

from __future__ import annotations

from sqlalchemy import text

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft, form_of
from bot.domain.feed_filter import FeedFilter
from bot.domain.paper import Paper
from bot.services.ports import Clock
from bot.store import candidates, feed_days, feeds, finds
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.feed_days import DayCounts, FeedDay
from bot.store.finds import Find, Offer
from tests.samples import paper

DAY = "2024-01-22"


async def find(
    database: Database, workspace: int, clock: Clock, found: Paper, *names: str, score: float | None = None
) -> Candidate:
    """Offer a paper that feeds of these names found, and return the candidate."""
    async with database.write() as connection:
        for name in names or ("arxiv-cl",):
            await _offer(connection, workspace, clock, found, name)
        candidate = (await candidates.undecided(connection, workspace, [f"arxiv:{found.identifiers.arxiv}"]))[0]
        if score is not None:
            scored = text("UPDATE candidates SET score = :score WHERE number = :number")
            await connection.execute(scored, {"score": score, "number": candidate.number})
    return candidate


async def find_many(database: Database, workspace: int, clock: Clock, many: int, first: int = 1) -> None:
    """Offer `many` papers; the one with the lowest number is found last, so that it comes first in the inbox."""
    for n in reversed(range(first, first + many)):
        await find(database, workspace, clock, paper(n, headline=None, comment=None), "arxiv-cl")


async def ledger(database: Database, workspace: int) -> dict[str, tuple[int, int]]:
    """Return (accepted, rejected) of each feed of a workspace."""
    async with database.read() as connection:
        every = {feed.id: feed.name for feed in await feeds.all_of(connection, workspace)}
        sums = await feed_days.totals(connection, every)
    return {name: (sums[id].accepted, sums[id].rejected) for id, name in every.items() if id in sums}


async def _offer(connection: StoreConnection, workspace: int, clock: Clock, found: Paper, name: str) -> Offer:
    feed = await feeds.by_name(connection, workspace, name)
    if feed is None:
        feed = await feeds.add(connection, workspace, name, f"https://example.org/{name}", FeedFilter(), clock())
    form = form_of(Draft(source=found.url or ""))
    (outcome,) = await finds.offer(connection, workspace, [Find(feed.id, DAY, form, found)], clock())
    counts = DayCounts(announced=1, seen=1, matched=1, offered=outcome == "new")
    await feed_days.count(connection, {FeedDay(workspace, feed.id, DAY): counts})
    return outcome
