"""What arXiv's feeds lose silently is noticed, named and filled in: each paper once, none missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import pytest
from structlog.testing import capture_logs

from bot.domain.entry_identity import keys_of
from bot.domain.feed_address import FeedAnswer
from bot.domain.feed_entry import FeedEntry
from bot.services.feeds.arxiv_verifier import ArxivVerifier
from bot.services.feeds.verification import Verification
from bot.services.lazy_sources import LazySources
from bot.sources.lookup import Sources
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.database import Database
from bot.store.feed_entries import News
from tests.doubles.clock import AdjustableClock
from tests.doubles.web import Page, Web
from tests.doubles.web.arxiv import Announced, ArxivServer, Faults, listing, rss
from tests.doubles.web.world import sources_in

# Midnight in New York is 14:00 in Tokyo in winter.
UNTOLD = ""  # the times of the address tell enough
WEDNESDAY, THURSDAY, FRIDAY = "2026-11-18", "2026-11-19", "2026-11-20"


@dataclass
class Reader:
    """Polls an address and writes what is new, as the bot does."""

    database: Database
    clock: AdjustableClock
    sources: Sources
    address_id: int
    url: str
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.verifier = ArxivVerifier(self.database, self.clock, LazySources(lambda: self.sources))

    async def poll(self, tokyo: str, *, unchanged: bool = False) -> Polled:
        self.clock.set(tokyo)
        async with self.database.read() as connection:
            address = await feed_addresses.get(connection, self.address_id)
        document = None if unchanged else (await self.sources.read_feed(self.url)).document
        assert address
        verification = await self.verifier.verify(address, FeedAnswer(304 if unchanged else 200, document))
        of_feed = document.entries if document else ()
        assert verification.entries[: len(of_feed)] == of_feed
        await self._write(verification)
        return Polled(verification, verification.entries[len(of_feed) :])

    async def _write(self, verification: Verification) -> None:
        async with self.database.write() as connection:
            for entry, keys in zip(verification.entries, keys_of(verification.entries), strict=True):
                if not await feed_entries.known_keys(connection, self.address_id, keys):
                    news = News(self.address_id, verification.day or "", [(entry, keys)])
                    await feed_entries.add(connection, [news], self.clock())
                    self.log += [] if entry.is_revision else [entry.metadata.identifiers.arxiv or ""]
            await feed_addresses.save(connection, self.address_id, status=verification.status)


class Polled(NamedTuple):
    """What a verification found, and the entries that it added."""

    verification: Verification
    entries: tuple[FeedEntry, ...]

    @property
    def state(self) -> str:
        return self.verification.status.state if self.verification.status else UNTOLD

    @property
    def reason(self) -> str:
        return self.verification.status.reason.text("en") if self.verification.status else ""


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as opened:
        yield opened


@pytest.fixture
async def sources(web: Web) -> AsyncIterator[Sources]:
    opened = sources_in(web)
    yield opened
    await opened.close()


@pytest.fixture
def server(web: Web, clock: AdjustableClock) -> ArxivServer:
    opened = ArxivServer(clock)
    opened.serve(web)
    return opened


async def reading(database: Database, clock: AdjustableClock, sources: Sources, names: str) -> Reader:
    url = f"http://rss.arxiv.org/rss/{names}"
    async with database.write() as connection:
        address_id = await feeds.address_of(connection, url, clock())
    return Reader(database, clock, sources, address_id, url)


@pytest.fixture
async def reader(database: Database, clock: AdjustableClock, sources: Sources) -> Reader:
    return await reading(database, clock, sources, "cs.CL")


async def test_a_feed_that_holds_the_whole_announcement_costs_one_listing_a_day(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=5, cross=2, replaced=3)
    for hour in (14, 15, 18, 23):
        poll = await reader.poll(f"{THURSDAY} {hour}:05")
        assert (poll.state, poll.reason, poll.entries, poll.verification.is_whole) == (UNTOLD, "", (), True)
        assert poll.verification.day == THURSDAY
    assert sorted(reader.log) == sorted(announced)
    assert server.requests == {"feed": 4, "listing": 1}


async def test_a_stale_batch_dated_today_is_filled_in_and_the_right_one_may_come_late(
    server: ArxivServer, reader: Reader
) -> None:
    before = server.announce(WEDNESDAY, "cs.CL", new=239, cross=30)
    await reader.poll(f"{WEDNESDAY} 14:05")
    announced = server.announce(THURSDAY, "cs.CL", new=212, cross=16, replaced=100)
    server.faults.stale = True
    poll = await reader.poll(f"{THURSDAY} 14:05")
    assert poll.state == "stale"
    assert poll.reason == (
        "The feed still holds an earlier announcement of cs.CL;"
        " the papers of 2026-11-19 are taken from arXiv's listing."
    )
    assert (len(poll.entries), {each.announcement for each in poll.entries}) == (228, {"new", "cross"})
    assert {each.guid for each in poll.entries} == {f"oai:arXiv.org:{id}v1" for id in announced}
    assert (await reader.poll(f"{THURSDAY} 16:05")).state == "stale"
    server.faults.stale = False
    assert (late := await reader.poll(f"{THURSDAY} 20:05")).state == UNTOLD
    assert late.entries == ()
    assert sorted(reader.log) == sorted(before + announced)
    assert server.requests == {"feed": 4, "listing": 2, "api": 3}


async def test_a_stale_batch_that_is_never_mended_loses_nothing(server: ArxivServer, reader: Reader) -> None:
    announced = server.announce(WEDNESDAY, "cs.CL", new=20)
    await reader.poll(f"{WEDNESDAY} 14:05")
    server.faults.stale = True
    for day in (THURSDAY, FRIDAY):
        announced += server.announce(day, "cs.CL", new=20, cross=5)
        assert (await reader.poll(f"{day} 14:05")).state == "stale"
    assert sorted(reader.log) == sorted(announced)


async def test_a_feed_that_is_not_modified_on_a_day_of_announcements_is_stale(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(WEDNESDAY, "cs.CL", new=5)
    await reader.poll(f"{WEDNESDAY} 14:05")
    assert (await reader.poll(f"{WEDNESDAY} 15:05", unchanged=True)).state == UNTOLD
    announced += server.announce(THURSDAY, "cs.CL", new=5)
    assert (await reader.poll(f"{THURSDAY} 14:05", unchanged=True)).state == "stale"
    assert (await reader.poll(f"{THURSDAY} 15:05", unchanged=True)).state == "stale"  # as it was
    assert sorted(reader.log) == sorted(announced)


async def test_a_weekend_is_quiet_and_costs_no_listing(server: ArxivServer, reader: Reader) -> None:
    server.announce(FRIDAY, "cs.CL", new=5)
    await reader.poll(f"{FRIDAY} 14:05")
    for day in ("2026-11-21", "2026-11-22"):
        poll = await reader.poll(f"{day} 18:05")
        assert (poll.state, poll.verification.day, poll.entries) == ("quiet", FRIDAY, ())
        assert poll.reason == "arXiv announced nothing new today; its last announcement is of 2026-11-20."
    assert server.requests["listing"] == 1


async def test_what_was_announced_while_the_bot_was_down_is_filled_in_at_the_weekend(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=5)
    await reader.poll(f"{THURSDAY} 14:05")
    announced += server.announce(FRIDAY, "cs.CL", new=150, cross=10, replaced=9)
    poll = await reader.poll("2026-11-21 18:05")  # the feed is empty
    assert (poll.state, poll.verification.day, len(poll.entries)) == ("quiet", FRIDAY, 160)
    assert sorted(reader.log) == sorted(announced)


async def test_what_was_announced_while_the_bot_was_down_for_days_is_filled_in(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce("2026-11-13", "cs.CL", new=5)
    await reader.poll("2026-11-13 14:05")
    for day in ("2026-11-16", "2026-11-17", WEDNESDAY):
        announced += server.announce(day, "cs.CL", new=120, cross=30, replaced=50)
    announced += server.announce(THURSDAY, "cs.CL", new=5)
    server.faults.page = 200
    poll = await reader.poll(f"{THURSDAY} 14:05")
    assert (poll.state, len(poll.entries)) == (UNTOLD, 450)
    assert {each.announcement for each in poll.entries} == {"new", "cross"}
    assert sorted(reader.log) == sorted(announced)
    assert server.requests == {"feed": 2, "listing": 2, "recent": 3, "api": 5}
    await reader.poll(f"{THURSDAY} 15:05")
    assert server.requests == {"feed": 3, "listing": 2, "recent": 3, "api": 5}


async def test_days_that_arxiv_does_not_list_any_more_are_told_in_the_log(server: ArxivServer, reader: Reader) -> None:
    server.announce("2026-11-05", "cs.CL", new=5)
    await reader.poll("2026-11-05 14:05")
    days = ["2026-11-11", "2026-11-12", "2026-11-13", "2026-11-16", "2026-11-17", WEDNESDAY, THURSDAY]
    announced = [id for day in days for id in server.announce(day, "cs.CL", new=5)]
    with capture_logs() as logs:
        await reader.poll(f"{THURSDAY} 14:05")
        await reader.poll(f"{THURSDAY} 15:05")
    assert [each["days"] for each in logs if each["log_level"] == "warning"] == [
        ["2026-11-12", "2026-11-11", "2026-11-10"]
    ]
    assert sorted(reader.log[5:]) == sorted(announced[10:])
    assert server.requests["recent"] == 1


async def test_a_new_feed_gets_the_last_announcement_only(
    server: ArxivServer, reader: Reader, database: Database, clock: AdjustableClock, sources: Sources
) -> None:
    for day in (WEDNESDAY, THURSDAY, FRIDAY):
        announced = server.announce(day, "cs.CL", new=5)
        await reader.poll(f"{day} 14:05")
    other = await reading(database, clock, sources, "cs.CL+cs.LG")
    await other.poll(f"{FRIDAY} 15:05")
    assert sorted(other.log) == announced


async def test_an_american_holiday_is_quiet_as_the_listings_date_tells(server: ArxivServer, reader: Reader) -> None:
    server.announce("2026-11-25", "cs.CL", new=5)
    await reader.poll("2026-11-25 14:05")
    for hour in ("14:05", "15:05", "19:05", "23:05"):  # Thanksgiving
        assert (await reader.poll(f"2026-11-26 {hour}")).state == "quiet"
    assert server.requests["listing"] == 3  # the second look is six hours later, in case the announcement is late
    announced = server.announce("2026-11-27", "cs.CL", new=5)
    assert (await reader.poll("2026-11-27 14:05")).state == UNTOLD
    assert set(announced) <= set(reader.log)
    await reader.poll("2026-11-27 15:05")
    assert server.requests == {"feed": 7, "listing": 4, "recent": 1}  # that nothing came later on the holiday


async def test_an_announcement_that_comes_late_is_no_failure(server: ArxivServer, reader: Reader) -> None:
    server.announce(WEDNESDAY, "cs.CL", new=5)
    await reader.poll(f"{WEDNESDAY} 14:05")
    assert (await reader.poll(f"{THURSDAY} 14:05")).state == "quiet"
    announced = server.announce(THURSDAY, "cs.CL", new=5)
    assert (await reader.poll(f"{THURSDAY} 17:05")).state == UNTOLD
    assert set(announced) <= set(reader.log)


async def test_an_announcement_that_comes_after_the_last_poll_of_its_day_is_filled_in(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(WEDNESDAY, "cs.CL", new=5)
    await reader.poll(f"{WEDNESDAY} 14:05")
    await reader.poll(f"{THURSDAY} 14:05")
    announced += server.announce(THURSDAY, "cs.CL", new=5) + server.announce(FRIDAY, "cs.CL", new=5)
    await reader.poll(f"{FRIDAY} 14:05")
    assert sorted(reader.log) == sorted(announced)


async def test_in_the_evening_the_listing_is_ahead_of_the_feed_and_may_not_be_whole(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=5) + server.announce(FRIDAY, "cs.CL", new=2)
    poll = await reader.poll(f"{FRIDAY} 12:05")  # Thursday, 22:05 in New York
    assert (poll.state, poll.entries) == (UNTOLD, ())
    announced += server.announce(FRIDAY, "cs.CL", new=5)[2:]
    server.faults.most = 3
    poll = await reader.poll(f"{FRIDAY} 14:05")
    assert (poll.state, len(poll.entries)) == (UNTOLD, 4)
    assert sorted(reader.log) == sorted(announced)
    assert server.requests["listing"] == 2


async def test_a_category_that_a_combined_feed_lacks_is_named_and_filled_in(
    server: ArxivServer, database: Database, clock: AdjustableClock, sources: Sources
) -> None:
    reader = await reading(database, clock, sources, "cs.CL+cs.LG")
    announced = server.announce(THURSDAY, "cs.CL", new=30, also="cs.LG", replaced=4)
    announced += server.announce(THURSDAY, "cs.LG", new=386, cross=20, replaced=50)
    server.faults.absent = frozenset({"cs.LG"})
    poll = await reader.poll(f"{THURSDAY} 14:05")
    assert poll.state == "stale"
    assert poll.reason == (
        "The feed lacks the new papers of cs.LG; those of 2026-11-19 are taken from arXiv's listing."
    )
    assert sorted(reader.log) == sorted(set(announced))
    assert len(reader.log) == len(set(reader.log))
    assert server.requests == {"feed": 1, "listing": 2, "api": 5}


async def test_a_listing_is_read_once_for_all_feeds_of_its_category(
    server: ArxivServer, database: Database, clock: AdjustableClock, sources: Sources, reader: Reader
) -> None:
    other = await reading(database, clock, sources, "cs.CL+cs.LG")
    announced = server.announce(THURSDAY, "cs.CL", new=5) + server.announce(THURSDAY, "cs.LG", new=5)
    server.faults.most = 2
    await reader.poll(f"{THURSDAY} 14:05")
    await other.poll(f"{THURSDAY} 14:10")
    assert (sorted(reader.log), sorted(other.log)) == (announced[:5], sorted(announced))
    assert server.requests["listing"] == 2


async def test_a_feed_that_ends_early_is_filled_in(server: ArxivServer, reader: Reader) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=150)
    server.faults.most = 100
    poll = await reader.poll(f"{THURSDAY} 14:05")
    assert (poll.state, len(poll.entries)) == (UNTOLD, 50)
    assert sorted(reader.log) == sorted(announced)


async def test_an_empty_feed_on_a_day_of_announcements_is_stale(server: ArxivServer, reader: Reader) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=5)
    server.faults.most = 0
    assert (await reader.poll(f"{THURSDAY} 14:05")).state == "stale"
    assert sorted(reader.log) == sorted(announced)


async def test_a_stop_between_the_listing_and_the_api_loses_nothing(server: ArxivServer, reader: Reader) -> None:
    await _stopped_at_answer(1, server, reader)


async def test_a_stop_in_the_middle_of_the_apis_answers_loses_nothing(server: ArxivServer, reader: Reader) -> None:
    await _stopped_at_answer(3, server, reader)


async def _stopped_at_answer(number: int, server: ArxivServer, reader: Reader) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=446)
    server.faults.most = 10
    running = asyncio.create_task(reader.poll(f"{THURSDAY} 14:05"))

    def stop() -> None:
        if server.requests["api"] == number:
            running.cancel()

    server.faults.before_answer = stop
    with suppress(asyncio.CancelledError):
        await running
    assert (server.requests["api"], reader.log) == (number, [])
    reader.restart()
    await reader.poll(f"{THURSDAY} 15:05")
    assert sorted(reader.log) == sorted(announced)
    assert server.requests["listing"] == 1


async def test_what_the_api_refuses_or_does_not_know_yet_is_asked_for_at_the_next_poll(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=250)
    server.faults = Faults(most=0, answers=2, unknown=frozenset(announced[:3]))
    poll = await reader.poll(f"{THURSDAY} 14:05")
    assert (poll.state, len(poll.entries), poll.verification.is_whole) == ("stale", 197, False)
    assert poll.reason.endswith(" Papers of arXiv's listing that could not be read yet and are asked for again: 53.")


async def test_what_the_feed_brings_later_is_not_asked_for_again(server: ArxivServer, reader: Reader) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=5)
    server.faults = Faults(most=2, unknown=frozenset(announced))
    await reader.poll(f"{THURSDAY} 14:05")
    server.faults = Faults()
    assert (await reader.poll(f"{THURSDAY} 15:05")).entries == ()
    assert sorted(reader.log) == sorted(announced)
    assert server.requests["api"] == 1


async def test_what_is_missing_is_asked_for_although_the_next_announcement_came(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=5)
    server.faults = Faults(most=2, unknown=frozenset(announced))
    assert (await reader.poll(f"{THURSDAY} 14:05")).entries == ()
    announced += server.announce(FRIDAY, "cs.CL", new=5)
    reader.restart()
    assert (await reader.poll(f"{FRIDAY} 14:05")).reason == (
        "Papers of arXiv's listing that could not be read yet and are asked for again: 3."
    )
    server.faults = Faults()
    assert (await reader.poll(f"{FRIDAY} 15:05")).reason == ""
    assert sorted(reader.log) == sorted(announced)
    api = server.requests["api"]
    await reader.poll(f"{FRIDAY} 16:05")
    assert server.requests["api"] == api


@pytest.mark.parametrize("answer", [Page(b"", status=503), Page(b"<html>We are being mended"), Page(b"x", status=404)])
async def test_a_listing_that_cannot_be_read_changes_nothing_and_is_told_once(
    server: ArxivServer, reader: Reader, answer: Page
) -> None:
    announced = server.announce(WEDNESDAY, "cs.CL", new=5)
    await reader.poll(f"{WEDNESDAY} 14:05")
    announced += server.announce(THURSDAY, "cs.CL", new=5)
    server.faults = Faults(listing=answer, most=2)
    with capture_logs() as logs:
        for hour, most in ((14, 2), (15, 0), (16, 2)):
            server.faults.most = most
            poll = await reader.poll(f"{THURSDAY} {hour}:05")
            assert (poll.state, poll.entries, poll.verification.is_whole) == (UNTOLD, (), False)
    assert [each["category"] for each in logs if each["event"] == "an arXiv listing cannot be read"] == ["cs.CL"]
    server.faults = Faults(most=2)
    await reader.poll(f"{THURSDAY} 17:05")
    assert sorted(reader.log) == sorted(announced)


async def test_what_a_listing_that_could_not_be_read_told_is_filled_in_a_day_later(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(WEDNESDAY, "cs.CL", new=5)
    await reader.poll(f"{WEDNESDAY} 14:05")
    announced += server.announce(THURSDAY, "cs.CL", new=5)
    server.faults = Faults(listing=Page(b"", status=503), most=2)
    await reader.poll(f"{THURSDAY} 14:05")
    announced += server.announce(FRIDAY, "cs.CL", new=5)
    server.faults = Faults()
    assert len((await reader.poll(f"{FRIDAY} 14:05")).entries) == 3
    assert sorted(reader.log) == sorted(announced)


async def test_a_listing_that_is_behind_the_feed_is_read_again_after_an_hour(
    server: ArxivServer, reader: Reader
) -> None:
    announced = server.announce(WEDNESDAY, "cs.CL", new=5)
    await reader.poll(f"{WEDNESDAY} 14:05")
    announced += server.announce(THURSDAY, "cs.CL", new=5)
    server.faults = Faults(listing=listing(date(2026, 11, 18), server.days[date(2026, 11, 18)]["cs.CL"]), most=2)
    assert (await reader.poll(f"{THURSDAY} 14:05")).state == UNTOLD
    server.faults.listing = None
    assert (await reader.poll(f"{THURSDAY} 14:55")).entries == ()
    assert len((await reader.poll(f"{THURSDAY} 15:05")).entries) == 3
    assert sorted(reader.log) == sorted(announced)
    assert (server.requests["listing"], server.requests["failed listing"]) == (2, 1)


async def test_a_listing_of_another_year_is_not_believed(server: ArxivServer, reader: Reader) -> None:
    announced = server.announce(THURSDAY, "cs.CL", new=5)
    server.faults.listing = Page(b"<h3>Showing new listings for Friday, 20 November 2999</h3>")
    with capture_logs() as logs:
        assert (await reader.poll(f"{THURSDAY} 14:05")).state == UNTOLD
    assert [each["reason"] for each in logs] == ["arXiv's listing is dated 2999-11-20."]
    server.faults = Faults(most=1)
    assert (await reader.poll(f"{THURSDAY} 15:05")).state == UNTOLD
    assert sorted(reader.log) == sorted(announced)


async def test_arxiv_gets_one_request_at_a_time_during_a_check(
    web: Web, server: ArxivServer, database: Database, clock: AdjustableClock, sources: Sources
) -> None:
    reader = await reading(database, clock, sources, "cs.CL+cs.LG+stat.ML")
    for category in ("cs.CL", "cs.LG", "stat.ML"):
        server.announce(THURSDAY, category, new=101)
    server.faults.most = 0
    await reader.poll(f"{THURSDAY} 14:05")
    assert (len(reader.log), web.most_at_once) == (303, 1)
    assert {request.path for request in web.asked if request.host == "arxiv.org"} == {
        f"/list/{category}/new" for category in ("cs.CL", "cs.LG", "stat.ML")
    }
    times = [request.at for request in web.asked]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.015  # of 0.02


async def test_other_feeds_are_taken_as_they_are(
    server: ArxivServer, database: Database, clock: AdjustableClock, sources: Sources, web: Web
) -> None:
    reader = await reading(database, clock, sources, "cs.CL")
    web.put("lab.example/rss/cs.CL", rss(["cs.CL"], [Announced("2611.00001", "new", ("cs.CL",))], date(2026, 11, 19)))
    reader.url = "http://lab.example/rss/cs.CL"
    async with database.write() as connection:
        reader.address_id = await feeds.address_of(connection, reader.url, clock())
    poll = await reader.poll(f"{THURSDAY} 14:05")
    assert (reader.log, poll.entries, poll.verification.day) == (["2611.00001"], (), None)
    assert server.requests == {}
