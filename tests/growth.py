"""How the time of a function grows with its input, told by two sizes, and how long the event loop is held up."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterable

SMALL, TIMES = 2_000, 8
# of an input eight times as long: n·log n takes 8 × (14 / 11) = 10 times as long, n² 64 times
MOST = 24.0
_LEAST = 2e-4  # seconds; below it the clock and the caches tell more than the function
_ROUNDS = 5


def growth(work: Callable[[str], object], text: Callable[[int], str], small: int = SMALL) -> float:
    """Return how many times as long a function takes over a text that is `TIMES` as long.

    Both count in the time of this thread alone, at their best of several rounds.
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
    """Return the seconds of processor that the longest step of the loop takes while something is done."""
    [longest] = await longest_steps([work])
    return longest


async def longest_steps(works: Iterable[Callable[[], Awaitable[object]]]) -> list[float]:
    """Return the seconds of processor that the longest step of the loop takes, for each of several things done."""
    gc.collect()
    gc.freeze()  # as the bot does: looking through all that the tests have imported takes longer than any step
    try:
        return [await _longest_step(work) for work in works]
    finally:
        gc.unfreeze()


async def _longest_step(work: Callable[[], Awaitable[object]]) -> float:
    steps = [0.0]
    done = asyncio.ensure_future(work())
    while not done.done():
        began = time.thread_time()
        await asyncio.sleep(0)  # whatever else is ready has its turn between the two looks at the clock
        steps.append(time.thread_time() - began)
    await done
    return max(steps)
