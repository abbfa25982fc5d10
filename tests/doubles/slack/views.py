"""Modals and Homes: opened by a trigger that expires, updated while they are open, and what was typed in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from time import monotonic

from .world import Json

_numbers = count(1)


@dataclass
class View:
    """A modal as its person sees it.

    `held` is what its inputs held when it was submitted, by the ids of block and action: an input that comes again
    under the same ids holds that still, and not what the app fills it with (slackapi/bolt-js#290).
    """

    id: str
    user: str
    content: Json
    held: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Return its blocks."""
        return list(self.content["blocks"])

    def shown(self) -> Json:
        """Return it as payloads have it."""
        return self.content | {"id": self.id, "type": self.content["type"], "hash": "1.a", "state": {"values": {}}}


@dataclass
class Views:
    """What is open, by person; `triggers` hold who may still open a modal, and until when.

    A trigger opens a modal for `patience` seconds, once.
    """

    modals: dict[str, View] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    triggers: dict[str, tuple[str, float]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    patience: float = 3.0

    def trigger(self, user: str) -> str:
        """Return a new trigger of a person's."""
        id = f"{next(_numbers)}.trigger.{user}"
        self.triggers[id] = user, monotonic() + self.patience
        return id

    def open(self, trigger: str, content: Json) -> View | None:
        """Open a modal; None when its trigger is too old."""
        user, until = self.triggers.pop(trigger, ("", 0.0))
        self.used.add(trigger)
        if monotonic() > until:
            return None
        view = self.modals[user] = View(f"V{next(_numbers)}", user, content)
        return view

    def publish(self, user: str, content: Json, known_hash: str | None) -> Json | None:
        """Publish a Home and return it with its hash; None when it is no longer the one with the known hash."""
        if known_hash and self.homes.get(user, {}).get("hash") != known_hash:
            return None
        self.homes[user] = content | {"id": f"V0HOME{user}", "hash": f"1.{next(_numbers)}"}
        return self.homes[user]

    def update(self, id: str, content: Json) -> View | None:
        """Update a modal; None when it was closed."""
        view = next((each for each in self.modals.values() if each.id == id), None)
        if view:
            view.content = content
        return view
