"""arXiv gets one request at a time and one in three seconds, from all processes of a store together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import monotonic

import pytest
import time_machine

from bot.services.source_turns import SourceTurns
from bot.sources.rate_limit import RateLimits
from bot.store.database import Database, open_database
from tests.doubles.clock import AdjustableClock
from tests.locking import locked
from tests.stores import on_server


class Time:
    """A clock that sleeping moves."""

    def __init__(self, clock: AdjustableClock) -> None:
        self.clock = clock

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        await asyncio.sleep(0)


def turns_of(database: Database, clock: AdjustableClock) -> SourceTurns:
    """Return the turns as one process has them."""
    return SourceTurns(database, clock, sleep=Time(clock).sleep)


async def test_a_turn_comes_three_seconds_after_the_end_of_the_one_before(
    database: Database, clock: AdjustableClock
) -> None:
    began, taken = clock(), list[float]()
    for n in range(5):
        process = turns_of(database, clock)
        assert await process.take(9) == 0
        taken.append((clock() - began).total_seconds())
        if n == 2:
            clock.advance(seconds=5)  # a slow answer
        await process.end()
    # a request reaches its host some time after its turn began
    assert [round(b - a, 3) for a, b in pairwise(taken)] == [3, 3, 8, 3]


async def test_nobody_else_has_a_turn_while_one_has(database: Database, clock: AdjustableClock) -> None:
    first, second = turns_of(database, clock), turns_of(database, clock)
    assert await first.take(9) == 0
    assert 0 < await second.take(2) <= 15
    await first.end()
    assert await second.take(9) == 0


async def test_a_process_that_dies_in_its_turn_holds_the_others_up_for_seconds(
    database: Database, clock: AdjustableClock
) -> None:
    assert await turns_of(database, clock).take(9) == 0
    clock.advance(seconds=15)
    assert await turns_of(database, clock).take(0) == 0


async def test_a_pause_holds_for_all_and_is_told_at_once(database: Database, clock: AdjustableClock) -> None:
    process, began = turns_of(database, clock), clock()
    assert await process.take(9) == 0
    await process.pause(600)
    await process.end()
    assert await turns_of(database, clock).take(9) == 600
    assert clock() == began
    clock.advance(seconds=601)
    assert await turns_of(database, clock).take(9) == 0


async def test_a_clock_that_ran_ahead_holds_nobody_up(database: Database, clock: AdjustableClock) -> None:
    clock.advance(days=400)
    await turns_of(database, clock).pause(60)
    clock.advance(days=-400)
    assert await turns_of(database, clock).take(9) == 0


async def test_a_store_that_cannot_be_written_holds_nobody_up(database_url: str, clock: AdjustableClock) -> None:
    database = await open_database(database_url)
    async with database.write() as connection:
        await connection.exec_driver_sql("DROP TABLE source_turns")
    turns = turns_of(database, clock)
    assert await turns.take(9) == 0
    await turns.end()
    await database.close()


@pytest.mark.parametrize("steps", range(12))
async def test_a_look_up_that_is_given_up_while_it_takes_its_turn_holds_nobody_up(
    database: Database, clock: AdjustableClock, steps: int
) -> None:
    limits = RateLimits(("arxiv.org",), 0.001, turns_of(database, clock))

    async def look_up() -> None:
        async with limits.turn("arxiv.org:443", "arXiv"):
            await asyncio.sleep(10)

    task = asyncio.create_task(look_up())
    for _ in range(steps * 3):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait((task,))
    clock.advance(seconds=3)
    assert await turns_of(database, clock).take(0) == 0


async def test_a_look_up_that_is_given_up_beside_a_locked_store_ends_at_once(
    database: Database, database_url: str, clock: AdjustableClock
) -> None:
    async with locked(database_url):
        task = asyncio.create_task(turns_of(database, clock).take(0))
        await asyncio.sleep(0.05)
        task.cancel()
        began = monotonic()
        await asyncio.wait((task,))
        assert monotonic() - began < 1


@on_server
async def test_a_machine_whose_clock_runs_minutes_ahead_keeps_nobody_waiting_for_minutes(database: Database) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    there, here = [SourceTurns(database, now, name="slow", interval=timedelta(seconds=0.2)) for _ in range(2)]
    with time_machine.travel(now() + timedelta(minutes=5), tick=True):
        assert await there.take(9) == 0
        await there.end()
    assert await here.take(9) == 0
