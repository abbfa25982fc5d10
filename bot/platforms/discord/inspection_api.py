"""Reads Discord's REST API once a request, waits out short rate limits, and tells Discord's time."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp
import discord
from discord.http import json_or_text

from bot.domain.errors import PublishError, UnreachableError
from bot.i18n import Message, msg
from bot.platforms.discord import api_errors
from bot.services.ports import NoteTime
from bot.sources.connection_errors import reason_of, remedy_of
from bot.sources.proxy import proxy_for

_PATIENCE = aiohttp.ClientTimeout(total=10)  # per request
_AT_ONCE = 5
_LONGEST_REST = 10.0  # seconds of a rate limit that is waited out
_ATTEMPTS = 3
_AGENT = "DiscordBot (https://github.com/Rapptz/discord.py, {version}) ronbun-dayori"


class TokenRefusedError(PublishError):
    """Discord does not accept the token."""


class InspectionApi:
    """A session that only reads; `remedy` tells what to do after the last request that was not answered."""

    def __init__(self, url: str, token: str, note_time: NoteTime) -> None:
        self._url, self._note_time = url.rstrip("/"), note_time
        self._headers = {"Authorization": f"Bot {token}", "User-Agent": _AGENT.format(version=discord.__version__)}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.remedy: Message = _LATER

    async def __aenter__(self) -> Self:
        proxy = proxy_for(self._url)
        self._proxy = proxy.url if proxy else None
        self._session = aiohttp.ClientSession(timeout=_PATIENCE, headers=self._headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def read(self, path: str) -> Any:
        """Return Discord's answer. Raises TokenRefusedError, ChannelClosedError and other PublishErrors."""
        for _ in range(_ATTEMPTS):
            async with self._turns:
                status, answer, rest = await self._request(path)
                if rest is None:
                    break
                await asyncio.sleep(rest)
        if status != 200 or isinstance(answer, str):
            raise PublishError(msg("Discord answered {status}.", status=status))
        return answer

    async def _request(self, path: str) -> tuple[int, Any, float | None]:
        """Return status, content and, after a 429, how long to rest."""
        try:
            async with self._session.get(self._url + path, proxy=self._proxy, allow_redirects=False) as response:
                self._note_time("Discord", response.headers.get("Date", ""))
                content = await json_or_text(response)
                if response.status == 429:
                    return 429, content, self._rest(response, content)
                if response.status >= 400:
                    raise _error(response, content)
                return response.status, content, None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            self.remedy = remedy_of(error)
            raise UnreachableError(msg("Discord could not be reached: {reason}.", reason=reason_of(error))) from error

    def _rest(self, response: aiohttp.ClientResponse, content: Any) -> float | None:
        limit = api_errors.rate_limit_error(response, content)
        return limit.seconds if limit.seconds <= _LONGEST_REST else None


def _error(response: aiohttp.ClientResponse, content: Any) -> PublishError:
    if response.status == 401:
        return TokenRefusedError(msg("Discord does not accept DISCORD_TOKEN."))
    return api_errors.publish_error(discord.HTTPException(response, content))


_LATER = msg("Run dayori doctor again later; status.discord.com tells of Discord's troubles.")
