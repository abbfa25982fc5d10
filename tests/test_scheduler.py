"""The clock's hand goes on, whatever a tick or the clock does."""

from __future__ import annotations

import asyncio

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.scheduler import Scheduler


async def ticks(moments: list[float], *, failing: Exception | None = None) -> int:
    """Count the ticks until the clock has shown all these moments (seconds since the epoch)."""
    counted = 0
    over = asyncio.Event()

    async def tick() -> None:
        nonlocal counted
        counted += 1
        if failing:
            raise failing

    def clock() -> float:
        if not moments:
            over.set()
            return 0.0
        return moments.pop(0)

    scheduler = Scheduler(tick, clock)
    scheduler.start()
    async with asyncio.timeout(5):
        await over.wait()
    await scheduler.stop()
    return counted


async def test_it_ticks_at_once_and_at_every_full_minute() -> None:
    assert await ticks([59.99, 119.99, 179.99]) == 4


async def test_a_clock_that_is_set_back_or_forth_does_not_silence_it() -> None:
    assert await ticks([59.99, -7200.01, 10_000_000_019.99]) == 4


async def test_a_tick_that_fails_is_not_the_last() -> None:
    assert await ticks([59.99, 119.99], failing=StoreError(msg("The channel is gone."))) == 3
    assert await ticks([59.99, 119.99], failing=ZeroDivisionError()) == 3


async def test_stopping_cuts_a_tick_short() -> None:
    begun = asyncio.Event()

    async def tick() -> None:
        begun.set()
        await asyncio.sleep(60)

    scheduler = Scheduler(tick)
    scheduler.start()
    await begun.wait()
    async with asyncio.timeout(1):
        await scheduler.stop()
