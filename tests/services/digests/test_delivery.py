"""Whatever fails between two steps, every message arrives once and in order."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from itertools import count
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digest import Policy
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.store.database import Database, open_database
from bot.store.workspaces import find_or_add
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.doubles.publisher import FakePublisher, Fault, KilledError
from tests.samples import on_the_store, paper
from tests.services.digests.processes import die

HERE, THERE = "discord:1/2", "discord:1/3"
ALL = [f"paper-{n}" for n in range(7)]
_FRESH = count()


@pytest.fixture
def policy() -> Policy:
    return Policy(max_papers=10, when_empty="skip", catch_up=timedelta(hours=24), zone=TOKYO)


@pytest.fixture
async def composed(digests: Digests, library: Library, workspace: int, clock: AdjustableClock) -> int:
    """Return a workspace with an edition of four messages in the outbox for each of two channels."""
    await fill(digests, library, workspace, clock)
    return workspace


async def fill(digests: Digests, library: Library, workspace: int, clock: AdjustableClock) -> None:
    for n in range(7):
        clock.advance(seconds=1)
        await library.add(workspace, paper(n), None)
    for name, channel in (("here", HERE), ("there", THERE)):
        await digests.subscribe(workspace, SubscriptionRequest(name, channel, "mon 09:00", (), "ja"))
        await digests.compose_now(workspace, name)


@pytest.mark.usefixtures("composed")
async def test_every_message_arrives_once_and_in_order(delivery: Delivery, publisher: FakePublisher) -> None:
    report = await delivery.deliver_open()
    assert (sorted(report.delivered), report.paused, report.failed) == (["here", "there"], [], [])
    assert publisher.papers_in(HERE) == publisher.papers_in(THERE) == ALL
    assert (await delivery.deliver_open()).delivered == []
    assert len(publisher.posted) == 8


@pytest.mark.usefixtures("composed")
@pytest.mark.parametrize("fault", ["dropped", "answer lost", "refused"])
@pytest.mark.parametrize("position", [0, 3])
@pytest.mark.parametrize("later", [51, 59, 61, 90_000])
async def test_a_message_that_may_have_been_lost_arrives_once(
    delivery: Delivery, publisher: FakePublisher, clock: AdjustableClock, fault: Fault, position: int, later: int
) -> None:
    publisher.faulty = HERE
    publisher.faults.extend([None] * position + [fault])
    report = await delivery.deliver_open()
    assert [name for name, _ in report.failed] == ["here"]
    assert publisher.papers_in(THERE) == ALL
    assert (await delivery.deliver_open()).delivered == []
    clock.advance(seconds=later)
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(HERE) == ALL


@pytest.mark.usefixtures("composed")
@pytest.mark.parametrize("fault", ["killed before", "killed after"])
@pytest.mark.parametrize("position", [0, 3])
@pytest.mark.parametrize("later", [1, 61, 90_000])
async def test_a_killed_bot_that_is_started_again_sends_nothing_twice_and_loses_nothing(
    database: Database,
    database_url: str,
    delivery: Delivery,
    publisher: FakePublisher,
    clock: AdjustableClock,
    fault: Fault,
    position: int,
    later: int,
) -> None:
    publisher.faulty = HERE
    publisher.faults.extend([None] * position + [fault])
    with pytest.raises(KilledError):
        await delivery.deliver_open()
    await die(database)
    await database.close()
    clock.advance(seconds=later)
    reopened = await open_database(database_url)
    report = await Delivery(reopened, clock, {"discord": publisher}, pauses=()).deliver_open()
    await reopened.close()
    assert "here" in report.delivered
    assert publisher.papers_in(HERE) == publisher.papers_in(THERE) == ALL


_FAULTS: list[Fault | None] = [None, None, None, "dropped", "answer lost", "refused", "killed before", "killed after"]


@on_the_store
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(_FAULTS), max_size=5), st.sampled_from([1, 30, 51, 61, 130, 4000]), st.booleans()
        ),
        max_size=6,
    )
)
async def test_no_storm_of_faults_loses_or_doubles_a_message(
    database: Database,
    digests: Digests,
    library: Library,
    clock: AdjustableClock,
    storm: list[tuple[list[Fault | None], int, bool]],
) -> None:
    publisher = FakePublisher(clock)
    workspace, _ = await find_or_add(database, f"run {next(_FRESH)}", clock())
    await fill(digests, library, workspace, clock)
    for faults, seconds, is_dead in storm:
        publisher.faults.extend(faults)
        with suppress(KilledError):
            await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
        if is_dead:
            await die(database)
        clock.advance(seconds=seconds)
    publisher.faults.clear()
    clock.advance(minutes=31)
    await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert publisher.papers_in(HERE) == publisher.papers_in(THERE) == ALL


@pytest.mark.usefixtures("composed")
async def test_a_delivery_cancelled_in_the_middle_of_a_message_sends_it_once(
    database: Database, delivery: Delivery, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    publisher.faults.extend([None, "hangs"])
    task = asyncio.create_task(delivery.deliver_open())
    async with asyncio.timeout(10):
        while len(publisher.posted) < 2:
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await die(database)
    clock.advance(seconds=5)
    await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert publisher.papers_in(HERE) == publisher.papers_in(THERE) == ALL


@pytest.mark.usefixtures("composed")
async def test_a_new_edition_leaves_at_once_while_another_channel_hangs(
    delivery: Delivery, publisher: FakePublisher, digests: Digests, workspace: int
) -> None:
    publisher.faulty = HERE
    publisher.faults.append("hangs")
    delivery.start()
    async with asyncio.timeout(10):
        while len(publisher.papers_in(THERE)) < len(ALL):
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.3)
        await digests.subscribe(workspace, SubscriptionRequest("new", "discord:9/9", "mon 09:00", (), "ja"))
        assert await digests.compose_now(workspace, "new")
        began = monotonic()
        delivery.start()
        while not publisher.papers_in("discord:9/9"):
            await asyncio.sleep(0.005)
    assert monotonic() - began < 1.5
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(delivery.drain(), 0.05)


@pytest.mark.usefixtures("composed")
async def test_a_drain_that_is_cut_short_leaves_the_message_to_the_next_start(
    database: Database, delivery: Delivery, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    publisher.faulty = HERE
    publisher.faults.append("hangs")
    running = delivery.start()
    async with asyncio.timeout(10):
        while len(publisher.posted) < 5:
            await asyncio.sleep(0.005)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(delivery.drain(), 0.05)
    assert running.done()
    report = await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert "here" in report.delivered
    assert publisher.papers_in(HERE) == publisher.papers_in(THERE) == ALL
    assert len(publisher.posted) == 8


async def test_a_closed_channel_is_paused_with_its_reason_and_the_others_go_on(
    digests: Digests,
    library: Library,
    delivery: Delivery,
    publisher: FakePublisher,
    composed: int,
    clock: AdjustableClock,
) -> None:
    publisher.closed.add(HERE)
    report = await delivery.deliver_open()
    assert [(name, why.text("ja")) for name, why in report.paused] == [("here", "チャンネルがなくなっています。")]
    assert report.delivered == ["there"]
    reasons = {each.name: each.paused_reason for each in await digests.subscriptions(composed)}
    assert reasons["there"] is None
    assert reasons["here"] is not None
    await library.add(composed, paper(9), None)
    clock.set("2024-01-29 09:00")
    assert await digests.compose_due() == 1
    report = await delivery.deliver_open()
    assert (report.delivered, [name for name, _ in report.paused]) == (["there"], ["here"])


async def test_a_mended_channel_gets_what_it_had_missed(
    digests: Digests, delivery: Delivery, publisher: FakePublisher, composed: int
) -> None:
    publisher.closed.add(HERE)
    await delivery.deliver_open()
    publisher.closed.clear()
    await digests.subscribe(composed, SubscriptionRequest("here", HERE, "mon 09:00", (), "ja"))
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(HERE) == ALL


@pytest.mark.usefixtures("composed")
@pytest.mark.parametrize("after", [0, 0.001, 0.003, 0.006, 0.01, 0.02])
async def test_a_process_that_gives_up_leaves_everything_to_another_at_once(
    delivery: Delivery, database: Database, clock: AdjustableClock, publisher: FakePublisher, after: float
) -> None:
    running = delivery.start()
    await asyncio.sleep(after)
    delivery.give_up()
    with suppress(asyncio.CancelledError):
        await running
    await Delivery(database, clock, {"discord": publisher}).deliver_open()
    assert publisher.papers_in(HERE) == publisher.papers_in(THERE) == ALL


@pytest.mark.usefixtures("composed")
async def test_two_deliveries_on_one_store_do_not_both_send(
    database_url: str, delivery: Delivery, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    other = await open_database(database_url)
    both = (delivery, Delivery(other, clock, {"discord": publisher}, pauses=()))
    reports = await asyncio.gather(*(each.deliver_open() for each in both))
    await other.close()
    assert sorted(name for report in reports for name in report.delivered) == ["here", "there"]
    assert len(publisher.posted) == 8


@pytest.mark.usefixtures("composed")
async def test_a_claim_of_a_dead_process_is_taken_over_at_once_and_of_a_live_one_not(
    database: Database, delivery: Delivery, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    publisher.faulty = HERE
    publisher.faults.append("killed before")
    with pytest.raises(KilledError):
        await delivery.deliver_open()
    assert publisher.papers_in(THERE) == ALL
    assert (await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()).delivered == []
    await die(database)
    assert (await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()).delivered == ["here"]


@pytest.mark.usefixtures("composed")
async def test_a_stopped_delivery_begins_nothing_more(
    database: Database, delivery: Delivery, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    delivery.stop()
    await delivery.deliver_open()
    assert publisher.posted == []
    await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert len(publisher.posted) == 8


@pytest.mark.usefixtures("composed")
async def test_nothing_is_looked_for_when_nothing_is_unsure(delivery: Delivery, publisher: FakePublisher) -> None:
    await delivery.deliver_open()
    assert publisher.searches == 0


async def test_an_edition_of_a_platform_that_is_not_here_waits(
    database: Database, digests: Digests, composed: int, clock: AdjustableClock, publisher: FakePublisher
) -> None:
    assert (await Delivery(database, clock, {"slack": publisher}, pauses=()).deliver_open()).delivered == []
    assert (await digests.by_name(composed, "here")).paused_reason is None
