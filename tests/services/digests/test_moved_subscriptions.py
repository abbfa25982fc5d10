"""A subscription that goes to another channel, platform or language leaves its earlier editions where they are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from bot.domain.digest import Policy
from bot.domain.errors import NotFoundError
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import MessageUpdates
from bot.services.digests.server_subscriptions import ServerSubscriptions
from bot.services.papers.library import Library
from bot.store import editions, leases, papers, schema, seen_papers, sent_messages, subscriptions
from bot.store.database import Database, iso
from bot.store.editions import Attempt
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher, FakeRenderer
from tests.services.digests.editions import WEEKLY, add

ELSEWHERE = replace(WEEKLY, channel="slack:T1/C1")


@pytest.fixture
def digests(database: Database, clock: AdjustableClock, policy: Policy) -> Digests:
    return Digests(database, clock, policy, {"discord": FakeRenderer(), "slack": FakeRenderer()})


@pytest.fixture
def slack(clock: AdjustableClock) -> FakePublisher:
    return FakePublisher(clock)


async def deliver(database: Database, clock: AdjustableClock, **publishers: FakePublisher) -> None:
    await Delivery(database, clock, publishers, pauses=()).deliver_open()


async def test_posted_messages_stay_their_channels_and_follow_edits_there(
    database: Database,
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    publisher: FakePublisher,
    slack: FakePublisher,
) -> None:
    await add(library, workspace, clock, 1)
    await digests.subscribe(workspace, WEEKLY)
    await digests.compose_now(workspace, "weekly")
    await deliver(database, clock, discord=publisher)
    await digests.subscribe(workspace, replace(ELSEWHERE, locale="en"))
    publishers = {"discord": publisher, "slack": slack}
    updates = MessageUpdates(database, {name: FakeRenderer() for name in publishers}, publishers)
    await updates.update()
    await library.edit(workspace, "paper-1", None, lambda before: replace(before, title="第二"))
    assert await updates.update() == 1
    assert publisher.posted[0].payload["redrawn"] == "第二"
    async with database.read() as connection:
        (message,) = await sent_messages.messages_with(connection, "discord", workspace, 1)
        delivered = await editions.newest_delivered(connection, workspace, "discord:1")
        assert await sent_messages.messages_with(connection, "slack", workspace, 1) == []
        assert await editions.newest_delivered(connection, workspace, "slack:T1") is None
    assert (message.channel, message.locale) == ("discord:1/2", "ja")
    assert delivered
    assert delivered.channel == "discord:1/2"


async def test_an_edition_that_begins_to_arrive_while_its_subscription_moves_is_not_taken_back(
    database: Database, digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await add(library, workspace, clock, 1)
    await digests.subscribe(workspace, WEEKLY)
    await digests.compose_now(workspace, "weekly")
    async with database.write(own_rows=True) as connection:
        until = clock() + timedelta(minutes=1)
        lease = partial(leases.acquire, connection, "other process", clock(), until, is_dead=lambda _: False)
        (edition,) = await lease(platforms=["discord"])
    async with database.write(own_rows=True) as connection:
        await leases.holds(connection, "other process", [edition.id], keeps=True)
        await editions.mark_sending(connection, [Attempt(edition.id, 0, "0")], clock())
        moving = asyncio.create_task(digests.subscribe(workspace, ELSEWHERE))
        await asyncio.sleep(0.3)
    await moving
    async with database.read() as connection:
        assert await editions.is_delivered(connection, edition.id)


async def test_an_edition_that_waits_is_composed_anew_for_the_other_channel(
    database: Database,
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    publisher: FakePublisher,
    slack: FakePublisher,
) -> None:
    await add(library, workspace, clock, 1)
    await digests.subscribe(workspace, WEEKLY)
    await digests.compose_now(workspace, "weekly")
    await digests.subscribe(workspace, ELSEWHERE)
    await digests.compose_now(workspace, "weekly")
    await deliver(database, clock, discord=publisher, slack=slack)
    assert publisher.posted == []
    assert slack.papers_in("slack:T1/C1") == ["paper-1"]


async def test_an_edition_that_has_begun_is_not_finished_in_the_other_channel(
    database: Database,
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    publisher: FakePublisher,
    slack: FakePublisher,
) -> None:
    await add(library, workspace, clock, 1, 2, 3)
    await digests.subscribe(workspace, WEEKLY)
    await digests.compose_now(workspace, "weekly")
    publisher.faults.extend([None, "refused"])
    await deliver(database, clock, discord=publisher)
    assert publisher.papers_in("discord:1/2") == ["paper-1", "paper-2"]
    await digests.subscribe(workspace, ELSEWHERE)
    clock.advance(days=1)
    await deliver(database, clock, discord=publisher, slack=slack)
    await digests.compose_now(workspace, "weekly")
    await deliver(database, clock, discord=publisher, slack=slack)
    assert publisher.papers_in("discord:1/2") == ["paper-1", "paper-2"]
    assert slack.papers_in("slack:T1/C1") == ["paper-1", "paper-2", "paper-3"]


async def test_a_channel_of_the_same_name_is_another_subscription_that_begins_with_its_first_edition(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await add(library, workspace, clock, 1)
    first, second = (ServerSubscriptions(digests, workspace, server) for server in ("discord:1", "slack:T1"))
    before = await first.subscribe("discord:1/2", "papers", "mon 09:00", "", None, "ja")
    await digests.compose_now(workspace, "papers")
    await first.unsubscribe("papers")
    after = await second.subscribe("slack:T1/C1", "papers", "mon 09:00", "", None, "ja")
    edition = await digests.compose_now(workspace, after.name)
    again = await first.subscribe("discord:1/2", "papers", "tue 09:00", "", None, "ja")
    assert (before.id, before.name, after.name) == (again.id, again.name, "papers-2")
    assert edition
    assert (edition.number, [paper.id for paper in edition.papers]) == (1, ["paper-1"])
    with pytest.raises(NotFoundError):
        await second.named("papers")


async def test_a_channel_that_is_subscribed_again_is_shown_again_what_it_had_longest_ago(
    database: Database,
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    publisher: FakePublisher,
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    for number in (1, 2):
        await add(library, workspace, clock, number)
        await digests.compose_now(workspace, "weekly")
        await deliver(database, clock, discord=publisher)
    first, later = schema.editions.c.number == 1, iso(clock() + timedelta(days=7))
    async with database.write() as connection:
        await connection.execute(update(schema.editions).where(first).values(composed_at=later))
    await digests.subscribe(workspace, ELSEWHERE)
    await digests.subscribe(workspace, WEEKLY)
    async with database.read() as connection:
        (weekly,) = await subscriptions.active(connection, workspace)
        (number,) = await seen_papers.seen(connection, weekly, 1)
        (paper,) = (await papers.by_numbers(connection, workspace, [number])).values()
    assert paper.id == "paper-2"
