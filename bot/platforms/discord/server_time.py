"""Discord's own time, taken from its answers and written as an id: Discord's ids sort by creation time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import discord

_GOOD_FOR = 600.0  # seconds; an older time is still correct, but means more pages to search
_MARGIN = timedelta(minutes=2)  # Discord's machines do not issue ids in perfect order, and `Date` has whole seconds


class ServerTime:
    """A recent time that Discord has surely passed; independent of this machine's clock."""

    def __init__(self) -> None:
        self._id, self._learned_at = 0, float("-inf")

    @property
    def recent_id(self) -> int | None:
        """Return an id older than every later message; None when nothing was received for ten minutes."""
        return self._id if monotonic() - self._learned_at <= _GOOD_FOR else None

    def learn_from_id(self, message_id: str) -> None:
        """Take the time from the id of a newly created message."""
        self._learn(discord.utils.snowflake_time(int(message_id)))

    def learn_from_headers(self, headers: Mapping[str, str]) -> None:
        """Take the time from an answer's `Date` header. Raises ValueError if it has none."""
        self._learn(parsedate_to_datetime(headers.get("Date", "")))

    def _learn(self, moment: datetime) -> None:
        self._id, self._learned_at = discord.utils.time_snowflake(moment.astimezone(UTC) - _MARGIN), monotonic()
