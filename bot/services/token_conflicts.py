"""Notices that another program answers with this bot's token, such as a copy on another machine with its own store.

Processes on one store know each other by their heartbeats; another program shows only by what the platform says.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.services.check import Check
from bot.services.heartbeats import Heartbeats
from bot.services.ports import Clock
from bot.services.state import State
from bot.store.database import Database, iso

_KEY = "rival on "  # as stored by every version
_SURE = 3  # signs; a single one may be a request of our own that was repeated after its answer was lost
_RECENT = timedelta(days=1)
_PLATFORMS = ("discord", "slack")
_log = structlog.get_logger()


class TokenConflicts:
    """Counts the signs of another program, and keeps for a day when they were seen."""

    def __init__(self, database: Database, clock: Clock, heartbeats: Heartbeats) -> None:
        self._state, self._clock, self._heartbeats = State(database), clock, heartbeats
        self._signs = Counter[str]()

    async def note(self, platform: str, *, is_certain: bool = False) -> None:
        """Note a sign of another program, unless a process on this store may have given it.

        Without the store it is not noted: the next sign follows soon.
        """
        with suppress(StoreError):
            await self._note(platform, is_certain=is_certain)

    async def _note(self, platform: str, *, is_certain: bool) -> None:
        if await self._heartbeats.count_others():
            return
        self._signs[platform] += 1
        if not is_certain and self._signs[platform] % _SURE:
            return
        await self._state.write(_KEY + platform, iso(self._clock()))
        _log.warning("another program answers with this bot's token; stop it, or reset the token", platform=platform)

    async def checks(self) -> list[Check]:
        """Return a warning for each platform on which another program was noticed within a day."""
        now, checks = self._clock(), list[Check]()
        for platform in _PLATFORMS:
            seen = await self._state.read(_KEY + platform)
            if seen and now - (at := datetime.fromisoformat(seen)) < _RECENT:
                message = msg(
                    "Another program answered on {platform} with this bot's token, last at {time}.",
                    platform=platform.title(),
                    time=f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
                )
                checks.append(Check("bot twice", "warning", message, _STOP))
        return checks


_STOP = msg("Stop that program; if you know of none, make a new token on the application's pages.")
