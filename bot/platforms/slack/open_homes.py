"""Who opened their App Home recently, and what it shows them; only those Homes are kept up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

_RECENT = 2 * 3600.0  # seconds; whoever opens their Home again gets it again
_MOST = 50


@dataclass(slots=True)
class OpenHome:
    """One person's Home; `shown` is a hash of what was published last."""

    opened_at: float
    shown: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class OpenHomes:
    """The Homes that were opened recently; `task` updates those that changed."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._homes: dict[str, OpenHome] = {}
        self.is_outdated, self._is_stopped = False, False
        self.task: asyncio.Task[None] | None = None

    def open(self, user: str) -> OpenHome:
        """Return a person's Home, which counts as opened just now; the one opened longest ago makes room."""
        home = self._homes.pop(user, None) or OpenHome(0.0)
        home.opened_at = self._now()
        self._homes[user] = home
        while len(self._homes) > _MOST:
            self._homes.pop(next(iter(self._homes)))
        return home

    def close(self, user: str) -> None:
        """Keep a person's Home no longer up to date."""
        self._homes.pop(user, None)

    def recent(self) -> dict[str, OpenHome]:
        """Return the Homes that were opened recently, by person; the others are forgotten."""
        if self._is_stopped:
            return {}
        oldest = self._now() - _RECENT
        self._homes = {user: home for user, home in self._homes.items() if home.opened_at >= oldest}
        return dict(self._homes)

    def stop(self) -> None:
        """Update no Home any more, whoever uses one meanwhile."""
        self._is_stopped = True
        if self.task:
            self.task.cancel()
