"""Whether the installation is well: what `dayori doctor` and the container's health check ask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.digest import Subscription
from bot.i18n import Message, msg
from bot.services.digests import Digests
from bot.services.notes import Notes
from bot.services.ports import Clock
from bot.services.standing import Standing
from bot.services.unbroken import unbroken
from bot.store import papers
from bot.store.database import Database, iso
from bot.store.schema import REVISION

_TICK_NOTE = "last tick"
_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; `problems` are sentences that say how to mend them."""

    database: str
    revision: str
    papers: int
    has_token: bool
    standings: tuple[Standing, ...]
    problems: tuple[Message, ...]

    @property
    def is_well(self) -> bool:
        """Tell whether nothing was found wrong."""
        return not self.problems


class Checkup:
    """Notes that the bot is alive, and looks whether it was."""

    def __init__(self, database: Database, clock: Clock, digests: Digests, notes: Notes) -> None:
        self._database, self._clock, self._digests, self._notes = database, clock, digests, notes

    @unbroken
    async def beat(self, *, connected: bool) -> None:
        """Note that a tick has run and whether the platform was connected then."""
        await self._notes.write(_TICK_NOTE, json.dumps({"at": iso(self._clock()), "connected": connected}))

    async def end(self) -> None:
        """Note that the bot was stopped on purpose."""
        await self._notes.write(_TICK_NOTE, "")

    async def look(self, workspace_id: int, *, has_token: bool) -> Findings:
        """Look at everything that can be looked at without the network."""
        standings = await self._digests.standings(workspace_id)
        async with self._database.read() as connection:
            count = await papers.count(connection, workspace_id)
        tick = await self._notes.read(_TICK_NOTE)
        problems = (*self._tick_problems(tick), *_paused([each.subscription for each in standings]))
        return Findings(str(self._database.path), REVISION, count, has_token, tuple(standings), problems)

    def _tick_problems(self, tick: str | None) -> list[Message]:
        if not tick:
            return []
        last = json.loads(tick)
        if self._clock() - datetime.fromisoformat(last["at"]) > _LATE:
            return [msg("The bot has not run since {time}; start it with dayori run.", time=last["at"][:16])]
        return [] if last["connected"] else [msg("The bot runs but Discord is not connected; see its log.")]


def _paused(subscribed: Sequence[Subscription]) -> list[Message]:
    return [
        msg("{name} is paused: {reason} Mend it and subscribe again.", name=each.name, reason=each.paused_reason)
        for each in subscribed
        if each.paused_reason
    ]
