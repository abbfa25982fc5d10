"""The scheduler ticks every minute, whatever happens to the clock or to the previous tick."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.scheduler import Scheduler


class Ticks:
    """Counts ticks; each may fail."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.counted, self.failing = 0, failing

    async def __call__(self) -> None:
        self.counted += 1
        if self.failing:
            raise self.failing

    async def reach(self, number: int) -> None:
        async with asyncio.timeout(30):
            while self.counted < number:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("failing", [None, StoreError(msg("The channel no longer exists.")), ZeroDivisionError()])
async def test_it_ticks_at_once_and_at_the_next_full_minute(failing: Exception | None) -> None:
    ticks = Ticks(failing)
    scheduler = Scheduler(ticks)
    with time_machine.travel(datetime(2026, 11, 23, 0, 0, 59, 700_000, tzinfo=UTC)):
        scheduler.start()
        await ticks.reach(2)
        await scheduler.stop()


async def test_a_clock_that_is_set_back_does_not_silence_it() -> None:
    ticks = Ticks()
    scheduler = Scheduler(ticks, watch_every=0.05)
    start = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
    with time_machine.travel(start) as travel:
        scheduler.start()
        await ticks.reach(1)
        travel.move_to(start - timedelta(hours=2, seconds=10))
        await ticks.reach(2)
        await scheduler.stop()


async def test_stopping_cuts_a_tick_short_and_that_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    begun = asyncio.Event()

    async def tick() -> None:
        begun.set()
        await asyncio.sleep(60)

    scheduler = Scheduler(tick)
    scheduler.start()
    await begun.wait()
    async with asyncio.timeout(30):
        await scheduler.stop()
    await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
