"""Discord's own time as its answers tell it, written as an id: its ids sort by the time they were given out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import discord

_GOOD_FOR = 600.0  # seconds; a time that was heard longer ago is true still, and only means more pages to search
_MARGIN = timedelta(minutes=2)  # Discord's machines do not give ids out in perfect order, and a `Date` has no fractions


class ServerTime:
    """A moment that Discord has surely passed, and that is not long ago; our clock has no say in it."""

    def __init__(self) -> None:
        self._id, self._heard = 0, float("-inf")

    @property
    def recent_id(self) -> int | None:
        """Return an id older than those of messages that leave from now on; None when nothing was heard for long."""
        return self._id if monotonic() - self._heard <= _GOOD_FOR else None

    def learn_from_id(self, message_id: str) -> None:
        """Take the time from the id of a message that was just made."""
        self._learn(discord.utils.snowflake_time(int(message_id)))

    def learn_from_headers(self, headers: Mapping[str, str]) -> None:
        """Take the time from an answer's `Date`. Raises ValueError where it has none."""
        self._learn(parsedate_to_datetime(headers.get("Date", "")))

    def _learn(self, moment: datetime) -> None:
        self._id, self._heard = discord.utils.time_snowflake(moment.astimezone(UTC) - _MARGIN), monotonic()
