"""What is due is polled with good manners, whatever comes back, and whoever else polls."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, FeedAnswer, Status
from bot.domain.feed_filter import FeedFilter
from bot.i18n import msg
from bot.services.feeds.poll_results import PollReport
from bot.services.feeds.poll_round import HOSTS
from bot.services.feeds.polling import Polling
from bot.services.feeds.verification import NullVerifier, Verification
from bot.services.lazy_sources import LazySources
from bot.store import candidates, feed_addresses, feed_days, feed_entries, feeds
from bot.store.database import Database
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.services.feeds.feed_source import BROKEN, UNCHANGED, FakeSource, document, entry

URL, OTHER = "https://lab.example/feed", "https://other.example/feed"


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


class Bench:
    """A workspace with feeds, and what is known of them."""

    def __init__(self, database: Database, clock: AdjustableClock, workspace: int, source: FakeSource) -> None:
        self.database, self.clock, self.workspace, self.source = database, clock, workspace, source
        self.polling = self.process()

    def process(self, verifier: Any = None) -> Polling:
        """Return the service as another process has it."""
        return Polling(self.database, self.clock, TOKYO, LazySources(lambda: self.source), verifier)

    async def add(self, url: str = URL, name: str = "lab", filter: FeedFilter | None = None) -> Feed:
        async with self.database.write() as connection:
            return await feeds.add(connection, self.workspace, name, url, filter or FeedFilter(), self.clock())

    async def poll(self, *answers: FeedAnswer | Exception, url: str = URL, **after: float) -> PollReport:
        """Let some time pass, answer, and poll what is due."""
        self.clock.advance(**after)
        if answers:
            self.source.answers[url] = answers[0]
        return await self.polling.poll_due()

    async def feed(self, name: str = "lab") -> Feed:
        async with self.database.read() as connection:
            feed = await feeds.by_name(connection, self.workspace, name)
        assert feed
        return feed

    async def address(self, name: str = "lab") -> FeedAddress:
        async with self.database.read() as connection:
            address = await feed_addresses.get(connection, (await self.feed(name)).address_id)
        assert address
        return address

    async def inbox(self) -> list[str]:
        async with self.database.read() as connection:
            waiting = await candidates.waiting(connection, self.workspace)
        return [each.paper.title for each in waiting if each.paper]


@pytest.fixture
def bench(database: Database, clock: AdjustableClock, workspace: int, source: FakeSource) -> Bench:
    return Bench(database, clock, workspace, source)


async def test_a_first_poll_is_silent_but_for_the_latest_few(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document(*(entry(f"Paper {n}", date=f"2024-01-{n:02}") for n in range(20, 0, -1))))
    assert await bench.inbox() == [f"Paper {n}" for n in range(20, 15, -1)]
    await bench.poll(document(entry("Later", date="2001-01-01"), entry("Paper 20")), hours=2)
    assert (await bench.inbox())[0] == "Later"
    assert len(await bench.inbox()) == 6


async def test_a_date_in_the_future_makes_no_entry_the_latest(bench: Bench) -> None:
    await bench.add()
    old = [entry(f"Old {n}", date="2099-01-01") for n in range(9)]
    await bench.poll(document(*(entry(f"New {n}", date="2024-01-22") for n in range(5)), *old))
    assert sorted(await bench.inbox()) == [f"New {n}" for n in range(5)]


async def test_what_was_announced_once_is_never_new_again(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document())
    await bench.poll(document(entry("A", arxiv="2401.00001"), entry("B")), hours=2)
    again = [
        entry("A", guid="another", arxiv="2401.00001"),
        entry("A, second version", guid="oai:arXiv.org:2401.00001v2", arxiv="2401.00001"),
        entry("B", guid="changed", date="2030-01-01"),
    ]
    report = await bench.poll(document(*again), hours=7)
    assert sum(report.new.values()) == 0
    assert await bench.inbox() == ["A", "B"]


async def test_validators_of_the_last_answer_go_with_the_next_request(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document(etag='"1"'))
    await bench.poll(replace(UNCHANGED, etag='"2"', last_modified="Monday"), hours=2)
    await bench.poll(UNCHANGED, hours=2)
    await bench.poll(hours=4)
    sent = [(each.etag, each.last_modified) for each in bench.source.asked]
    assert sent == [(None, None), ('"1"', None), ('"2"', "Monday"), ('"2"', "Monday")]


async def test_a_body_that_cannot_be_read_or_ends_early_keeps_the_old_validators(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document(etag='"good"'))
    await bench.poll(FeedAnswer(200, failure=msg("It could not be read.")), hours=2)
    cut = document(entry("A"), etag=None)
    assert cut.document
    await bench.poll(replace(cut, document=replace(cut.document, is_broken=True)), hours=30)
    await bench.poll(UNCHANGED, hours=30)
    assert [each.etag for each in bench.source.asked] == [None, '"good"', '"good"', '"good"']


async def test_an_address_is_requested_at_most_hourly_and_whole_at_most_daily(bench: Bench) -> None:
    await bench.add()
    await bench.add(OTHER, "other")
    bench.source.answers[OTHER] = document(etag=None)
    await bench.poll(document())
    for _ in range(48 * 4):
        await bench.poll(minutes=15)
    counts = {url: sum(each.url == url for each in bench.source.asked) for url in (URL, OTHER)}
    assert counts[URL] <= 48
    assert counts[OTHER] == 2


async def test_a_process_that_dies_in_a_poll_costs_an_hour_and_nothing_else(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document())
    bench.source.answers[URL] = document(entry("A"))
    bench.source.hold.clear()
    bench.clock.advance(hours=2)
    dying = asyncio.create_task(bench.polling.poll_due())
    while len(bench.source.asked) < 2:
        await asyncio.sleep(0)
    async with bench.database.read() as connection:
        assert (await bench.address()).requested_at == bench.clock()  # written before the request left
        assert await feed_addresses.lease_due(connection, bench.clock()) == []
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    bench.source.hold.set()
    await bench.process().poll_due()
    assert len(bench.source.asked) == 2
    await bench.poll(hours=1.1)
    assert await bench.inbox() == ["A"]


async def test_a_host_is_polled_by_one_process_at_a_time_one_address_after_the_other(bench: Bench) -> None:
    for n in range(6):
        await bench.add(f"https://lab.example/{n}", f"lab{n}")
        await bench.add(f"https://host{n}.example/", f"host{n}")
    bench.source.answers |= {f"https://lab.example/{n}": document() for n in range(6)}
    bench.source.answers |= {f"https://host{n}.example/": document() for n in range(6)}
    await asyncio.gather(*(bench.process().poll_due() for _ in range(3)))
    assert len(bench.source.asked) == 12
    assert set(bench.source.most_at_once.values()) == {1}


async def test_a_lease_that_a_dead_process_left_ends(bench: Bench) -> None:
    await bench.add()
    async with bench.database.write() as connection:
        assert len(await feed_addresses.lease_due(connection, bench.clock())) == 1
    await bench.poll(document())
    assert bench.source.asked == []
    await bench.poll(minutes=6)
    assert len(bench.source.asked) == 1


async def test_a_permanent_redirect_is_remembered_and_a_temporary_one_is_not(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document())
    await bench.poll(document(entry("A"), moved="https://new.example/feed"), hours=2)
    address = await bench.address()
    assert (address.url, address.location, address.host) == (URL, "https://new.example/feed", "new.example")
    await bench.poll(document(moved=None), url="https://new.example/feed", hours=2)
    assert bench.source.asked[-1].url == "https://new.example/feed"
    await bench.poll(document(moved=URL), url="https://new.example/feed", hours=30)
    assert (await bench.address()).location is None


async def test_a_redirect_onto_another_feed_makes_the_two_one(bench: Bench) -> None:
    await bench.add(name="old")
    await bench.add(OTHER, "other")
    bench.source.answers[OTHER] = document(entry("B"), entry("A"))
    await bench.poll(document(entry("A")))
    bench.source.answers[OTHER] = document(entry("C"), entry("B"), etag='"c"')
    await bench.poll(document(entry("C"), entry("B"), moved=OTHER), hours=2)
    old, other = await bench.feed("old"), await bench.feed("other")
    assert old.address_id == other.address_id
    assert sorted(await bench.inbox()) == ["A", "B", "C"]
    bench.source.answers[OTHER] = document(entry("D"))
    before = len(bench.source.asked)
    await bench.poll(hours=26)
    assert [each.url for each in bench.source.asked[before:]] == [OTHER]
    assert sorted(await bench.inbox()) == ["A", "B", "C", "D"]
    await bench.poll(hours=26)
    async with bench.database.read() as connection:
        assert await feed_addresses.of_place(connection, URL) is None  # nobody has it for a day


async def test_what_the_other_feed_announced_alone_is_seen_by_the_one_that_moved(bench: Bench) -> None:
    await bench.add(name="old")
    await bench.add(OTHER, "other", FeedFilter(include=("nothing",)))
    bench.source.answers[OTHER] = document(entry("Only there"))
    await bench.poll(document(entry("A")))
    bench.source.answers[OTHER] = UNCHANGED
    await bench.poll(replace(UNCHANGED, moved=OTHER), hours=2)
    assert sorted(await bench.inbox()) == ["A", "Only there"]


async def test_a_redirect_to_a_host_that_another_process_polls_waits(bench: Bench) -> None:
    await bench.add()
    other = await bench.add(OTHER, "other")
    async with bench.database.write() as connection:
        await feed_addresses.lease_due(connection, bench.clock(), other.address_id)
    bench.source.redirects[URL] = OTHER
    await bench.poll(document())
    address = await bench.address()
    assert (address.failing_since, address.read_at) == (None, None)
    assert address.next_poll_at > bench.clock()
    async with bench.database.write() as connection:
        await feed_addresses.release(connection, [other.address_id])
    bench.source.answers[OTHER] = document()
    await bench.poll(hours=25)
    assert (await bench.address()).read_at


async def test_410_stops_a_feed(bench: Bench) -> None:
    await bench.add()
    await bench.poll(FeedAnswer(410, failure=msg("It could not be read.")))
    await bench.poll(days=20)
    assert len(bench.source.asked) == 1
    assert (await bench.address()).stopped_at


async def test_404_and_the_like_are_failures_that_end_with_the_next_good_answer(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document())
    began = bench.clock() + timedelta(hours=2)
    await bench.poll(replace(BROKEN, status=404), hours=2)
    await bench.poll(BROKEN, hours=30)
    address = await bench.address()
    assert (address.failing_since, address.failures, address.trouble) == (began, 2, BROKEN.failure)
    await bench.poll(UNCHANGED, hours=30)
    address = await bench.address()
    assert (address.failing_since, address.failures, address.trouble) == (None, 0, None)


async def test_a_429_lets_the_whole_host_rest_as_long_as_it_wishes(bench: Bench) -> None:
    await bench.add()
    await bench.add("https://lab.example/second", "second")
    bench.source.answers["https://lab.example/second"] = document()
    await bench.poll(document())
    await bench.poll(FeedAnswer(429, failure=msg("It could not be read."), retry_after="36000"), hours=1.5)
    asked = len(bench.source.asked)
    await bench.poll(hours=9)
    assert len(bench.source.asked) <= asked + 1  # the second one, if it was in the same round
    await bench.poll(hours=2)
    assert len(bench.source.asked) >= asked + 1


async def test_a_host_that_was_not_reached_is_tried_again_within_the_day(bench: Bench) -> None:
    await bench.add()
    await bench.poll(FeedAnswer(failure=msg("It could not be read."), was_sent=False))
    assert (await bench.address()).failing_since
    await bench.poll(document(), hours=1.2)
    assert len(bench.source.asked) == 2
    assert (await bench.address()).read_at


async def test_a_request_whose_turn_did_not_come_is_no_failure(bench: Bench) -> None:
    await bench.add()
    await bench.poll(FeedAnswer(failure=msg("It could not be read."), retry_after="90", was_sent=False))
    address = await bench.address()
    assert (address.failing_since, address.requested_at, address.unconditional_at) == (None, None, None)
    await bench.poll(document(), minutes=2)
    assert (await bench.address()).read_at


async def test_one_address_that_breaks_the_program_leaves_the_others_alone(bench: Bench) -> None:
    await bench.add()
    await bench.add(OTHER, "other")
    bench.source.answers[OTHER] = document(entry("A"))
    await bench.poll(RuntimeError("a bug"))
    assert await bench.inbox() == ["A"]
    assert (await bench.address()).next_poll_at > bench.clock()


async def test_old_entries_lose_their_content_and_are_known_all_the_same(bench: Bench) -> None:
    await bench.add(filter=FeedFilter(include=("nothing",)))
    await bench.poll(document())
    many = [entry(f"Paper {n}") for n in range(700)]
    await bench.poll(document(*many), hours=2)
    async with bench.database.read() as connection:
        kept = await feed_entries.latest(connection, (await bench.feed()).address_id, 1000)
    assert [each.entry.metadata.title for each in kept if each.entry] == [f"Paper {n}" for n in range(300)]
    assert sum((await bench.poll(document(*many), hours=30)).new.values()) == 0


async def test_a_verification_adds_what_an_answer_lacked_with_its_day_and_its_verdict(bench: Bench) -> None:
    class Verifier:
        def needs_all(self, address: FeedAddress) -> bool:
            return False

        async def verify(self, address: FeedAddress, answer: FeedAnswer) -> Verification:
            entries = answer.document.entries if answer.document else ()
            return Verification((*entries, entry("Missing")), "2024-01-19")

    await bench.add()
    await bench.poll(document())
    bench.polling = bench.process(Verifier())
    await bench.poll(document(entry("There")), hours=2)
    assert sorted(await bench.inbox()) == ["Missing", "There"]
    async with bench.database.read() as connection:
        log = await feed_entries.latest(connection, (await bench.feed()).address_id)
    assert {each.day for each in log} == {"2024-01-19"}


async def test_a_paused_feed_is_not_polled_and_goes_on_where_it_stopped(bench: Bench) -> None:
    feed = await bench.add()
    await bench.poll(document())
    async with bench.database.write() as connection:
        await feeds.save(connection, feed.id, paused_at=bench.clock().isoformat())
    await bench.poll(document(entry("A")), days=2)
    assert len(bench.source.asked) == 1
    async with bench.database.write() as connection:
        await feeds.save(connection, feed.id, paused_at=None)
    await bench.poll()
    assert await bench.inbox() == ["A"]


async def test_after_a_clock_that_ran_ahead_polls_go_on(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document(), days=500)
    await bench.poll(days=-500)
    await bench.poll(hours=1.1)
    await bench.poll(document(entry("A")), hours=1.1)
    assert await bench.inbox() == ["A"]


async def test_progress_is_told_for_each_address(bench: Bench) -> None:
    for n in range(3):
        await bench.add(f"https://host{n}.example/", f"host{n}")
        bench.source.answers[f"https://host{n}.example/"] = document()
    seen = list[tuple[int, int]]()
    await bench.polling.poll_due(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("failure", [FeedAnswer(503, failure=msg("Away.")), ValueError("broken")], ids=type)
async def test_the_log_names_no_token_of_a_feed(bench: Bench, failure: FeedAnswer | Exception) -> None:
    private = f"{URL}?token=s3cret"
    await bench.add(private)
    with capture_logs() as logs:
        await bench.poll(failure, url=private)
    assert [each["feed"] for each in logs if "feed" in each] == [URL]


async def test_one_answer_that_breaks_the_program_when_it_is_written_leaves_the_others_alone(bench: Bench) -> None:
    class Verifier:
        def needs_all(self, address: FeedAddress) -> bool:
            return False

        async def verify(self, address: FeedAddress, answer: FeedAnswer) -> Verification:
            entries = answer.document.entries if answer.document else ()
            return Verification(
                entries, status=Status("fresh", bench.clock(), cast("Any", None)) if address.id == 1 else None
            )

    for n in range(4):
        await bench.add(f"https://host{n}.example/", f"host{n}")
        bench.source.answers[f"https://host{n}.example/"] = document(entry(f"Paper {n}"))
    await bench.process(Verifier()).poll_due()
    assert sorted(await bench.inbox()) == ["Paper 1", "Paper 2", "Paper 3"]
    async with bench.database.write() as connection:
        await feed_addresses.save(connection, 1, next_poll_at=bench.clock())
        assert await feed_addresses.lease_due(connection, bench.clock(), 1)  # its lease has ended


async def test_a_work_that_several_feeds_bring_in_one_round_stands_once_and_names_them(bench: Bench) -> None:
    for n in range(3):
        await bench.add(f"https://host{n}.example/", f"host{n}")
        bench.source.answers[f"https://host{n}.example/"] = document()
    await bench.poll()
    for n in range(3):
        bench.source.answers[f"https://host{n}.example/"] = document(entry("A", guid=f"{n}", doi="10.5555/1"))
    report = await bench.poll(hours=2)
    assert sorted(report.offered.values()) == [1, 1, 1]
    async with bench.database.read() as connection:
        (candidate,) = await candidates.waiting(connection, bench.workspace)
        ids = [feed.id for feed in await feeds.all_of(connection, bench.workspace)]
        ledger = await feed_days.totals(connection, ids)
    assert candidate.feeds == ("host0", "host1", "host2")
    assert [(each.matched, each.offered) for each in ledger.values()] == [(1, 1)] * 3


async def test_what_is_due_of_more_hosts_than_are_polled_at_a_time_is_all_polled(bench: Bench) -> None:
    many = 3 * HOSTS + 1
    for n in range(many):
        await bench.add(f"https://host{n}.example/", f"host{n}")
        bench.source.answers[f"https://host{n}.example/"] = document(entry(f"Paper {n}", guid=f"{n}"))
    report = await bench.poll()
    assert len(bench.source.asked) == len(report.new) == report.offered.total() == many


async def test_what_stood_in_the_last_document_is_handed_in_with_the_next_request(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document(seen="first"))
    await bench.poll(UNCHANGED, hours=2)
    await bench.poll(BROKEN, hours=2)
    await bench.poll(document(seen="second"), hours=30)
    await bench.poll(document(), hours=30)
    assert [each.seen for each in bench.source.asked] == ["", "first", "first", "first", "second"]


async def test_what_another_process_read_meanwhile_is_read_whole(bench: Bench) -> None:
    await bench.add()
    await bench.poll(document(seen="first"))
    bench.clock.advance(hours=2)
    await bench.process().poll_due()
    await bench.poll(hours=30)
    assert [each.seen for each in bench.source.asked] == ["", "", ""]


async def test_a_feed_that_is_verified_is_read_whole(bench: Bench) -> None:
    class Verifier(NullVerifier):
        def needs_all(self, address: FeedAddress) -> bool:
            return True

    await bench.add()
    bench.polling = bench.process(Verifier())
    await bench.poll(document(seen="first"))
    await bench.poll(hours=2)
    assert [each.seen for each in bench.source.asked] == ["", ""]
