"""A server that the bot is in, and whether it is served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ServerState = Literal["allowed", "waiting", "refused"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server; `id` is `discord:<server id>`, `since` the time of its state (None if the settings name it)."""

    id: str
    name: str
    state: ServerState
    since: datetime | None

    @property
    def number(self) -> str:
        """Return the id without the platform's prefix."""
        return self.id.partition(":")[2]
