"""The last check before a message leaves: nothing goes to a server that is not served."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.digest import Payload
from bot.domain.errors import RetryLaterError
from bot.i18n import Locale
from bot.services.ports import Fence, Publisher
from bot.services.servers import Servers

_LATER = 600.0  # seconds; allowing a server makes its editions due at once, so this only keeps the log quiet


class ServedPublisher:
    """A publisher that postpones everything for servers that are not served, so nothing is lost."""

    def __init__(self, publisher: Publisher, servers: Servers) -> None:
        self._publisher, self._servers = publisher, servers
        self.nonce_memory = publisher.nonce_memory

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        """Post a message and return its id. Raises RetryLaterError where the server is not served."""
        await self._require(channel)
        return await self._publisher.publish(channel, payload, nonce, fence)

    async def edit(self, channel: str, message_id: str, payload: Payload, fence: Fence) -> None:
        """Replace the content of a message of ours. Raises RetryLaterError where the server is not served."""
        await self._require(channel)
        await self._publisher.edit(channel, message_id, payload, fence)

    async def notify_curators(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        """Send a text to the curators of a channel's server. Raises RetryLaterError where it is not served."""
        await self._require(closed)
        await self._publisher.notify_curators(closed, places, text, nonce, fence)

    async def tell(self, person: str, payload: Payload, nonce: str) -> None:
        """Send a message to one person alone, who belongs to no single server."""
        await self._publisher.tell(person, payload, nonce)

    def command_name(self, command: str, locale: Locale) -> str:
        """Return the platform's name for one of our commands."""
        return self._publisher.command_name(command, locale)

    async def anchor(self, channel: str) -> str:
        """Return a point before every later message. Raises RetryLaterError where the server is not served."""
        await self._require(channel)
        return await self._publisher.anchor(channel)

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        """Return the id of our message with that marker. Raises RetryLaterError where the server is not served."""
        await self._require(channel)
        return await self._publisher.find(channel, marker, anchor)

    async def _require(self, channel: str) -> None:
        if not (await self._servers.served()).has(channel):
            raise RetryLaterError(self._servers.refusal(channel), _LATER, is_global=False)
