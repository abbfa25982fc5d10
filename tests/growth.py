"""How the time of a function grows with its input, told by two sizes: a ratio means the same on any machine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

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
