"""Each turn of a schedule has at most one edition, on time or a little late."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.digest import Policy, Subscription
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_placement import SubscriptionPlacement
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.store import editions
from bot.store.database import Database
from bot.store.schema import editions as editions_table
from bot.store.schema import messages, subscriptions
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakeRenderer
from tests.services.digests.editions import WEEKLY, add, compose
from tests.services.digests.statements import counted


@pytest.mark.parametrize(
    ("starts", "composed"),
    [
        ("2024-01-22 08:59", 0),
        ("2024-01-22 09:00", 1),
        ("2024-01-22 09:01", 1),
        ("2024-01-23 08:59", 1),
        ("2024-01-23 09:01", 0),
        ("2024-01-25 12:00", 0),
    ],
)
async def test_a_missed_edition_is_made_at_the_next_start_if_it_is_less_than_a_day_late(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, starts: str, composed: int
) -> None:
    clock.set("2024-01-20 12:00")
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1)
    clock.set(starts)
    assert await digests.compose_due() == composed
    assert await digests.compose_due() == 0


async def test_each_turn_has_one_edition(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, *range(8))
    composed = 0
    for _ in range(24 * 28):
        clock.advance(hours=1)
        composed += await digests.compose_due()
    assert composed == 4


async def test_every_second_week_stays_the_same_week_through_restarts_changes_and_a_new_year(
    digests: Digests,
    placement: SubscriptionPlacement,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
) -> None:
    clock.set("2024-11-27 12:00")
    settings = SubscriptionRequest("weekly", "discord:1/2", "every 2 weeks mon 09:00", (), "ja")
    await add(library, workspace, clock, *range(8))
    composed: list[str] = []
    for day in range(63):
        await placement.follow_settings([settings])
        if day == 15:
            await digests.subscribe(workspace, replace(settings, schedule="隔週月曜 9:00", tags=("t",)))
            await digests.subscribe(workspace, replace(settings, schedule="隔週月曜 9:00"))
        clock.advance(days=1)
        if await digests.compose_due():
            composed.append(f"{clock():%m-%d}")
    assert composed == ["12-02", "12-16", "12-30", "01-13", "01-27"]


async def test_editions_that_waited_for_another_writer_are_written_together(
    database: Database, digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    clock.set("2024-01-20 12:00")
    for n in range(8):
        await digests.subscribe(workspace, replace(WEEKLY, name=f"channel {n}"))
    await add(library, workspace, clock, 1)
    clock.set("2024-01-22 09:00")
    times: list[None] = []
    async with database.write():
        composing = asyncio.create_task(digests.compose_due(lambda: times.append(None)))
        await asyncio.sleep(1.5)
    assert await composing == 8
    assert 0 < len(times) < 8
    assert await digests.compose_due() == 0


async def test_editions_composed_together_hold_what_each_would_hold_alone(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await digests.subscribe(workspace, replace(WEEKLY, name="early", channel="discord:1/1"))
    await add(library, workspace, clock, 1, 2, tags=("x",))
    assert await digests.compose_now(workspace, "early")
    async with database.write() as connection:
        await editions.mark_delivered(connection, [1], clock())
    await add(library, workspace, clock, 3)
    for n, tags in enumerate(((), ("x",), ("nothing",))):
        await digests.subscribe(workspace, replace(WEEKLY, name=f"new {n}", channel=f"discord:2/{n}", tags=tags))
    alone = {each.name: await digests.preview(each) for each in await digests.subscriptions(workspace)}
    clock.set("2024-01-22 09:00")
    assert await digests.compose_due() == len([each for each in alone.values() if each])
    async with database.read() as connection:
        rows = await connection.execute(
            select(messages.c.payload, subscriptions.c.name)
            .select_from(
                messages.join(editions_table, editions_table.c.id == messages.c.edition_id).join(
                    subscriptions, subscriptions.c.id == editions_table.c.subscription_id
                )
            )
            .where(editions_table.c.id > 1)
            .order_by(messages.c.edition_id, messages.c.position)
        )
    together = dict[str, list[str]]()
    for payload, name in rows:
        together.setdefault(name, []).extend(payload["papers"])
    assert together == {name: [paper.id for paper in each.papers] for name, each in alone.items() if each}


async def test_two_subscriptions_of_one_channel_that_are_due_together_repeat_no_paper(
    database: Database, library: Library, workspace: int, clock: AdjustableClock, policy: Policy
) -> None:
    digests = Digests(database, clock, policy._replace(when_empty="skip"), {"discord": FakeRenderer()})
    for name in ("a", "b"):
        await digests.subscribe(workspace, replace(WEEKLY, name=name))
    await add(library, workspace, clock, 1)
    clock.set("2024-01-22 09:00")
    assert await digests.compose_due() == 1
    assert await digests.compose_due() == 0


async def test_editions_share_their_statements(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    for n in range(20):
        await digests.subscribe(workspace, replace(WEEKLY, name=f"c{n}", channel=f"discord:1/{n}"))
    await add(library, workspace, clock, 1, 2, 3)
    clock.set("2024-01-22 09:00")
    with counted() as counts:
        assert await digests.compose_due() == 20
    assert counts["statements"] + 2 * counts["transactions"] < 2 * 20


async def test_a_turn_that_was_skipped_does_not_come_later_the_same_day(
    database: Database, library: Library, workspace: int, clock: AdjustableClock, policy: Policy
) -> None:
    digests = Digests(database, clock, policy._replace(when_empty="skip"), {"discord": FakeRenderer()})
    await digests.subscribe(workspace, WEEKLY)
    clock.set("2024-01-22 09:00")
    assert await digests.compose_due() == 0
    await add(library, workspace, clock, 1)
    clock.set("2024-01-22 15:00")
    assert await digests.compose_due() == 0
    clock.set("2024-01-29 09:00")
    assert await digests.compose_due() == 1


async def test_a_new_subscription_waits_for_its_first_turn(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await add(library, workspace, clock, 1)
    clock.set("2024-01-22 10:00")
    await digests.subscribe(workspace, WEEKLY)
    assert await digests.compose_due() == 0
    clock.advance(days=7)
    assert await digests.compose_due() == 1


async def test_an_edition_out_of_turn_waits_until_the_last_has_arrived(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1)
    assert await compose(digests, workspace, clock) is not None
    assert await compose(digests, workspace, clock) is None


async def test_a_late_day_is_a_setting(
    database: Database, library: Library, workspace: int, clock: AdjustableClock, policy: Policy
) -> None:
    digests = Digests(database, clock, policy._replace(catch_up=timedelta(hours=100)), {"discord": FakeRenderer()})
    subscription: Subscription = await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1)
    clock.set("2024-01-26 12:00")
    assert await digests.compose_due() == 1
    assert digests.next_due(subscription) > clock()
