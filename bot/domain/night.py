"""The hours in which slow work in the background disturbs nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

_FROM, _TO = 3, 6  # o'clock in the team's timezone


@dataclass(frozen=True, slots=True)
class Night:
    """A night's quiet hours, in the team's timezone."""

    start: datetime
    end: datetime


def night_at(now: datetime, zone: ZoneInfo) -> Night | None:
    """Return the night that it is now; None at other hours."""
    local = now.astimezone(zone)
    start = local.replace(hour=_FROM, minute=0, second=0, microsecond=0)
    night = Night(start, start.replace(hour=_TO))
    return night if night.start <= local < night.end else None
