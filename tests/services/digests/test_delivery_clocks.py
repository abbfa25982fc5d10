"""Neither a clock that jumps nor a machine that sleeps makes an edition arrive twice, late or never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.digest import Payload, Policy
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.ports import Fence
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher, FakeRenderer
from tests.samples import paper

CHANNEL = "discord:1/2"
DAY = timedelta(days=1)


class Sleepy(FakePublisher):
    """A platform whose first answer is lost while the machine sleeps or its clock is set."""

    def __init__(self, clock: AdjustableClock, jump: timedelta) -> None:
        super().__init__(clock)
        self._wall, self._jump = clock, jump
        self.faults.append("answer lost")

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        try:
            return await super().publish(channel, payload, nonce, fence)
        except Exception:
            self._wall.now += self._jump
            raise


@pytest.fixture
async def composed(digests: Digests, library: Library, workspace: int, clock: AdjustableClock) -> None:
    for n in range(4):
        clock.advance(seconds=1)
        await library.add(workspace, paper(n), None)
    await digests.subscribe(workspace, SubscriptionRequest("here", CHANNEL, "mon 09:00", (), "ja"))
    await digests.compose_now(workspace, "here")


@pytest.mark.usefixtures("composed")
@pytest.mark.parametrize("hours", [0, 1, 24 * 400, -1, -24 * 400])
async def test_an_answer_lost_over_a_jump_of_the_clock_makes_nothing_come_twice(
    database: Database, clock: AdjustableClock, hours: int
) -> None:
    publisher = Sleepy(clock, timedelta(hours=hours))
    delivery = Delivery(database, clock, {"discord": publisher}, pauses=(0.001,))
    assert (await delivery.deliver_open()).delivered == ["here"]
    assert publisher.papers_in(CHANNEL) == [f"paper-{n}" for n in range(4)]
    assert publisher.searches == bool(hours)


@pytest.mark.usefixtures("composed")
async def test_what_another_process_began_is_looked_for_whatever_the_clock_says(
    database: Database, clock: AdjustableClock
) -> None:
    publisher = Sleepy(clock, timedelta())
    await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    clock.now += timedelta(seconds=51)
    await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert publisher.searches == 1
    assert publisher.papers_in(CHANNEL) == [f"paper-{n}" for n in range(4)]


@pytest.mark.parametrize(
    ("zone", "schedule", "first", "days", "turns"),
    [
        ("America/New_York", "daily 01:30", "2024-11-01", 5, 5),  # 01:30 occurs twice on the 3rd
        ("America/New_York", "daily 02:30", "2024-03-08", 5, 5),  # 02:30 does not occur on the 10th
        ("Australia/Lord_Howe", "daily 01:45", "2024-04-05", 4, 4),  # a change of half an hour
        ("Africa/Casablanca", "daily 03:15", "2024-04-12", 5, 5),
        ("Asia/Tokyo", "0 9 29 2 *", "2024-02-27", 4, 1),  # a leap day
    ],
)
async def test_there_is_one_edition_a_turn_in_every_zone(
    database: Database,
    workspace: int,
    clock: AdjustableClock,
    policy: Policy,
    zone: str,
    schedule: str,
    first: str,
    days: int,
    turns: int,
) -> None:
    local = ZoneInfo(zone)
    digests = Digests(database, clock, Policy(4, "notice", policy.catch_up, local), {"discord": FakeRenderer()})
    clock.now = datetime.fromisoformat(first).replace(tzinfo=local).astimezone(UTC) - timedelta(minutes=1)
    await digests.subscribe(workspace, SubscriptionRequest("here", CHANNEL, schedule, (), "ja"))
    composed = 0
    for _ in range(days * 24 * 4):
        composed += await digests.compose_due()
        clock.advance(minutes=15)
    assert composed == turns


async def test_a_clock_that_ran_ahead_for_a_while_silences_no_subscription(
    database: Database, workspace: int, clock: AdjustableClock, policy: Policy
) -> None:
    digests = Digests(database, clock, Policy(4, "notice", policy.catch_up, policy.zone), {"discord": FakeRenderer()})
    await digests.subscribe(workspace, SubscriptionRequest("here", CHANNEL, "daily 09:00", (), "ja"))
    clock.now += 400 * DAY
    assert await digests.compose_due() == 1
    clock.now -= 400 * DAY
    assert [await digests.compose_due() for _ in range(3)] == [0, 0, 0]
    clock.advance(hours=2)
    assert [await digests.compose_due() for _ in range(3)] == [1, 0, 0]


async def test_a_subscription_made_while_the_clock_ran_ahead_does_not_wait_for_that_day(
    database: Database, workspace: int, clock: AdjustableClock, policy: Policy
) -> None:
    digests = Digests(database, clock, Policy(4, "notice", policy.catch_up, policy.zone), {"discord": FakeRenderer()})
    clock.now += 400 * DAY
    await digests.subscribe(workspace, SubscriptionRequest("here", CHANNEL, "daily 09:00", (), "ja"))
    clock.now -= 400 * DAY
    clock.advance(days=1)
    assert [await digests.compose_due() for _ in range(3)] == [1, 0, 0]


async def test_a_machine_that_slept_over_several_turns_composes_one_edition(
    database: Database, workspace: int, clock: AdjustableClock, policy: Policy
) -> None:
    digests = Digests(database, clock, Policy(4, "notice", policy.catch_up, policy.zone), {"discord": FakeRenderer()})
    await digests.subscribe(workspace, SubscriptionRequest("here", CHANNEL, "daily 09:00", (), "ja"))
    clock.advance(days=5, hours=4)
    assert [await digests.compose_due() for _ in range(2)] == [1, 0]
