"""Times as the terminal shows them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def minute(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment's day and time in a timezone."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
