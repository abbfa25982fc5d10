"""A server that the bot was invited into, and whether it is served there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ServerState = Literal["allowed", "waiting", "refused"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server; `id` is `discord:<server id>`, `since` when it came into its state (None where settings name it)."""

    id: str
    name: str
    state: ServerState
    since: datetime | None

    @property
    def number(self) -> str:
        """Return the id as the platform shows it."""
        return self.id.partition(":")[2]
