"""When and where the pictures are taken."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

MOMENT = datetime(2024, 1, 22, 0, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Tokyo")
