"""What a trial needs of a platform: its double with five channels, posters for it, and what arrived there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any, Literal, Protocol

from bot.services.ports import Renderer
from trials.outbox import OpenMessage

Arrival = Literal["unsent", "on its way", "refused", "applied", "answered"]


class Hits(Protocol):
    """A fault that counts the requests it affected."""

    hits: int


class Platform(Protocol):
    """A platform under trial; `run` and `messages` are the seconds and messages of an undisturbed run, roughly."""

    name: str
    run: float
    messages: int
    channels: Sequence[str]
    renderer: Renderer

    def open(self, dice: Random) -> AbstractAsyncContextManager[Stage]:
        """Start the platform's double with the channels of the store."""


class Stage(Protocol):
    """A platform's double in one run."""

    def poster(self, store: Path, *, ahead: float, room: int | None) -> ForkServerProcess:
        """Start `dayori post`; its clock is `ahead` by seconds, and its files may grow by `room` bytes."""

    def bot(self, store: Path) -> ForkServerProcess:
        """Start `dayori run`."""

    def fault(self, **how: Any) -> Hits:
        """Make posts fail."""

    def heal(self) -> None:
        """End all faults."""

    def talk(self, times: int) -> None:
        """Let people write that many messages into every channel."""

    def forget(self) -> None:
        """Let the platform forget what only a short memory would keep from being posted twice."""

    def arrived(self) -> list[list[str]]:
        """Return the ids of the papers that arrived, channel by channel."""

    def arrival(self, channel: str, message: OpenMessage) -> Arrival:
        """Return what became of a message that is recorded as being sent."""
