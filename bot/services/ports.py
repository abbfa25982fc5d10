"""What the services ask of the world: a clock, a platform that publishes, a platform that draws."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.domain.digest import Edition, Payload
from bot.domain.metadata import Metadata
from bot.domain.paper import Paper
from bot.i18n import Locale

Clock = Callable[[], datetime]
"""Returns the time as aware UTC."""

Fence = Callable[[], Awaitable[None]]
"""Is asked right before the bytes of a request that writes leave, each time anew; raises when they may not."""

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


class MetadataFinder(Protocol):
    """Tells what the world knows of a paper. Raises SourceError when it cannot."""

    async def look_up(self, source: str, by: str = "") -> Metadata:
        """Return what a link, an arXiv id or a DOI tells of its paper; over the network unless it is known.

        `by` is who asks, of whom few questions are under way at a time; nobody in particular waits for no one.
        """

    async def cached(self, source: str) -> Metadata | None:
        """Return what is known already, without the network."""


class Publisher(Protocol):
    """A platform that takes messages.

    Raises ChannelClosedError, UnknownOutcomeError, RetryLaterError or another PublishError.
    No request that writes leaves unless its `fence` lets it, and none is repeated in here. The platform surely
    remembers a nonce for `nonce_memory` seconds.
    """

    nonce_memory: float

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        """Post a message and return its id; the same nonce again while it holds posts nothing more.

        A message that the platform refuses for what is in it is posted more plainly.
        """

    async def edit(self, channel: str, message_id: str, payload: Payload, fence: Fence) -> None:
        """Put other content into a message of ours; one that is gone stays gone."""

    async def notify_curators(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        """Say something to the curators of a closed channel's server, there or in one of these other channels of it."""

    def command_name(self, command: str, locale: Locale) -> str:
        """Return what the platform calls one of our commands, `digest subscribe`, in a sentence of that language."""

    async def anchor(self, channel: str) -> str:
        """Return a moment that is surely before every message sent from now on, as the platform itself counts time."""

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        """Return the id of our message with that marker, among those since then; None when it surely is not there.

        Raises BlockedError where that cannot be told.
        """


class Renderer(Protocol):
    """A platform that draws editions."""

    def edition(self, edition: Edition, marker_of: Callable[[int], str]) -> tuple[Payload, ...]:
        """Return the messages that the edition is, ready to leave; each shows the marker of its position."""

    def redrawn(self, payload: Payload, paper: Paper, place: int, locale: Locale) -> Payload | None:
        """Return a message of an edition with its paper of that place (from 1) as it is now.

        None where nothing of the message changes.
        """


class Connection(Protocol):
    """A client of a platform, from its opening to its closing."""

    async def run(self, begin: Callable[[], None]) -> None:
        """Stay connected until the connection breaks for good; `begin` is called when something can be sent.

        Raises ConfigError when the platform refuses the token, UnreachableError, or whatever else broke it.
        """

    def deliver(self) -> None:
        """Begin to send what waits, if that does not go on already."""

    async def maintain(self) -> None:
        """Bring what was posted up to date, and tell the health check how the connection stands."""


class Platform(Protocol):
    """A chat that the bot lives in, as a process's life sees it."""

    @property
    def name(self) -> str:
        """Return how its channels begin: `discord`."""

    def connect(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a client that is not connected yet; it sees what it began through when it is given back."""

    def publishing(self) -> AbstractAsyncContextManager[Publisher]:
        """Lend what sends messages without a gateway.

        Raises ConfigError when the platform refuses the token, and UnreachableError.
        """
