"""Ready messages into Discord's channels over REST, and looking one up again by its marker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import discord
import structlog
from aiohttp import ClientError, ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse, ClientTimeout
from discord.http import HTTPClient, Route

from bot.domain.errors import PublishError
from bot.i18n import msg
from bot.platforms.discord import refusals
from bot.platforms.discord.attempt import Body, once
from bot.platforms.discord.discord_time import DiscordTime
from bot.platforms.discord.pace import Pace
from bot.platforms.discord.plain import plain
from bot.platforms.discord.rights import THREADS, granted
from bot.services.ports import BlockedError, ChannelClosedError, Fence, LaterError, UnfinishedSearchError, UnsureError

_PAGES = 100  # of a hundred messages: a few seconds of a search, which goes on from there the next time
_PATIENCE = ClientTimeout(total=10)  # for one attempt
_UNKNOWN_MESSAGE, _DELETED = 10008, "deleted"  # what stands for the id of a message that was deleted at once
_BLIND = {
    "view_channel": msg("A message may have arrived, and the bot cannot look; give it “View Channel”."),
    "read_message_history": msg("A message may have arrived, and the bot cannot look; give it “Read Message History”."),
}
_log = structlog.get_logger()


class _ContentRefusedError(Exception):
    """Discord refuses the message for what is in it."""


class _AlreadyDeletedError(Exception):
    """The message of this nonce arrived before, and somebody deleted it since."""


class DiscordPublisher:
    """Posts with the client's own HTTP side, which keeps each channel's rate limit; needs no gateway."""

    def __init__(self, http: HTTPClient) -> None:
        self._http, self._pace, self._time = http, Pace(), DiscordTime()
        self._asking_the_time = asyncio.Lock()
        self._user: str | None = None

    async def publish(self, channel: str, payload: Mapping[str, Any], nonce: str, fence: Fence) -> str:
        """Post a message and return its id; the nonce keeps it from being posted twice within minutes."""
        body = {**payload, "nonce": nonce, "enforce_nonce": True}
        try:
            return await self._post(_channel_id(channel), body, fence)
        except _ContentRefusedError as error:
            _log.error("a message broke a limit of Discord's, its papers go out as links", channel=channel,
                       fault=str(error), body=json.dumps(payload, ensure_ascii=False))  # fmt: skip
            fault = str(error)
        try:
            return await self._post(_channel_id(channel), plain(body, fault), fence)
        except _ContentRefusedError as error:
            raise _refused(error) from error

    async def edit(self, channel: str, message_id: str, payload: Mapping[str, Any], fence: Fence) -> None:
        """Put other embeds into a message of ours; one that is gone stays gone."""
        if message_id == _DELETED:
            return
        route = Route("PATCH", "/channels/{channel_id}/messages/{message_id}", channel_id=_channel_id(channel),
                      message_id=message_id)  # fmt: skip
        with suppress(_AlreadyDeletedError):
            try:
                await self._write(route, {"embeds": payload["embeds"], "allowed_mentions": {"parse": []}}, fence)
            except _ContentRefusedError as error:
                raise _refused(error) from error

    async def anchor(self, channel: str) -> str:
        """Return an id of Discord's that is older than what leaves from now on; asks Discord at most now and then."""
        async with self._asking_the_time:
            if lately := self._time.lately:
                return str(lately)
            place = await self._read(
                "/channels/{channel_id}", middlewares=(self._hear,), channel_id=_channel_id(channel)
            )
            return str(self._time.lately or place["last_message_id"] or place["id"])

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        """Return the id of the message with that marker, oldest first from that id on.

        To whoever may not read it Discord gives a history without messages.
        """
        await self._require_history(channel)
        async for page in self._history(channel, int(anchor)):
            if found := _marked(page, marker):
                return found
        await self._require_history(channel)
        return None

    async def tell(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        """Say something where the server's moderators read, else where its news appear, else in one of the places."""
        guild = await self._read("/guilds/{guild_id}", guild_id=_server_id(closed))
        own = (guild.get("public_updates_channel_id"), guild.get("system_channel_id"))
        body = {"content": text, "allowed_mentions": {"parse": []}, "nonce": nonce, "enforce_nonce": True}
        for place in dict.fromkeys((*own, *map(_channel_id, places[:1]))):
            if place and place != _channel_id(closed):
                with suppress(ChannelClosedError):
                    await self._post(place, body, fence)
                    return

    async def _post(self, channel_id: str, body: Mapping[str, Any], fence: Fence) -> str:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
        try:
            posted = await self._write(route, body, fence)
        except _AlreadyDeletedError:
            return _DELETED
        self._time.hear_id(posted["id"])
        return str(posted["id"])

    async def _history(self, channel: str, after: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Read a channel's messages after one forwards. Raises UnfinishedSearchError when there are too many."""
        for _ in range(_PAGES):
            page = await self._read("/channels/{channel_id}/messages", channel_id=_channel_id(channel),
                                    params={"limit": "100", "after": str(after)})  # fmt: skip
            if not page:
                return
            yield page
            after = max(int(message["id"]) for message in page)
        raise UnfinishedSearchError(
            msg("A message may have arrived, and more than {n} messages were written since; the search goes on.",
                n=_PAGES * 100), str(after))  # fmt: skip

    async def _require_history(self, channel: str) -> None:
        """Raise BlockedError naming the permission without which a search of the channel finds nothing."""
        self._user = self._user or (await self._read("/users/@me"))["id"]
        place = await self._read("/channels/{channel_id}", channel_id=_channel_id(channel))
        if place["type"] in THREADS:
            place = await self._read("/channels/{channel_id}", channel_id=place["parent_id"])
        server = _server_id(channel)
        guild = await self._read("/guilds/{guild_id}", guild_id=server)
        member = await self._read("/guilds/{guild_id}/members/{user_id}", guild_id=server, user_id=self._user)
        rights = granted(guild, member, place)
        for name, why in _BLIND.items():
            if not getattr(rights, name):
                raise BlockedError(why)

    async def _hear(self, request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
        response = await send(request)
        with suppress(ValueError):
            self._time.hear_headers(response.headers)
        return response

    async def _read(self, path: str, *, params: Mapping[str, str] | None = None,
                    middlewares: Sequence[ClientMiddlewareType] = (), **ids: str) -> Any:  # fmt: skip
        try:
            return await self._request(Route("GET", path, **ids), params=params, middlewares=middlewares)
        except (_ContentRefusedError, _AlreadyDeletedError) as error:
            raise PublishError(msg("Discord's answer could not be read.")) from error

    async def _write(self, route: Route, content: Mapping[str, Any], fence: Fence) -> Any:
        body = Body(content, fence)
        try:
            return await self._request(route, data=body, middlewares=(once,), allow_redirects=False)
        except PublishError as error:
            raise body.refusal or error from error

    async def _request(self, route: Route, **arguments: Any) -> Any:
        await self._pace.turn()
        try:
            answer = await self._http.request(route, timeout=_PATIENCE, **arguments)
        except LaterError as error:
            raise self._counted(429, error) from error
        except discord.HTTPException as error:
            if error.code == _UNKNOWN_MESSAGE:
                raise _AlreadyDeletedError from error
            if refusals.is_for_the_content(error):
                raise _ContentRefusedError(error.text) from error
            raise self._counted(error.status, refusals.translated(error)) from error
        except discord.RateLimited as error:
            raise LaterError(
                msg("Discord answered {status}.", status=429), error.retry_after, everywhere=False
            ) from error
        except (ClientError, OSError, TimeoutError) as error:
            raise UnsureError(msg("Discord could not be reached: {reason}.", reason=type(error).__name__)) from error
        except ValueError as error:
            raise UnsureError(msg("Discord's answer could not be read.")) from error
        if isinstance(answer, str):
            raise UnsureError(msg("Discord's answer could not be read."))
        return answer

    def _counted(self, status: int, meaning: PublishError) -> PublishError:
        """Count a refusal against what Discord bears, and return what it means."""
        self._pace.refused(status)
        if isinstance(meaning, LaterError) and meaning.everywhere:
            self._pace.rest(meaning.seconds)
        return meaning


def _refused(error: _ContentRefusedError) -> PublishError:
    return PublishError(msg("Discord refused the message: {reason}.", reason=str(error)[:300]))


def _marked(page: Sequence[Mapping[str, Any]], marker: str) -> str | None:
    for message in page:
        if f"#{marker}" in json.dumps([message["content"], message["embeds"]], ensure_ascii=False):
            return str(message["id"])
    return None


def _channel_id(channel: str) -> str:
    return channel.rpartition("/")[2]


def _server_id(channel: str) -> str:
    return channel.partition(":")[2].partition("/")[0]
