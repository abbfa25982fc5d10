"""Measures how a function's time grows with its input, and how long the event loop is blocked."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

SMALL, TIMES = 2_000, 8
# for an input eight times as long: n·log n takes 8 × (14 / 11) = 10 times as long, n² takes 64 times
MOST = 24.0
_LEAST = 2e-4  # seconds; shorter times depend more on clock and caches than on the function
_ROUNDS = 5


def growth(work: Callable[[str], object], text: Callable[[int], str], small: int = SMALL) -> float:
    """Return how many times longer a function takes for a text that is `TIMES` as long.

    Both are measured in this thread's processor time, as the best of several rounds if the first one is suspicious.
    """
    short, long = text(small), text(small * TIMES)
    shortest, longest = min(seconds(work, short), seconds(work, short)), seconds(work, long)
    for _ in range(_ROUNDS):
        if longest / max(shortest, _LEAST) < MOST:
            break
        shortest, longest = min(shortest, seconds(work, short)), min(longest, seconds(work, long))
    return longest / max(shortest, _LEAST)


def seconds(work: Callable[[str], object], text: str) -> float:
    """Return the seconds of this thread that a function takes for a text."""
    gc.disable()
    began = time.thread_time()
    try:
        work(text)
    finally:
        gc.enable()
    return time.thread_time() - began


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
    loop: Any = asyncio.get_running_loop()
    steps = _Steps(loop._selector)
    loop._selector = steps
    try:
        await work()
    finally:
        loop._selector = steps.selector
    return steps.longest_until_now()


class _Steps:
    """Takes the place of an event loop's selector and notes how long the loop works between two waits."""

    def __init__(self, selector: Any) -> None:
        self.selector = selector
        self._longest, self._began = 0.0, time.thread_time()

    def longest_until_now(self) -> float:
        self._longest = max(self._longest, time.thread_time() - self._began)
        return self._longest

    def select(self, timeout: float | None) -> Any:
        self.longest_until_now()
        try:
            return self.selector.select(timeout)
        finally:
            self._began = time.thread_time()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.selector, name)
