"""Measures elapsed time with two clocks, because neither alone can be trusted."""

from __future__ import annotations

from time import monotonic

from bot.services.ports import Clock


class Stopwatch:
    """Runs from its creation. The monotonic clock may stop while the machine sleeps; the wall clock can be set."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._wall, self._steady = clock, clock(), monotonic()

    def within(self, seconds: float) -> bool:
        """Return whether surely at most this many seconds have passed, by both clocks."""
        wall = (self._clock() - self._wall).total_seconds()
        return 0 <= wall <= seconds and monotonic() - self._steady <= seconds
