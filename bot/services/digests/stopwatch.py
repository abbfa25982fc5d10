"""How long ago something was, when neither clock alone can be believed."""

from __future__ import annotations

from time import monotonic

from bot.services.ports import Clock


class Stopwatch:
    """Runs since it was made; one of its clocks stands still while a machine sleeps, the other can be set."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._wall, self._steady = clock, clock(), monotonic()

    def within(self, seconds: float) -> bool:
        """Tell whether surely no more than so many seconds have passed."""
        wall = (self._clock() - self._wall).total_seconds()
        return 0 <= wall <= seconds and monotonic() - self._steady <= seconds
