"""Sends a writing request once: its fence is checked right before the bytes leave, and it is never repeated.

discord.py repeats a request after a 429, a 5xx and some lost connections, seconds later and without a check.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import discord
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from discord.http import json_or_text

from bot.domain.errors import UnknownOutcomeError
from bot.i18n import msg
from bot.platforms.discord import api_errors
from bot.services.digests.stopwatch import Stopwatch
from bot.services.ports import Fence

_FRESH = 5.0  # seconds for which the fence's answer counts: the process may be suspended after the check


class Body(BytesPayload):
    """A JSON body that awaits its fence first; aiohttp sends the headers together with the body's first byte."""

    def __init__(self, content: Mapping[str, Any], fence: Fence) -> None:
        super().__init__(json.dumps(content).encode(), content_type="application/json")
        self._fence = fence
        self.refusal: Exception | None = None

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Write the request, or raise and keep the reason as `refusal`, because aiohttp wraps what is raised here."""
        fence_time = Stopwatch(lambda: datetime.now(UTC))
        try:
            await self._fence()
            if not fence_time.within(_FRESH):
                raise UnknownOutcomeError(msg("The message was held up for too long; it is looked for first."))
        except Exception as error:
            self.refusal = error
            raise
        await super().write_with_length(writer, content_length)


async def send_once(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """Send a request for discord.py, raising the errors after which discord.py would repeat it."""
    try:
        response = await send(request)
    except OSError as error:
        raise UnknownOutcomeError(
            msg("Discord could not be reached: {reason}.", reason=type(error).__name__)
        ) from error
    if response.status == 429:
        raise api_errors.rate_limit_error(response, await json_or_text(response))
    if response.status >= 500:
        raise discord.DiscordServerError(response, await json_or_text(response))
    return response
