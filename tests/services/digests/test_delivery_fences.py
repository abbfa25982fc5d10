"""No overtaken or delayed message is sent; an edition that cannot continue waits and reports it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import await_only

from bot.domain.digest import Payload
from bot.domain.errors import BlockedError, PublishError, UnfinishedSearchError
from bot.i18n import msg
from bot.platforms.console.reports import prompt_name
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.ports import Fence
from bot.store import subscriptions
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher
from tests.samples import paper

CHANNEL = "discord:1/2"
ALL = [f"paper-{n}" for n in range(4)]
HISTORY = msg("A message may already have arrived, but the bot cannot check; give it “Read Message History”.")


@pytest.fixture
async def composed(digests: Digests, library: Library, workspace: int, clock: AdjustableClock) -> int:
    for n in range(4):
        clock.advance(seconds=1)
        await library.add(workspace, paper(n), None)
    await digests.subscribe(workspace, SubscriptionRequest("here", CHANNEL, "mon 09:00", (), "ja"))
    await digests.compose_now(workspace, "here")
    return workspace


class Sleeper(FakePublisher):
    """A platform whose bot is suspended at the `nth` message it sends, and resumes when all is over."""

    def __init__(self, clock: AdjustableClock, nth: int, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(clock)
        self._nth, self._meanwhile = nth, meanwhile

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        self._nth -= 1
        if not self._nth:
            await self._meanwhile()
        return await super().publish(channel, payload, nonce, fence)


@pytest.mark.usefixtures("composed")
@pytest.mark.parametrize("nth", [1, 2])
async def test_a_process_that_slept_while_another_took_over_posts_nothing(
    database: Database, clock: AdjustableClock, nth: int
) -> None:
    async def taken_over() -> None:
        clock.advance(minutes=10)
        report = await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
        assert report.delivered == ["here"]
        clock.advance(minutes=10)

    publisher = Sleeper(clock, nth, taken_over)
    report = await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert (report.delivered, report.failed) == ([], [])
    assert publisher.papers_in(CHANNEL) == ALL


@pytest.mark.usefixtures("composed")
async def test_a_second_attempt_that_slept_past_the_nonce_is_looked_for_first(
    database: Database, clock: AdjustableClock
) -> None:
    async def slept() -> None:
        clock.advance(minutes=10)

    publisher = Sleeper(clock, 2, slept)
    publisher.faults.append("answer lost")
    await Delivery(database, clock, {"discord": publisher}, pauses=(0.001, 0.001)).deliver_open()
    assert publisher.papers_in(CHANNEL) == ALL


async def unsure(database: Database, clock: AdjustableClock, publisher: FakePublisher) -> None:
    """Leave a message with an unknown outcome."""
    publisher.faults.append("answer lost")
    await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    clock.advance(seconds=51)


@pytest.mark.usefixtures("composed")
async def test_what_cannot_be_looked_for_waits_and_the_curators_are_told_once(
    database: Database, clock: AdjustableClock, publisher: FakePublisher, delivery: Delivery
) -> None:
    await unsure(database, clock, publisher)
    publisher.unreadable = BlockedError(HISTORY)
    for _ in range(4):
        report = await delivery.deliver_open()
        assert report.failed == [("here", HISTORY)]
        clock.advance(minutes=31)
    assert len(publisher.told) == 1
    assert "「メッセージ履歴を読む」" in publisher.told[0]
    assert publisher.papers_in(CHANNEL) == ALL[:2]
    publisher.unreadable = None
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == ALL


@pytest.mark.usefixtures("composed")
async def test_a_search_that_was_too_long_goes_on_where_it_ended(
    database: Database, clock: AdjustableClock, publisher: FakePublisher, delivery: Delivery
) -> None:
    searched: list[str] = []

    class Crowded(FakePublisher):
        async def find(self, channel: str, marker: str, anchor: str) -> str | None:
            searched.append(anchor)
            if len(searched) < 3:
                raise UnfinishedSearchError(msg("The channel no longer exists."), f"{len(searched)}000")
            return await publisher.find(channel, marker, "0")

    await unsure(database, clock, publisher)
    crowded = Crowded(clock)
    for _ in range(3):
        await Delivery(database, clock, {"discord": crowded}, pauses=()).deliver_open()
        clock.advance(minutes=31)
    assert searched == ["0", "1000", "2000"]
    assert len(crowded.told) == 1
    assert publisher.papers_in(CHANNEL) + crowded.papers_in(CHANNEL) == ALL


class Refusing(FakePublisher):
    """A platform behind a proxy that refuses everything."""

    refuses = True

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        if self.refuses:
            self.searches += 1
            raise PublishError(msg("Discord answered {status}.", status=403))
        return await super().publish(channel, payload, nonce, fence)


async def test_an_unknown_refusal_pauses_nothing_and_is_tried_ever_more_rarely(
    database: Database, digests: Digests, clock: AdjustableClock, composed: int
) -> None:
    publisher = Refusing(clock)
    tried: list[int] = []
    for minute in range(6 * 60):
        before = publisher.searches
        await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
        tried += [minute] * bool(publisher.searches - before)
        clock.advance(minutes=1)
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert gaps[:5] == sorted(gaps[:5])
    assert gaps[0] == 1
    assert set(gaps[6:]) <= {30, 31}
    assert (await digests.by_name(composed, "here")).paused_reason is None
    publisher.refuses = False
    clock.advance(minutes=31)
    assert (await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == ALL


async def test_a_paused_channel_is_tried_once_a_day_and_goes_on_by_itself(
    digests: Digests, delivery: Delivery, publisher: FakePublisher, composed: int, clock: AdjustableClock
) -> None:
    publisher.closed.add(CHANNEL)
    for _ in range(3 * 24):
        report = await delivery.deliver_open()
        assert [name for name, _ in report.paused] == ["here"]
        clock.advance(hours=1)
    assert (publisher.refusals, len(publisher.told)) == (3, 1)
    publisher.closed.clear()
    clock.advance(days=1)
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == ALL
    (status,) = await digests.statuses(composed)
    assert status.subscription.paused_reason is None
    assert not any("Paused" in line for line in status.lines("en", str, prompt_name))
    assert (await delivery.deliver_open()).paused == []


async def test_a_trial_that_fails_otherwise_leaves_the_pause_and_comes_again(
    digests: Digests, delivery: Delivery, publisher: FakePublisher, composed: int, clock: AdjustableClock
) -> None:
    publisher.closed.add(CHANNEL)
    await delivery.deliver_open()
    publisher.closed.clear()
    publisher.faults.append("dropped")
    clock.advance(days=1)
    await delivery.deliver_open()
    assert (await digests.by_name(composed, "here")).paused_reason
    clock.advance(minutes=1)
    assert (await delivery.deliver_open()).delivered == ["here"]


async def test_a_pause_by_a_clock_that_ran_far_ahead_is_tried_again(
    database: Database,
    delivery: Delivery,
    publisher: FakePublisher,
    digests: Digests,
    composed: int,
    clock: AdjustableClock,
) -> None:
    async with database.write() as connection:
        subscription = await digests.by_name(composed, "here")
        await subscriptions.pause(connection, subscription.id, HISTORY, clock() + timedelta(days=400))
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == ALL


async def test_what_was_put_off_before_is_told_again_though_it_is_not_due(
    database: Database, clock: AdjustableClock, publisher: FakePublisher, delivery: Delivery, composed: int
) -> None:
    publisher.faults.append("dropped")
    first = await delivery.deliver_open()
    assert (await delivery.deliver_open(composed)).failed == first.failed
    assert len(publisher.posted) == 0


async def test_subscribing_again_lets_what_was_put_off_go_out_at_once(
    digests: Digests, publisher: FakePublisher, delivery: Delivery, composed: int
) -> None:
    publisher.faults.append("dropped")
    assert (await delivery.deliver_open()).delivered == []
    await digests.subscribe(composed, SubscriptionRequest("here", CHANNEL, "mon 09:00", (), "ja"))
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == ALL


class Unanchored(FakePublisher):
    """A platform that does not answer what comes after its first message, and whose channels cannot be read."""

    async def anchor(self, channel: str) -> str:
        if self.posted and not self.unreadable:
            self.unreadable = BlockedError(HISTORY)
            raise PublishError(HISTORY)
        return await super().anchor(channel)


@pytest.mark.usefixtures("composed")
async def test_a_message_that_arrived_is_recorded_although_nothing_more_can_be_sent(
    database: Database, clock: AdjustableClock
) -> None:
    publisher = Unanchored(clock)
    first, second = [Delivery(database, clock, {"discord": publisher}, pauses=()) for _ in range(2)]
    assert (await first.deliver_open()).failed == [("here", HISTORY)]
    clock.advance(minutes=10)
    assert (await second.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == ALL
    assert publisher.searches == 0


class Outage(FakePublisher):
    """A platform that answers just when the store fails."""

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        if not self.posted:
            event.listen(Engine, "before_cursor_execute", _fail)
        return await super().publish(channel, payload, nonce, fence)


def _fail(*_: object) -> None:
    event.remove(Engine, "before_cursor_execute", _fail)
    raise OperationalError("UPDATE", None, OSError())


@pytest.mark.usefixtures("composed")
async def test_a_message_that_arrived_while_the_store_failed_is_recorded_afterwards(
    database: Database, clock: AdjustableClock
) -> None:
    publisher = Outage(clock)
    publisher.unreadable = BlockedError(HISTORY)
    delivery = Delivery(database, clock, {"discord": publisher}, pauses=())
    assert [name for name, _ in (await delivery.deliver_open()).failed] == ["here"]
    clock.advance(minutes=10)
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == ALL


async def test_a_subscription_is_not_paused_by_a_process_whose_lease_ends_at_that_moment(
    database: Database, digests: Digests, clock: AdjustableClock, composed: int
) -> None:
    here, elsewhere = FakePublisher(clock), FakePublisher(clock)
    here.closed.add(CHANNEL)
    pausing = asyncio.Event()

    def delay(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("UPDATE subscriptions") and not pausing.is_set():
            pausing.set()
            await_only(asyncio.sleep(0.3))

    event.listen(Engine, "before_cursor_execute", delay)
    first = asyncio.create_task(Delivery(database, clock, {"discord": here}, pauses=()).deliver_open())
    await pausing.wait()
    clock.advance(minutes=10)
    report = await Delivery(database, clock, {"discord": elsewhere}, pauses=()).deliver_open()
    await first
    event.remove(Engine, "before_cursor_execute", delay)
    is_paused = (await digests.by_name(composed, "here")).paused_reason is not None
    assert (report.delivered, is_paused) in ((["here"], False), ([], True))
