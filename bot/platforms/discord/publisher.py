"""Ready messages into Discord's channels over REST, and looking one up again by its marker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import discord
from aiohttp import ClientError
from discord.http import HTTPClient, Route

from bot.domain.errors import PublishError
from bot.i18n import msg
from bot.services.ports import ChannelClosedError, UnsureError

_CLOCKS_DIFFER = timedelta(minutes=2)
_MOST_SEARCHED = 500
_UNKNOWN_MESSAGE = 10008


class _AlreadyDeletedError(Exception):
    """The message of this nonce arrived before, and somebody deleted it since."""


class DiscordPublisher:
    """Posts with the client's own HTTP side, which keeps Discord's rate limits; needs no gateway."""

    def __init__(self, http: HTTPClient) -> None:
        self._http = http

    async def publish(self, channel: str, payload: Mapping[str, Any], nonce: str) -> str:
        """Post a message and return its id; the nonce keeps it from being posted twice within minutes."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=_channel_id(channel))
        body = {**payload, "nonce": nonce, "enforce_nonce": True}
        try:
            posted = await self._request(route, json=body)
        except _AlreadyDeletedError:
            return "deleted"
        return str(posted["id"])

    async def find(self, channel: str, marker: str, since: datetime) -> str | None:
        """Return the id of the message with that marker among those posted since then."""
        after = discord.utils.time_snowflake(since - _CLOCKS_DIFFER)
        for _ in range(_MOST_SEARCHED // 100):
            route = Route("GET", "/channels/{channel_id}/messages", channel_id=_channel_id(channel))
            page = await self._request(route, params={"after": str(after), "limit": "100"})
            for message in page:
                if f"#{marker}" in json.dumps([message["content"], message["embeds"]], ensure_ascii=False):
                    return str(message["id"])
            if len(page) < 100:
                break
            after = max(int(message["id"]) for message in page)
        return None

    async def _request(self, route: Route, **arguments: Any) -> Any:
        try:
            return await self._http.request(route, **arguments)
        except (discord.Forbidden, discord.NotFound) as error:
            if error.code == _UNKNOWN_MESSAGE:
                raise _AlreadyDeletedError from error
            raise ChannelClosedError(_why_closed(error)) from error
        except discord.DiscordServerError as error:
            raise UnsureError(msg("Discord answered {status}.", status=error.status)) from error
        except (discord.HTTPException, discord.RateLimited) as error:
            raise PublishError(msg("Discord refused the message: {reason}.", reason=str(error))) from error
        except (ClientError, OSError, TimeoutError) as error:
            raise UnsureError(msg("Discord could not be reached: {reason}.", reason=type(error).__name__)) from error


def _channel_id(channel: str) -> str:
    return channel.rpartition("/")[2]


def _why_closed(error: discord.HTTPException) -> Any:
    match error.code:
        case 10003 | 10004:
            return msg("The channel is gone.")
        case 50001:
            return msg("The bot cannot see the channel; give it “View Channel”.")
        case 50013:
            return msg("The bot may not post there; give it “Send Messages” and “Embed Links”.")
        case _:
            return msg("Discord does not let the bot post there: {reason}.", reason=error.text)
