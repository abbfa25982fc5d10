"""What arrived and what comes next is recorded for many editions at once, and for each by itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from bot.domain.digest import Payload
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.ports import Fence
from bot.store.database import Database
from bot.store.schema import editions, messages
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher
from tests.services.digests.editions import add
from tests.services.digests.statements import counted

CHANNELS = 12


class SlowPublisher(FakePublisher):
    """Needs a moment for each message, as a platform does."""

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        await asyncio.sleep(0.02 * (int(channel[-1]) + 1))
        return await super().publish(channel, payload, nonce, fence)


async def composed(digests: Digests, library: Library, workspace: int, clock: AdjustableClock, papers: int) -> None:
    for n in range(CHANNELS):
        request = SubscriptionRequest(f"c{n}", f"discord:{n % 4}/{n}", "mon 09:00", (), "ja")
        await digests.subscribe(workspace, request)
    await add(library, workspace, clock, *range(papers))
    clock.set("2024-01-22 09:00")
    assert await digests.compose_due() == CHANNELS


async def test_messages_of_many_channels_share_their_transactions(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await composed(digests, library, workspace, clock, 3)
    publisher = SlowPublisher(clock)
    with counted() as counts:
        report = await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert len(report.delivered) == CHANNELS
    assert len(publisher.posted) == 2 * CHANNELS
    assert all(
        publisher.papers_in(f"discord:{n % 4}/{n}") == ["paper-0", "paper-1", "paper-2"] for n in range(CHANNELS)
    )
    assert counts["statements"] + 2 * counts["transactions"] < 4 * len(publisher.posted)


async def test_a_message_is_noted_as_being_sent_before_it_leaves_and_as_sent_before_the_next_one(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await composed(digests, library, workspace, clock, 3)
    states = list[tuple[str, ...]]()

    class Watched(SlowPublisher):
        async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
            edition = select(messages.c.edition_id).where(messages.c.nonce == nonce)
            query = select(messages.c.state).where(messages.c.edition_id.in_(edition)).order_by(messages.c.position)
            async with database.read() as connection:
                states.append(tuple(await connection.scalars(query)))
            return await super().publish(channel, payload, nonce, fence)

    await Delivery(database, clock, {"discord": Watched(clock)}, pauses=()).deliver_open()
    assert Counter(states) == {("sending", "waiting"): CHANNELS, ("sent", "sending"): CHANNELS}


async def test_a_slow_channel_keeps_no_other_one_from_its_next_message(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await composed(digests, library, workspace, clock, 3)
    publisher = FakePublisher(clock)
    publisher.faulty = "discord:0/0"
    publisher.faults.append("hangs")
    delivering = asyncio.create_task(Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open())
    async with asyncio.timeout(20):
        while len(publisher.posted) < 2 * CHANNELS - 1:
            await asyncio.sleep(0.01)
    delivering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivering


async def test_an_edition_that_another_process_took_over_is_left_alone_and_the_others_go_on(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await composed(digests, library, workspace, clock, 3)

    class Robbed(FakePublisher):
        async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
            if channel == "discord:0/0":
                async with database.write() as connection:
                    await connection.execute(editions.update().where(editions.c.id == 1).values(lease_owner="another"))
            return await super().publish(channel, payload, nonce, fence)

    publisher = Robbed(clock)
    report = await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert len(report.delivered) == CHANNELS - 1
    assert len(publisher.posted) == 2 * CHANNELS - 1
    async with database.read() as connection:
        states = list(await connection.scalars(select(messages.c.state).where(messages.c.edition_id == 1)))
    assert sorted(states) == ["sent", "waiting"]


async def test_a_store_that_cannot_be_written_puts_off_every_edition_whose_step_was_to_be_recorded(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await composed(digests, library, workspace, clock, 1)
    delivery = Delivery(database, clock, {"discord": FakePublisher(clock)}, pauses=())

    def refuse(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("UPDATE messages"):
            raise OSError("no space left")

    event.listen(Engine, "before_cursor_execute", refuse)
    try:
        report = await delivery.deliver_open()
    finally:
        event.remove(Engine, "before_cursor_execute", refuse)
    assert len(report.failed) == CHANNELS
    clock.advance(minutes=2)
    assert len((await delivery.deliver_open()).delivered) == CHANNELS
