"""The end of what waits too long in the inbox: feeds' finds that nobody decided on, and decisions of long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.services.ports import Clock
from bot.store import decisions
from bot.store.database import Database

_KEPT = timedelta(days=400)  # decisions are kept so that nothing is offered again, and as examples for the score
_BETWEEN = timedelta(hours=1)


class Expiry:
    """Lets finds expire after `keep`; proposals of people wait for as long as it takes."""

    def __init__(self, database: Database, clock: Clock, keep: timedelta) -> None:
        self._database, self._clock, self._keep = database, clock, keep
        self._done_at: datetime | None = None

    async def run_if_due(self) -> None:
        """Let old finds expire and forget old decisions, at most once an hour."""
        now = self._clock()
        if self._done_at and now - self._done_at < _BETWEEN:
            return
        async with self._database.write() as connection:
            await decisions.expire(connection, now - self._keep, now)
            await decisions.forget(connection, now - _KEPT)
        self._done_at = now
