"""The look at a feed before it is added is its first poll: a new address is not requested twice within minutes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.errors import FeedElsewhereError
from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, FeedAnswer
from bot.i18n import msg
from bot.services.feeds.drafts import FeedDrafts
from bot.services.feeds.polling import Polling
from bot.services.feeds.trial import FeedTrials
from bot.services.feeds.verification import Verification
from bot.services.lazy_sources import LazySources
from bot.services.papers.submitter import Submitter
from bot.store import candidates, feed_addresses, feeds
from bot.store.database import Database
from bot.store.workspaces import find_or_add
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.services.feeds.feed_source import UNCHANGED, Asked, FakeSource, document, entry

URL, PAGE, NEW = "https://lab.example/feed", "https://lab.example/", "https://new.example/feed"
HANAKO = Submitter("花子", "discord:1", "ja", is_curator=True)
TWENTY = tuple(entry(f"Paper {n}", date=f"2024-01-{n:02}") for n in range(20, 0, -1))


class Process:
    """A process that adds feeds and polls them."""

    def __init__(self, database: Database, clock: AdjustableClock, source: FakeSource, verifier: Any = None) -> None:
        self.database, self.clock, self.source = database, clock, source
        sources = LazySources(lambda: source)
        self.polling = Polling(database, clock, TOKYO, sources, verifier)
        self.drafts = FeedDrafts(database, clock, FeedTrials(database, clock, sources), self.polling)

    def restarted(self, verifier: Any = None) -> Process:
        return Process(self.database, self.clock, self.source, verifier)

    async def look(self, workspace: int, url: str = URL) -> str:
        return (await self.drafts.begin(workspace, "t", url, {"name": "lab"}, HANAKO)).fingerprint

    async def save(self, workspace: int, shown: str) -> Feed:
        return (await self.drafts.save(workspace, "t", shown, HANAKO)).feed

    async def add(self, workspace: int, url: str = URL) -> Feed:
        return await self.save(workspace, await self.look(workspace, url))

    async def poll(self, **after: float) -> list[Asked]:
        """Let some time pass, poll what is due, and return what was requested for that."""
        self.clock.advance(**after)
        before = len(self.source.asked)
        await self.polling.poll_due()
        return self.source.asked[before:]

    async def address(self) -> FeedAddress:
        async with self.database.read() as connection:
            address = await feed_addresses.of_place(connection, URL)
        assert address
        return address

    async def inbox(self, workspace: int) -> list[str]:
        async with self.database.read() as connection:
            return [each.paper.title for each in await candidates.waiting(connection, workspace) if each.paper]


@pytest.fixture
def process(database: Database, clock: AdjustableClock) -> Process:
    source = FakeSource()
    source.answers[URL] = document(*TWENTY)
    return Process(database, clock, source)


async def test_a_new_feed_is_requested_once_and_an_hour_later_with_its_validators(
    process: Process, workspace: int
) -> None:
    shown = await process.look(workspace)
    process.clock.advance(minutes=9)
    await process.save(workspace, shown)
    assert process.source.asked == [Asked(URL, None, None)]
    assert await process.poll(minutes=1) == await process.poll(minutes=50) == []
    assert await process.poll(minutes=10) == [Asked(URL, '"a"', None)]


async def test_of_what_was_looked_at_the_latest_few_are_offered_and_later_what_is_new(
    process: Process, workspace: int
) -> None:
    feed = await process.add(workspace)
    assert feed.entry_id is not None
    assert await process.inbox(workspace) == [f"Paper {n}" for n in range(20, 15, -1)]
    process.source.answers[URL] = document(entry("Later"), *TWENTY)
    await process.poll(hours=2)
    assert (await process.inbox(workspace))[0] == "Later"
    assert len(await process.inbox(workspace)) == 6


async def test_a_look_counts_from_its_request_and_one_without_validators_for_a_day(
    process: Process, workspace: int
) -> None:
    process.source.answers[URL] = document(*TWENTY, etag=None)
    shown, looked_at = await process.look(workspace), process.clock()
    process.clock.advance(minutes=5)
    await process.save(workspace, shown)
    address = await process.address()
    assert (address.requested_at, address.unconditional_at) == (looked_at, looked_at)
    assert await process.poll(hours=23.9) == []
    assert await process.poll(minutes=10) == [Asked(URL, None, None)]


async def test_max_age_and_a_permanent_redirect_are_kept(process: Process, workspace: int) -> None:
    answer = document(*TWENTY, moved=NEW)
    process.source.answers |= {URL: FeedAnswer(200, answer.document, etag='"a"', max_age=7200, moved=NEW)}
    process.source.answers[NEW] = UNCHANGED
    await process.add(workspace)
    assert await process.poll(minutes=110) == []
    assert await process.poll(minutes=20) == [Asked(NEW, '"a"', None)]


async def test_a_feed_without_entries_begins_with_its_first_one(process: Process, workspace: int) -> None:
    process.source.answers[URL] = document()
    assert (await process.add(workspace)).entry_id == 0
    process.source.answers[URL] = document(*TWENTY)
    await process.poll(hours=2)
    assert len(await process.inbox(workspace)) == 20


async def test_a_page_that_names_its_feed_is_requested_once_and_its_feed_too(process: Process, workspace: int) -> None:
    process.source.answers[PAGE] = FeedElsewhereError(msg("A page."), URL)
    assert (await process.add(workspace, PAGE)).url == URL
    assert await process.poll(minutes=1) == []
    assert [each.url for each in process.source.asked] == [PAGE, URL]
    assert await process.poll(hours=1.1) == [Asked(URL, '"a"', None)]


@pytest.mark.parametrize("is_restarted", [True, False])
async def test_a_look_that_is_not_remembered_is_followed_by_a_poll(
    process: Process, workspace: int, is_restarted: bool
) -> None:
    shown = await process.look(workspace)
    if is_restarted:
        process = process.restarted()
    else:
        process.clock.advance(minutes=10)
    assert (await process.save(workspace, shown)).entry_id is None
    assert await process.poll() == [Asked(URL, None, None)]
    assert len(await process.inbox(workspace)) == 5


async def test_an_address_that_another_workspace_has_is_as_its_polls_left_it(process: Process, workspace: int) -> None:
    other, _ = await find_or_add(process.database, "discord:2", process.clock())
    await process.add(other)
    process.clock.advance(minutes=20)
    before, process.source.answers[URL] = await process.address(), document(entry("Later"), etag='"b"')
    assert (await process.add(workspace)).entry_id is None
    assert await process.address() == before
    assert await process.poll() == []  # the new feed sees what the address announced
    assert await process.inbox(workspace) == await process.inbox(other) == [f"Paper {n}" for n in range(20, 15, -1)]
    assert await process.poll(hours=1) == [Asked(URL, '"a"', None)]


class Verifier:
    """Waits until it is answered, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.begun, self.answer = error, asyncio.Event(), asyncio.Future[Verification]()

    def needs_all(self, address: FeedAddress) -> bool:
        return False

    async def verify(self, address: FeedAddress, answer: FeedAnswer) -> Verification:
        self.begun.set()
        if self.error:
            raise self.error
        return await self.answer


async def test_after_a_crash_between_adding_and_reading_the_feed_is_polled(process: Process, workspace: int) -> None:
    verifier = Verifier()
    crashing, other = process.restarted(verifier), process.restarted()
    saving = asyncio.create_task(crashing.add(workspace))
    async with asyncio.timeout(20):
        await verifier.begun.wait()
    async with process.database.read() as connection:
        assert await feeds.by_name(connection, workspace, "lab")
    assert await other.poll() == []  # nobody polls it while the look is being read
    assert await other.poll(minutes=6) == [Asked(URL, None, None)]
    assert len(await process.inbox(workspace)) == 5
    before = await process.address()
    verifier.answer.set_result(Verification())  # it was only asleep
    await saving
    assert await process.address() == before
    assert len(await process.inbox(workspace)) == 5


async def test_a_look_that_cannot_be_read_keeps_no_feed_from_being_added(process: Process, workspace: int) -> None:
    failing = process.restarted(Verifier(ValueError("odd")))
    assert (await failing.add(workspace)).entry_id is None
    assert await process.poll() == [Asked(URL, None, None)]
    assert len(await process.inbox(workspace)) == 5
