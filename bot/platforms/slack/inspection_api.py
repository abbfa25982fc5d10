"""Questions of `dayori doctor` to Slack, which wait out a short rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import RetryLaterError
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import TokenRefusedError

_LONGEST_REST = 10.0  # seconds of rate limits that are waited out for one question
_SHORTEST_REST = 0.1  # seconds that each counts at least, so that they come to an end


async def read(api: SlackApi, method: str, **arguments: str) -> Mapping[str, Any]:
    """Return Slack's answer, after short rate limits. Raises PublishError."""
    rested = 0.0
    while True:
        try:
            return await api.read(method, **arguments)
        except TokenRefusedError:
            raise
        except RetryLaterError as error:
            rested += max(error.seconds, _SHORTEST_REST)
            if rested > _LONGEST_REST:
                raise
            await asyncio.sleep(error.seconds)
