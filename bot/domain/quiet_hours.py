"""The hours in which slow work in the background disturbs nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

START, _END = time(3), time(6)  # in the team's timezone


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A night's quiet hours, in the team's timezone."""

    start: datetime
    end: datetime


def quiet_hours_at(now: datetime, zone: ZoneInfo) -> QuietHours | None:
    """Return the night that it is now; None at other hours."""
    local = now.astimezone(zone)
    night = QuietHours(*(datetime.combine(local, each, zone) for each in (START, _END)))
    return night if night.start <= local < night.end else None
