"""Numbers of a real store."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.draft import Draft
from bot.domain.request import Request, begin_request
from bot.services.lookup_counter import LookupCounter
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library, Write, write_papers
from bot.services.papers.lookup import Lookup
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.statistics import Statistics
from bot.store import history
from bot.store.database import Database, iso
from bot.store.papers import columns_of
from bot.store.search_index.index import SearchIndex
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.samples import paper

_CURATOR = Submitter("花子", "discord:7", "ja", is_curator=True)


@pytest.fixture
def statistics(database: Database, clock: AdjustableClock) -> Statistics:
    return Statistics(database, clock, TOKYO)


@pytest.fixture
def lookups(database: Database, clock: AdjustableClock) -> LookupCounter:
    return LookupCounter(database, clock, TOKYO)


async def test_papers_are_counted_by_month_tag_venue_and_curator(
    statistics: Statistics, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await library.add(workspace, paper(1, tags=["RAG", "評価"], venue="ACL 2023"), "山田")
    clock.advance(days=40)
    await library.add(workspace, paper(2, tags=["rag", "RAG 入門"], venue="ACL 2024"), "山田")
    await library.add(workspace, paper(3), "花子")
    await library.add(workspace, paper(4, tags=["評価"]), None)
    await library.remove(workspace, "paper-4", None)
    numbers = await statistics.of(workspace)
    assert numbers.papers == 3
    assert [count.n for count in numbers.months if count.n] == [1, 2]
    assert numbers.tags == (("RAG", 2), ("RAG 入門", 1), ("評価", 1))
    assert numbers.venues == (("ACL", 2),)
    assert numbers.curators == (("山田", 2), ("花子", 1))
    assert (await statistics.of(workspace + 1)).papers == 0


async def test_numbers_that_were_asked_for_during_a_long_import_are_not_kept_after_it(
    statistics: Statistics, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    async with database.write() as connection:
        change = await history.open_change(connection, workspace, "import", clock(), None)
    for n in (1, 2):  # an import writes a thousand papers in each of its transactions
        async with database.write() as connection:
            row = {**columns_of(paper(n)), "added_at": iso(clock()), "updated_at": iso(clock())}
            await write_papers(connection, workspace, change, [Write(f"paper-{n}", None, row)])
        assert (await statistics.of(workspace)).papers == n


async def test_what_became_of_candidates_is_counted(
    statistics: Statistics, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    submission, inbox = Submission(database, clock, "curators"), Inbox(database, clock)
    for n in range(1, 5):
        by = Submitter("太郎", "discord:8", "ja", is_curator=False)
        await submission.add(workspace, Draft(f"2401.{n:05}"), paper(n), by)
    await inbox.accept(workspace, 1, _CURATOR)
    await inbox.reject(workspace, 2, _CURATOR)
    decisions = (await statistics.of(workspace)).decisions
    assert (decisions.accepted, decisions.rejected, decisions.expired, decisions.waiting) == (1, 1, 0, 2)


async def test_look_ups_are_counted_by_day_and_platform_and_written_in_one_batch(
    statistics: Statistics,
    lookups: LookupCounter,
    database: Database,
    search: SearchIndex,
    workspace: int,
    clock: AdjustableClock,
) -> None:
    lookup = Lookup(database, search, count=lookups.count)
    for platform, times in (("discord", 3), ("slack", 1)):
        begin_request(Request(f"{platform}:1", clock(), 0.0))
        for _ in range(times):
            await lookup.find(workspace, "RetNet")
        await lookup.find(workspace, "RetNet", offset=10)
        await lookup.complete(workspace, "Ret")
    assert (await statistics.of(workspace)).platforms == ()
    await lookups.write()
    await lookups.write()
    clock.advance(days=7)
    await lookup.find(workspace, "RetNet")
    await lookups.write()
    numbers = await statistics.of(workspace)
    assert numbers.platforms == (("discord", 3), ("slack", 2))
    assert [count.n for count in numbers.lookups[-2:]] == [4, 1]


async def test_look_ups_that_could_not_be_written_are_written_later(
    statistics: Statistics, lookups: LookupCounter, database: Database, workspace: int
) -> None:
    lookups.count(workspace)
    task = asyncio.create_task(lookups.write())
    async with database.write():
        await asyncio.sleep(0.05)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await statistics.of(workspace)).platforms == ()
    await lookups.write()
    assert (await statistics.of(workspace)).platforms == (("terminal", 1),)
