"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


class AdjustableClock:
    """Starts on a Monday at 08:00 in Tokyo, an hour before the usual digest."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 22, 8, 0, tzinfo=TOKYO).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)

    def set(self, local: str) -> None:
        """Move to a local time in Tokyo, such as `2024-01-22 09:00`."""
        self.now = datetime.fromisoformat(local).replace(tzinfo=TOKYO).astimezone(UTC)
