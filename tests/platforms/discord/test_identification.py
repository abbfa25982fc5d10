"""Shards of one process identify as far apart as Discord asks for, and none waits for a session of long ago."""

from __future__ import annotations

import asyncio
from time import monotonic

from bot.platforms.discord.identification import Identification


async def test_sessions_begin_one_interval_apart_and_the_first_after_a_while_at_once() -> None:
    turns, times, began = Identification(None, "a", 0.3), list[float](), monotonic()

    async def identify(shard: int) -> None:
        await turns.take_turn(shard)
        times.append(monotonic() - began)

    await asyncio.gather(*(identify(shard) for shard in range(3)))
    assert times[0] < 0.1 and times[1] >= 0.29 and times[2] >= 0.59
    await asyncio.sleep(0.31)
    again = monotonic()
    await turns.take_turn(0)
    assert monotonic() - again < 0.1


async def test_as_many_sessions_begin_at_once_as_discord_says() -> None:
    turns, began = Identification(None, "a", 5.0), monotonic()
    turns.at_once = 4
    await asyncio.gather(*(turns.take_turn(shard) for shard in range(4)))
    assert monotonic() - began < 1
