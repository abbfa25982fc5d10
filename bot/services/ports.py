"""Protocols of what the services need from outside: a clock, and platforms that render, publish and connect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.digest import Edition, Payload
from bot.domain.metadata import Metadata
from bot.domain.paper import Paper
from bot.i18n import Locale, Message
from bot.services.check import Check

Clock = Callable[[], datetime]
"""Returns the time as aware UTC."""

Fence = Callable[[], Awaitable[None]]
"""Awaited right before the bytes of a writing request leave, each time; raises to stop the request."""

Progress = Callable[[int, int], None]
"""Called with how many of how many are done."""

NoteTime = Callable[[str, str], None]
"""Called with a server's name and the `Date` header of its answer, right when that has come."""

MayRequest = Callable[[str], Awaitable[bool]]
"""Returns whether a host to which a redirect leads may be requested now."""


class MetadataFinder(Protocol):
    """Looks up a paper's metadata. Raises SourceError when it cannot."""

    async def look_up(self, source: str, by: str = "") -> Metadata:
        """Return the metadata of a link, an arXiv id or a DOI, from the network unless it is cached.

        `by` is the person who asks; a person has only a few look-ups at a time, and an empty `by` has no limit.
        """

    async def cached(self, source: str) -> Metadata | None:
        """Return cached metadata, without the network."""


class Publisher(Protocol):
    """Sends messages to a platform.

    Raises ChannelClosedError, UnknownOutcomeError, RetryLaterError or another PublishError. Every writing request
    awaits its `fence` first and is never repeated here; the caller decides on retries. The platform surely remembers a
    nonce for `nonce_memory` seconds; 0 where it has no nonces.
    """

    nonce_memory: float

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        """Post a message and return its id; while the platform remembers the nonce, the same nonce posts nothing more.

        If the platform refuses the content, a plainer version of the message is posted.
        """

    async def edit(self, channel: str, message_id: str, payload: Payload, fence: Fence) -> None:
        """Replace the content of a message of ours; a deleted message is left alone."""

    async def notify_curators(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        """Send a text to the curators of a closed channel's server, in person or in another channel (`places`)."""

    async def tell(self, person: str, payload: Payload, nonce: str) -> None:
        """Send a message to one person alone (`<platform>:<id>`); no fence holds it back.

        Raises ChannelClosedError for a person who takes no messages from the bot.
        """

    def command_name(self, command: str, locale: Locale) -> str:
        """Return the platform's name for one of our commands (`digest subscribe`), for a sentence in that language.

        Empty where the platform has no such command.
        """

    async def anchor(self, channel: str) -> str:
        """Return a point in the channel's history, in the platform's order, that precedes every later message."""

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        """Return the id of our message with that marker after the anchor; None when it surely is not there.

        Raises BlockedError where the channel cannot be read.
        """


class Renderer(Protocol):
    """Renders editions for a platform."""

    def edition(self, edition: Edition, marker_of: Callable[[int], str]) -> tuple[Payload, ...]:
        """Return the edition's messages, ready to send; each carries the marker of its position."""

    def redrawn(
        self, payload: Payload, paper: Paper, place: int, locale: Locale, *, is_removed: bool = False
    ) -> Payload | None:
        """Return an edition's message with the current version of its paper at that place (counted from 1).

        Instead of a removed paper it tells that it was removed. Returns None when nothing in the message changes.
        """

    def notice(self, message: Message, paper: Paper, locale: Locale) -> Payload:
        """Return a message to one person about a paper, ready to send."""


class Connection(Protocol):
    """A client of a platform, from opening to closing."""

    async def run(self, begin: Callable[[], None]) -> None:
        """Stay connected until the connection breaks for good; call `begin` when messages can be sent.

        Raises ConfigError when the platform refuses the token, UnreachableError, or whatever else broke it.
        """

    @property
    def latency(self) -> float | None:
        """Return the seconds that the gateway took to answer the last heartbeat; None where it has none."""

    def deliver(self) -> None:
        """Start sending open editions, unless that is running already."""

    def stop_delivering(self) -> None:
        """Leave open editions to another process."""

    async def update_messages(self) -> None:
        """Let posted messages follow the edits of their papers."""

    async def heartbeat(self) -> None:
        """Record the connection's state for the health check."""


class Platform(Protocol):
    """A chat platform, as the runner sees it."""

    @property
    def name(self) -> str:
        """Return the prefix of its channels, such as `discord`."""

    @property
    def delivery_job(self) -> str:
        """Return the name of the job of sending everything with its token, which one process does for all."""

    def connect(self) -> AbstractAsyncContextManager[Connection]:
        """Yield a client that is not connected yet; on exit it finishes what it started."""

    def publishing(self) -> AbstractAsyncContextManager[Publisher]:
        """Yield a publisher that needs no gateway connection.

        Raises ConfigError when the platform refuses the token, and UnreachableError.
        """


class DigestChannel(NamedTuple):
    """A channel that is to receive the digest: its subscription's name, and its address."""

    name: str
    channel: str


class Inspector(Protocol):
    """Looks at a platform's side of the installation for `dayori doctor`, and changes nothing there."""

    @property
    def name(self) -> str:
        """Return the prefix of the platform's channels, such as `discord`."""

    def offline_checks(self) -> Iterable[Check]:
        """Return what can be said of the tokens and of what is installed without the network."""

    def online_checks(self, channels: Sequence[DigestChannel], note_time: NoteTime) -> AsyncIterator[Check]:
        """Yield what the platform answers on its tokens, on the app and on each of these channels."""
