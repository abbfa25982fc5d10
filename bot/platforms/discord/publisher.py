"""Posts rendered messages to Discord's channels over REST, and finds one again by its marker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import structlog
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from discord.http import HTTPClient

from bot.domain.errors import BlockedError, ChannelClosedError, PublishError, UnknownOutcomeError
from bot.domain.text import clip
from bot.i18n import Locale, msg
from bot.platforms.discord.command_names import CommandNames
from bot.platforms.discord.fallback import as_links
from bot.platforms.discord.message_search import MessageSearch
from bot.platforms.discord.rate_limit import GlobalRateLimit
from bot.platforms.discord.render import CONTENT
from bot.platforms.discord.rest import AlreadyDeletedError, ContentRefusedError, RestClient
from bot.platforms.discord.server_time import ServerTime
from bot.platforms.discord.single_request import send_once
from bot.services.ports import Fence

_DELETED = "deleted"  # stands for the id of a message that was deleted right after it arrived
_log = structlog.get_logger()


class DiscordPublisher:
    """Posts with the client's HTTP side, which keeps each channel's rate limit; needs no gateway."""

    # Discord checks nonces of "the past few minutes" (documentation of Create Message); a minute is well within that.
    nonce_memory = 60.0

    def __init__(
        self, http: HTTPClient, names: CommandNames | None = None, rate_limit: GlobalRateLimit | None = None
    ) -> None:
        self._names = names or CommandNames()
        self._rest, self._time = RestClient(http, rate_limit or GlobalRateLimit()), ServerTime()
        self._history = MessageSearch(self._rest)
        self._time_lock = asyncio.Lock()
        # when Discord last did not answer, and the error
        self._silence: tuple[float, UnknownOutcomeError] | None = None

    async def publish(self, channel: str, payload: Mapping[str, Any], nonce: str, fence: Fence) -> str:
        """Post a message and return its id; its nonce keeps it from being posted twice within minutes."""
        body = {**payload, "nonce": nonce, "enforce_nonce": True}
        try:
            return await self._post(_channel_id(channel), body, fence)
        except ContentRefusedError as error:
            _log.error(
                "a message broke a limit of Discord's, its papers go out as links",
                channel=channel,
                fault=str(error),
            )
            fault = str(error)
        try:
            return await self._post(_channel_id(channel), as_links(body, fault), fence)
        except ContentRefusedError as error:
            raise BlockedError(_refused(error).message) from error

    async def edit(self, channel: str, message_id: str, payload: Mapping[str, Any], fence: Fence) -> None:
        """Replace the text and the embeds of a message of ours; a deleted message is left alone."""
        if message_id == _DELETED:
            return
        content = {name: payload[name] for name in ("content", "embeds", "allowed_mentions")}
        with suppress(AlreadyDeletedError):
            try:
                await self._rest.write(
                    "PATCH",
                    "/channels/{channel_id}/messages/{message_id}",
                    content,
                    fence,
                    channel_id=_channel_id(channel),
                    message_id=message_id,
                )
            except ContentRefusedError as error:
                raise _refused(error) from error

    async def notify_curators(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        """Send a text to the server's channel for moderators, else to its system channel, else to one of `places`."""
        guild = await self._rest.read("/guilds/{guild_id}", guild_id=_server_id(closed))
        system_channels = (guild.get("public_updates_channel_id"), guild.get("system_channel_id"))
        body = {
            "content": clip(text, CONTENT),
            "allowed_mentions": {"parse": []},
            "nonce": nonce,
            "enforce_nonce": True,
        }
        for place in dict.fromkeys((*system_channels, *map(_channel_id, places[:1]))):
            if place and place != _channel_id(closed):
                with suppress(ChannelClosedError):
                    await self._post(place, body, fence)
                    return

    async def tell(self, person: str, payload: Mapping[str, Any], nonce: str) -> None:
        """Send a direct message; its nonce keeps it from being sent twice within minutes."""
        try:
            direct = await self._rest.write(
                "POST", "/users/@me/channels", {"recipient_id": person.partition(":")[2]}, _unfenced
            )
            await self._post(direct["id"], {**payload, "nonce": nonce, "enforce_nonce": True}, _unfenced)
        except ContentRefusedError as error:
            raise _refused(error) from error

    def command_name(self, command: str, locale: Locale) -> str:
        """Return the mention that Discord shows for one of our commands."""
        return self._names.name(command, locale)

    async def anchor(self, channel: str) -> str:
        """Return an id of Discord's that is older than every later message; Discord is asked only every ten minutes."""
        began = monotonic()
        async with self._time_lock:
            if snowflake := self._time.recent_id:
                return str(snowflake)
            if self._silence and self._silence[0] > began:  # a task that waited for that answer shares its error
                raise self._silence[1]
            try:
                place = await self._rest.read(
                    "/channels/{channel_id}", middlewares=(send_once, self._learn_time), channel_id=_channel_id(channel)
                )
            except UnknownOutcomeError as error:
                self._silence = monotonic(), error
                raise
            return str(self._time.recent_id or place["last_message_id"] or place["id"])

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        """Return the id of our message with that marker after the anchor; None when it is not there."""
        return await self._history.find(_server_id(channel), _channel_id(channel), marker, int(anchor))

    async def _post(self, channel_id: str, body: Mapping[str, Any], fence: Fence) -> str:
        try:
            posted = await self._rest.write(
                "POST", "/channels/{channel_id}/messages", body, fence, channel_id=channel_id
            )
        except AlreadyDeletedError:
            return _DELETED
        self._time.learn_from_id(posted["id"])
        return str(posted["id"])

    async def _learn_time(self, request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
        response = await send(request)
        if response.status == 200:  # an answer of a proxy has the proxy's time
            with suppress(ValueError):
                self._time.learn_from_headers(response.headers)
        return response


async def _unfenced() -> None:
    """Let a direct message leave unchecked: it is sent once, by whoever decided."""


def _refused(error: ContentRefusedError) -> PublishError:
    return PublishError(msg("Discord refused the message: {reason}.", reason=str(error)[:300]))


def _channel_id(channel: str) -> str:
    return channel.rpartition("/")[2]


def _server_id(channel: str) -> str:
    return channel.partition(":")[2].partition("/")[0]
