"""The outbox leases an edition to one owner at a time, and forgets nothing that has not arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.digest import Choice, Reason, Subscription
from bot.i18n import msg
from bot.store import editions, leases, subscriptions
from bot.store.database import Database
from bot.store.editions import Arrival, Attempt, NewEdition, OutboxMessage
from bot.store.leases import OpenEdition
from tests.doubles.clock import AdjustableClock
from tests.store.subscribing import subscribe

MESSAGES = [OutboxMessage(n, {"content": f"第{n}"}, f"nonce-{n}", f"mark-{n}") for n in range(3)]


@pytest.fixture
async def subscription(database: Database, workspace: int, clock: AdjustableClock) -> Subscription:
    return await subscribe(database, workspace, clock)


async def write(database: Database, subscription: Subscription, clock: AdjustableClock, number: int = 1) -> int:
    async with database.write() as connection:
        new = NewEdition(subscription, number, f"p{number}", Choice((), Reason.NEW))
        edition = (await editions.write_editions(connection, [new], clock()))[subscription.id]
        await editions.write_messages(connection, [(subscription.workspace_id, edition, MESSAGES)])
    return edition


async def lease(
    database: Database, clock: AdjustableClock, who: str, dead: str = "", platform: str = "discord"
) -> OpenEdition | None:
    async with database.write() as connection:
        leased = await leases.acquire(
            connection,
            who,
            clock(),
            clock() + timedelta(minutes=2),
            platforms=[platform],
            is_dead=lambda name: name == dead,
        )
    return leased[0] if leased else None


async def test_an_edition_is_leased_by_one_at_a_time(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    edition = await write(database, subscription, clock)
    own = await lease(database, clock, "me")
    assert own == OpenEdition(edition, subscription.workspace_id, subscription.id, "weekly", "discord:1/2", "ja", 1)
    assert await lease(database, clock, "you") is None
    assert await lease(database, clock, "me") is None


async def test_a_lease_ends_with_its_time_its_holders_death_or_its_release(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    edition = await write(database, subscription, clock)
    assert await lease(database, clock, "me")
    assert await lease(database, clock, "you", dead="me")
    clock.advance(minutes=1)
    assert await lease(database, clock, "third") is None
    async with database.write() as connection:
        await leases.renew(connection, "you", [edition], clock() + timedelta(minutes=5))
    clock.advance(minutes=4)
    assert await lease(database, clock, "third") is None
    clock.advance(minutes=2)
    assert await lease(database, clock, "third")
    async with database.write() as connection:
        await leases.release(connection, "third", edition)
    assert await lease(database, clock, "fourth")


async def test_a_released_edition_can_be_left_alone_for_a_while(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    edition = await write(database, subscription, clock)
    assert await lease(database, clock, "me")
    async with database.write() as connection:
        trouble = msg("The database could not be written: {reason}.", reason=msg("the disk is full"))
        await leases.release(connection, "me", edition, clock() + timedelta(seconds=50), trouble)
        status = await editions.last_editions(connection, subscription.workspace_id)
    assert status[subscription.id].trouble == trouble
    assert await lease(database, clock, "me") is None
    clock.advance(seconds=51)
    assert await lease(database, clock, "me")


async def test_a_second_edition_waits_for_the_first(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    first, second = await write(database, subscription, clock, 1), await write(database, subscription, clock, 2)
    leased = [await lease(database, clock, "me") for _ in range(2)]
    assert [each.id if each else None for each in leased] == [first, None]
    async with database.write() as connection:
        await editions.mark_delivered(connection, [first], clock())
    after = await lease(database, clock, "me")
    assert after
    assert after.id == second


async def test_no_server_waits_for_anothers_many_channels(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    for name, channel in (("a", "1/1"), ("b", "1/2"), ("c", "1/3"), ("d", "2/1"), ("e", "2/2"), ("f", "3/1")):
        await write(
            database, await subscribe(database, workspace, clock, name=name, channel=f"discord:{channel}"), clock
        )
    async with database.write() as connection:
        leased = await leases.acquire(
            connection,
            "me",
            clock(),
            clock() + timedelta(minutes=2),
            platforms=["discord"],
            is_dead=lambda _: False,
            most=4,
        )
    assert [each.subscription for each in leased] == ["a", "d", "f", "b"]


async def test_a_lease_by_a_clock_that_ran_far_ahead_does_not_hold(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    await write(database, subscription, clock)
    clock.advance(days=400)
    assert await lease(database, clock, "me")
    clock.advance(days=-400)
    assert await lease(database, clock, "you")


async def test_an_edition_of_a_paused_or_ended_subscription_waits(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    await write(database, subscription, clock)
    async with database.write() as connection:
        await subscriptions.pause(connection, subscription.id, msg("The channel no longer exists."), clock())
    assert await lease(database, clock, "me") is None
    async with database.write() as connection:
        assert (await editions.outbox(connection))[0] == 1
        await subscriptions.end(connection, subscription.id, clock())
        assert await editions.outbox(connection) == (0, None)
    assert await lease(database, clock, "me") is None
    await subscribe(database, subscription.workspace_id, clock)
    assert await lease(database, clock, "me")


async def test_an_edition_goes_to_a_delivery_that_speaks_its_platform(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    await write(database, subscription, clock)
    assert await lease(database, clock, "me", platform="slack") is None
    assert await lease(database, clock, "me")


async def test_messages_are_unsent_until_they_are_marked_sent(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    edition = await write(database, subscription, clock)
    async with database.write() as connection:
        assert await editions.next_unsent(connection, [edition]) == {edition: MESSAGES[0]}
        await editions.mark_sent(connection, [Arrival(edition, 0, "1001")], clock())
        await editions.mark_sending(connection, [Attempt(edition, 1, "anchor")], clock())
        second = (await editions.next_unsent(connection, [edition]))[edition]
        assert (second.position, second.state, second.anchor) == (1, "sending", "anchor")
        await editions.mark_sent(connection, [Arrival(edition, 1, "1002")], clock())
        assert await editions.next_unsent(connection, [edition]) == {edition: MESSAGES[2]}
        await editions.mark_sent(connection, [Arrival(edition, 2, "1003")], clock())
        assert await editions.next_unsent(connection, [edition]) == {}


async def test_an_edition_is_open_until_it_is_finished(
    database: Database, subscription: Subscription, clock: AdjustableClock
) -> None:
    edition = await write(database, subscription, clock)
    async with database.write() as connection:
        assert await editions.is_open(connection, subscription.id)
        assert await editions.last_numbers(connection, [subscription.id]) == {subscription.id: 1}
        assert await editions.composed(connection, {subscription.id: "p1"}) == {subscription.id}
        assert await editions.composed(connection, {subscription.id: "p2"}) == set()
        await editions.mark_delivered(connection, [edition], clock())
        assert not await editions.is_open(connection, subscription.id)
    clock.advance(days=1)
    assert await lease(database, clock, "me") is None
