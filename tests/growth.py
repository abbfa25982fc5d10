"""Measures how a function's time grows with its input, and how long the event loop is blocked."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterable

SMALL, TIMES = 2_000, 8
# for an input eight times as long: n·log n takes 8 × (14 / 11) = 10 times as long, n² takes 64 times
MOST = 24.0
_LEAST = 2e-4  # seconds; shorter times depend more on clock and caches than on the function
_ROUNDS = 5


def growth(work: Callable[[str], object], text: Callable[[int], str], small: int = SMALL) -> float:
    """Return how many times longer a function takes for a text that is `TIMES` as long.

    Both are measured in this thread's processor time, as the best of several rounds.
    """
    short, long = text(small), text(small * TIMES)
    gc.disable()
    try:
        return best(work, long) / max(best(work, short), _LEAST)
    finally:
        gc.enable()


def best(work: Callable[[str], object], text: str) -> float:
    """Return the shortest time of some rounds, in seconds of this thread."""
    times = []
    for _ in range(_ROUNDS):
        began = time.thread_time()
        work(text)
        times.append(time.thread_time() - began)
    return min(times)


async def longest_step(work: Callable[[], Awaitable[object]]) -> float:
    """Return the processor seconds of the event loop's longest step during some work."""
    [longest] = await longest_steps([work])
    return longest


async def longest_steps(works: Iterable[Callable[[], Awaitable[object]]]) -> list[float]:
    """Return the processor seconds of the event loop's longest step for each of several pieces of work."""
    gc.collect()
    gc.freeze()  # as the bot does: a garbage collection over all imports takes longer than any step
    try:
        return [await _longest_step(work) for work in works]
    finally:
        gc.unfreeze()


async def _longest_step(work: Callable[[], Awaitable[object]]) -> float:
    steps = [0.0]
    done = asyncio.ensure_future(work())
    while not done.done():
        began = time.thread_time()
        await asyncio.sleep(0)  # lets other ready tasks run between the two readings of the clock
        steps.append(time.thread_time() - began)
    await done
    return max(steps)
