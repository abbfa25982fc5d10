"""Ready messages into Discord's channels over REST, and looking one up again by its marker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import discord
import structlog
from aiohttp import ClientError, ClientTimeout
from discord.http import HTTPClient, Route

from bot.domain.errors import PublishError
from bot.i18n import msg
from bot.platforms.discord import refusals
from bot.platforms.discord.pace import Pace
from bot.platforms.discord.plain import plain
from bot.services.ports import ChannelClosedError, LaterError, UnsureError

_CLOCKS_DIFFER = timedelta(hours=1)
_PAGES = 5  # of a hundred messages
_PATIENCE = ClientTimeout(total=10)  # for one attempt; discord.py makes up to five of them
_UNKNOWN_MESSAGE, _DELETED = 10008, "deleted"  # what stands for the id of a message that was deleted at once
_log = structlog.get_logger()


class _ContentRefusedError(Exception):
    """Discord refuses the message for what is in it."""


class _AlreadyDeletedError(Exception):
    """The message of this nonce arrived before, and somebody deleted it since."""


class DiscordPublisher:
    """Posts with the client's own HTTP side, which keeps each channel's rate limit; needs no gateway."""

    def __init__(self, http: HTTPClient) -> None:
        self._http, self._pace = http, Pace()

    async def publish(self, channel: str, payload: Mapping[str, Any], nonce: str) -> str:
        """Post a message and return its id; the nonce keeps it from being posted twice within minutes."""
        body = {**payload, "nonce": nonce, "enforce_nonce": True}
        try:
            return await self._post(_channel_id(channel), body)
        except _ContentRefusedError as error:
            _log.error("a message broke a limit of Discord's, its papers go out as links", channel=channel,
                       fault=str(error), body=json.dumps(payload, ensure_ascii=False))  # fmt: skip
            fault = str(error)
        try:
            return await self._post(_channel_id(channel), plain(body, fault))
        except _ContentRefusedError as error:
            raise ChannelClosedError(msg("Discord refused the message: {reason}.", reason=str(error)[:300])) from error

    async def edit(self, channel: str, message_id: str, payload: Mapping[str, Any]) -> None:
        """Put other embeds into a message of ours; one that is gone stays gone."""
        if message_id == _DELETED:
            return
        route = Route("PATCH", "/channels/{channel_id}/messages/{message_id}", channel_id=_channel_id(channel),
                      message_id=message_id)  # fmt: skip
        with suppress(_AlreadyDeletedError):
            try:
                await self._request(route, json={"embeds": payload["embeds"], "allowed_mentions": {"parse": []}})
            except _ContentRefusedError as error:
                raise PublishError(msg("Discord refused the message: {reason}.", reason=str(error)[:300])) from error

    async def find(self, channel: str, marker: str, since: datetime) -> str | None:
        """Return the id of the message with that marker, newest first and then from that time on.

        By the newest it is found even where our clock was wrong when it left.
        """
        edge = discord.utils.time_snowflake(since - _CLOCKS_DIFFER)
        reached = False
        async for page in self._history(channel, {}):
            if found := _marked(page, marker):
                return found
            reached = len(page) < 100 or min(int(message["id"]) for message in page) < edge
            if reached:
                return None
        async for page in self._history(channel, {"after": edge}):
            if found := _marked(page, marker):
                return found
        return None

    async def tell(self, closed: str, places: Sequence[str], text: str, nonce: str) -> None:
        """Say something where the server's moderators read, else where its news appear, else in one of the places."""
        server = closed.partition(":")[2].partition("/")[0]
        guild = await self._request(Route("GET", "/guilds/{guild_id}", guild_id=server))
        own = (guild.get("public_updates_channel_id"), guild.get("system_channel_id"))
        body = {"content": text, "allowed_mentions": {"parse": []}, "nonce": nonce, "enforce_nonce": True}
        for place in dict.fromkeys((*own, *map(_channel_id, places[:1]))):
            if place and place != _channel_id(closed):
                with suppress(ChannelClosedError):
                    await self._post(place, body)
                    return

    async def _post(self, channel_id: str, body: Mapping[str, Any]) -> str:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
        try:
            posted = await self._request(route, json=body)
        except _AlreadyDeletedError:
            return _DELETED
        return str(posted["id"])

    async def _history(self, channel: str, bound: dict[str, int]) -> AsyncIterator[list[dict[str, Any]]]:
        """Read a channel's newest messages backwards, or those `after` one forwards."""
        for _ in range(_PAGES):
            route = Route("GET", "/channels/{channel_id}/messages", channel_id=_channel_id(channel))
            page = await self._request(route, params={"limit": "100", **{name: str(id) for name, id in bound.items()}})
            yield page
            if len(page) < 100:
                return
            ids = [int(message["id"]) for message in page]
            bound = {"after": max(ids)} if "after" in bound else {"before": min(ids)}

    async def _request(self, route: Route, **arguments: Any) -> Any:
        await self._pace.turn()
        try:
            answer = await self._http.request(route, timeout=_PATIENCE, **arguments)
        except discord.HTTPException as error:
            if error.code == _UNKNOWN_MESSAGE:
                raise _AlreadyDeletedError from error
            if refusals.is_for_the_content(error):
                raise _ContentRefusedError(error.text) from error
            raise self._counted(error) from error
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

    def _counted(self, error: discord.HTTPException) -> PublishError:
        """Count a refusal against what Discord bears, and return what it means."""
        self._pace.refused(error.status)
        meaning = refusals.translated(error)
        if isinstance(meaning, LaterError) and meaning.everywhere:
            self._pace.rest(meaning.seconds)
        return meaning


def _marked(page: Sequence[Mapping[str, Any]], marker: str) -> str | None:
    for message in page:
        if f"#{marker}" in json.dumps([message["content"], message["embeds"]], ensure_ascii=False):
            return str(message["id"])
    return None


def _channel_id(channel: str) -> str:
    return channel.rpartition("/")[2]
