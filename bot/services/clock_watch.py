"""A warning in a served bot's log when this machine's clock is off."""

from __future__ import annotations

from time import monotonic

import structlog

from bot.services.doctor.clock import REMEDY, ClockComparison
from bot.services.ports import Clock

_INTERVAL = 600.0  # seconds between two looks at the clock
_log = structlog.get_logger()


class ClockWatch:
    """Compares the clock with what servers answer anyway."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._next = clock, 0.0

    def note_time(self, server: str, date: str) -> None:
        """Log now and then that the clock is off, as the `Date` header of an answer tells it."""
        if monotonic() < self._next:
            return
        self._next = monotonic() + _INTERVAL
        comparison = ClockComparison(self._clock)
        comparison.note(server, date)
        if problem := comparison.problem():
            _log.warning(problem.text("en"), remedy=REMEDY.text("en"))
