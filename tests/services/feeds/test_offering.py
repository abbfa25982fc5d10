"""What a feed announced is held against its filter once; what passes comes into the inbox, and all of it is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.feed import Feed
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import FeedFilter
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, make_paper
from bot.services.feeds.offering import OfferCounts, Offering
from bot.services.papers.library import Library
from bot.store import candidates, feed_addresses, feed_days, feed_entries, feed_schema, feeds, paper_checks
from bot.store.database import Database
from bot.store.feed_days import DayCounts
from bot.store.feed_entries import News
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.services.feeds.feed_source import entry

URL, DAY = "https://lab.example/feed", "2024-01-22"


class Desk:
    """A workspace whose feeds announce what a test says."""

    def __init__(self, database: Database, clock: AdjustableClock, workspace: int) -> None:
        self.database, self.clock, self.workspace = database, clock, workspace
        self.offering = Offering(database, clock)

    async def add(
        self, name: str = "lab", url: str = URL, filter: FeedFilter | None = None, workspace: int | None = None
    ) -> Feed:
        async with self.database.write() as connection:
            feed = await feeds.add(
                connection, workspace or self.workspace, name, url, filter or FeedFilter(), self.clock()
            )
            await feed_addresses.save(connection, feed.address_id, read_at=self.clock())
        await self.offering.catch_up(feed)  # the silent first poll
        return feed

    async def announce(self, feed: Feed, *entries: FeedEntry, day: str = DAY) -> OfferCounts:
        async with self.database.write() as connection:
            keyed = [(each, [each.guid]) for each in entries]
            await feed_entries.add(connection, [News(feed.address_id, day, keyed)], self.clock())
        return await self.catch_up(feed)

    async def catch_up(self, feed: Feed) -> OfferCounts:
        async with self.database.read() as connection:
            current = await feeds.by_id(connection, feed.id)
        assert current
        return await self.offering.catch_up(current)

    async def ledger(self, feed: Feed) -> Sequence[tuple[str, DayCounts]]:
        columns = feed_schema.feed_days.c
        async with self.database.read() as connection:
            days = await connection.scalars(select(columns.day).where(columns.feed_id == feed.id))
            latest = sorted(days, reverse=True)
            sums = [await feed_days.totals(connection, [feed.id], day) for day in latest]
        assert len(sums) < 3
        first, *others = [each[feed.id] for each in sums]
        return [(latest[0], first), *((day, _less(each, first)) for day, each in zip(latest[1:], others, strict=True))]

    async def inbox(self, workspace: int | None = None) -> list[str]:
        async with self.database.read() as connection:
            waiting = await candidates.waiting(connection, workspace or self.workspace)
        return sorted(each.paper.title for each in waiting if each.paper)


def _less(sums: DayCounts, other: DayCounts) -> DayCounts:
    numbers = {name: getattr(sums, name) - getattr(other, name) for name in DayCounts.__slots__ if name != "dropped"}
    return DayCounts(**numbers, dropped=dict(Counter(sums.dropped) - Counter(other.dropped)))


@pytest.fixture
def desk(database: Database, clock: AdjustableClock, workspace: int) -> Desk:
    return Desk(database, clock, workspace)


async def test_every_entry_is_counted_with_what_became_of_it(desk: Desk, library: Library) -> None:
    ids = Identifiers(arxiv="2401.00001")
    await library.add(desk.workspace, make_paper(title="Known", identifiers=ids), by="x")
    feed = await desk.add(filter=FeedFilter(exclude=("survey", "poster")))
    found = await desk.announce(
        feed,
        entry("New"),
        entry("Known by its id", arxiv="2401.00001"),
        entry("A Survey"),
        entry("Another Survey"),
        entry("A Poster"),
        entry("Second version", announcement="replace"),
    )
    assert found == OfferCounts(6, 1)
    dropped = {("known", ""): 1, ("exclude", "survey"): 2, ("exclude", "poster"): 1, ("revision", ""): 1}
    assert await desk.ledger(feed) == [(DAY, DayCounts(6, 6, 1, 1, dropped=dropped))]
    await desk.announce(feed, entry("Newer"), day="2024-01-23")
    assert [(day, counts.offered) for day, counts in await desk.ledger(feed)] == [("2024-01-23", 1), (DAY, 1)]


async def test_a_paper_of_which_a_feed_announces_a_new_version_is_looked_at_in_the_next_night(
    desk: Desk, library: Library, clock: AdjustableClock
) -> None:
    for n in (1, 2):
        await library.add(desk.workspace, make_paper(title=f"{n}", identifiers=Identifiers(arxiv=f"2401.0000{n}")), "x")
    later = clock() + timedelta(days=90)
    async with desk.database.write() as connection:
        await paper_checks.take_due(connection, "arxiv", clock(), later, 10)
    feed = await desk.add(filter=FeedFilter(include=("nothing of this",)))
    await desk.announce(feed, entry("Second version", announcement="replace", arxiv="2401.00002"))
    async with desk.database.write() as connection:
        due = await paper_checks.take_due(connection, "arxiv", clock(), later, 10)
    assert [check.id for check in due] == ["2401.00002"]


async def test_an_entry_is_held_once_however_often_a_feed_catches_up(desk: Desk) -> None:
    feed = await desk.add()
    await desk.announce(feed, *(entry(f"Paper {n}") for n in range(120)))
    assert await desk.catch_up(feed) == OfferCounts()
    assert len(await desk.inbox()) == 120
    assert (await desk.ledger(feed))[0][1].seen == 120


async def test_one_paper_of_several_feeds_stands_once_and_counts_for_each(desk: Desk) -> None:
    first, second = await desk.add(), await desk.add("other", "https://other.example/feed")
    await desk.announce(first, entry("A", doi="10.1/a"))
    assert await desk.announce(second, entry("A, as printed", guid="x", doi="10.1/a")) == OfferCounts(1, 1)
    assert await desk.inbox() == ["A"]
    for feed in (first, second):
        assert (await desk.ledger(feed))[0][1] == DayCounts(1, 1, 1, 1)


async def test_what_was_decided_on_is_not_offered_again_and_says_so(desk: Desk) -> None:
    first, second = await desk.add(), await desk.add("other", "https://other.example/feed")
    await desk.announce(first, entry("A"))
    async with desk.database.write() as connection:
        [candidate] = await candidates.waiting(connection, desk.workspace)
        await connection.exec_driver_sql("UPDATE candidates SET decision = 'rejected'")
        await feed_days.count_decision(connection, candidate.number, "rejected", 1)
    assert await desk.announce(second, entry("A", guid="x")) == OfferCounts(1, 0)
    assert await desk.inbox() == []
    assert (await desk.ledger(second))[0][1].dropped == {("decided", ""): 1}
    assert (await desk.ledger(first))[0][1].rejected == 1


async def test_a_decision_counts_for_every_feed_that_brought_the_paper_and_can_be_taken_back(desk: Desk) -> None:
    first, second = await desk.add(), await desk.add("other", "https://other.example/feed")
    await desk.announce(first, entry("A"))
    await desk.announce(second, entry("A", guid="x"), day="2024-01-23")
    async with desk.database.write() as connection:
        [candidate] = await candidates.waiting(connection, desk.workspace)
        await feed_days.count_decision(connection, candidate.number, "accepted", 1)
    assert [(await desk.ledger(each))[0][1].accepted for each in (first, second)] == [1, 1]
    async with desk.database.write() as connection:
        await feed_days.count_decision(connection, candidate.number, "accepted", -1)
        await feed_days.count_decision(connection, candidate.number, "expired", 1)
        totals = await feed_days.totals(connection, [first.id, second.id])
        since = await feed_days.totals(connection, [first.id, second.id], "2024-01-23")
    assert [totals[each.id].accepted for each in (first, second)] == [0, 0]
    assert list(since) == [second.id]


@pytest.mark.parametrize(
    ("title", "authors", "is_known"),
    [
        ("The Same Title", ("Ada Núñez", "Bo Field"), True),
        ("the same TITLE!", ("Núñez, A.",), True),
        ("The Same Title", ("Cy Ito",), False),
        ("The Same Title", (), False),
        ("Another Title", ("Ada Núñez",), False),
    ],
)
async def test_a_paper_of_the_same_title_is_known_if_an_author_is_the_same(
    desk: Desk, library: Library, title: str, authors: tuple[str, ...], is_known: bool
) -> None:
    await library.add(desk.workspace, make_paper(title=title, authors=authors), by="x")
    found = await desk.announce(await desk.add(), entry("The Same Title"))
    assert found.offered == (not is_known)


async def test_a_known_link_to_code_makes_no_paper_known(desk: Desk, library: Library) -> None:
    await library.add(desk.workspace, make_paper(title="X", links=[Link("https://lab.example/A", "code")]), by="x")
    assert (await desk.announce(await desk.add(), entry("B"))).offered == 1


async def test_each_workspace_has_its_own_feed_of_one_address(desk: Desk) -> None:
    other, _ = await find_or_add(desk.database, "other", desk.clock())
    here, there = await desk.add(), await desk.add(workspace=other, filter=FeedFilter(include=("B",)))
    assert here.address_id == there.address_id
    await desk.announce(here, entry("A"), entry("B"))
    await desk.catch_up(there)
    assert (await desk.inbox(), await desk.inbox(other)) == (["A", "B"], ["B"])


async def test_a_new_feed_of_an_address_that_is_known_begins_silently(desk: Desk) -> None:
    first = await desk.add()
    await desk.announce(first, *(entry(f"Paper {n}") for n in range(9)))
    second = await desk.add("second", filter=FeedFilter(exclude=("Paper 8",)))
    counts = (await desk.ledger(second))[0][1]
    assert (counts.seen, counts.matched, counts.offered) == (9, 8, 5)
    assert counts.dropped == {("exclude", "Paper 8"): 1, ("earlier", ""): 3}


async def test_a_feed_that_was_changed_meanwhile_is_held_with_its_new_filter(desk: Desk) -> None:
    feed = await desk.add()
    async with desk.database.write() as connection:
        before = await feeds.by_id(connection, feed.id)
        await feeds.save(connection, feed.id, **feeds.columns_of(FeedFilter(exclude=("A",))))
        await feed_entries.add(connection, [News(feed.address_id, DAY, [(entry("A"), ["a"])])], desk.clock())
    assert before
    assert await desk.offering.catch_up(before) == OfferCounts()
    assert [each.id for each in await desk.offering.behind()] == [feed.id]
    assert await desk.catch_up(feed) == OfferCounts(1, 0)
    assert await desk.offering.behind() == []


async def test_an_entry_without_any_link_can_be_offered(desk: Desk) -> None:
    bare = entry("A")
    bare = FeedEntry(bare.guid, type(bare.metadata)(title="A note"))
    assert (await desk.announce(await desk.add(), bare)).offered == 1
