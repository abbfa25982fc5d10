"""Sends a writing request once and never repeats it.

discord.py repeats a request after a 429, a 5xx and some lost connections, seconds later and without a check.
"""

from __future__ import annotations

import discord
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from discord.http import json_or_text

from bot.domain.errors import UnknownOutcomeError
from bot.i18n import msg
from bot.platforms.discord import api_errors
from bot.platforms.discord.rest_proxy import is_made_by_proxy


async def send_once(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """Send a request for discord.py, raising the errors after which discord.py would repeat it."""
    try:
        response = await send(request)
    except OSError as error:
        raise UnknownOutcomeError(
            msg("Discord could not be reached: {reason}.", reason=type(error).__name__)
        ) from error
    if is_made_by_proxy(response):
        raise UnknownOutcomeError(msg("Discord answered {status}.", status=response.status))
    if response.status == 429:
        raise api_errors.rate_limit_error(response, await json_or_text(response))
    if response.status >= 500:
        raise discord.DiscordServerError(response, await json_or_text(response))
    return response
