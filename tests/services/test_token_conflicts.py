"""Another program with this bot's token is noticed by what the platforms say, and told for a day."""

from __future__ import annotations

from bot.services.heartbeats import Heartbeats
from bot.services.token_conflicts import TokenConflicts
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock


async def seen(rivals: TokenConflicts) -> list[str]:
    return [each.message.text("en") for each in await rivals.checks()]


async def test_one_sign_is_no_proof_and_three_are_told_for_a_day(database: Database, clock: AdjustableClock) -> None:
    rivals = TokenConflicts(database, clock, Heartbeats(database, clock))
    await rivals.note("discord")
    await rivals.note("discord")
    assert await seen(rivals) == []
    await rivals.note("discord")
    told = "Another program answered on Discord with this bot's token, last at 2024-01-21 23:00 UTC."
    assert await seen(rivals) == [told]
    clock.advance(days=1)
    assert await seen(rivals) == []


async def test_a_process_on_the_same_store_is_no_rival(database: Database, clock: AdjustableClock) -> None:
    await Heartbeats(database, clock).beat("slack", "connected")
    rivals = TokenConflicts(database, clock, Heartbeats(database, clock))
    await rivals.note("slack", is_certain=True)
    assert await seen(rivals) == []


async def test_a_sign_while_the_store_is_out_of_order_breaks_nothing_and_the_next_one_is_noted(
    database: Database, clock: AdjustableClock
) -> None:
    rivals = TokenConflicts(database, clock, Heartbeats(database, clock))
    async with database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE state RENAME TO state_before")
    await rivals.note("slack", is_certain=True)
    async with database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE state_before RENAME TO state")
    await rivals.note("slack", is_certain=True)
    assert len(await seen(rivals)) == 1
