"""Compares this machine's clock with those of the servers that were asked anyway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from bot.i18n import Message, msg
from bot.services.check import Check
from bot.services.ports import Clock

TOLERANCE = 60.0  # seconds; `Date` has whole seconds, and an answer takes some
_WRONG = 300.0  # seconds, by which editions and pauses are too early or too late to pass over


class ClockComparison:
    """The differences between this machine's clock and the times that servers told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = dict[str, float]()  # seconds by which this machine is ahead of each server

    def note(self, name: str, date: str) -> None:
        """Note a server's time, as its `Date` header tells it; one that cannot be read is left out."""
        with suppress(ValueError, TypeError):
            moment = parsedate_to_datetime(date)
            self._ahead[name] = (self._clock() - moment.replace(tzinfo=moment.tzinfo or UTC)).total_seconds()

    def problem(self) -> Message | None:
        """Return by how much this machine's clock is off; None when any server agrees with it, or none was asked."""
        if not self._ahead:
            return None
        name, ahead = min(self._ahead.items(), key=lambda each: abs(each[1]))
        if abs(ahead) <= TOLERANCE:
            return None
        minutes = round(abs(ahead) / 60)
        if ahead > 0:
            return msg("This machine's clock is {n} min ahead of that of {server}.", n=minutes, server=name)
        return msg("This machine's clock is {n} min behind that of {server}.", n=minutes, server=name)

    def checks(self) -> Iterator[Check]:
        """Yield whether the clock is right; nothing when no server was asked."""
        if not self._ahead:
            return
        if problem := self.problem():
            level = "fault" if min(map(abs, self._ahead.values())) > _WRONG else "warning"
            yield Check("clock", "fault" if level == "fault" else "warning", problem, REMEDY)
        else:
            names = ", ".join(self._ahead)
            yield Check("clock", "ok", msg("The clock agrees with those of these servers: {names}", names=names))


REMEDY = msg("Set the clock, best by NTP: timedatectl set-ntp true")


def timezone_check(zone: ZoneInfo, now: datetime) -> Check:
    """Return what time it is for the team, so that a wrong timezone is seen."""
    time = f"{now.astimezone(zone):%Y-%m-%d %H:%M}"
    return Check("timezone", "ok", msg("Timezone: {zone}, where it is {time}", zone=str(zone), time=time))
