"""Maps Discord's error responses to what a delivery does next: pause, retry later, or check whether it arrived.

A response without one of Discord's error codes comes from a proxy or Cloudflare and says nothing about the channel.
"""

from __future__ import annotations

from typing import Any

import discord

from bot.domain.errors import ChannelClosedError, PublishError, RetryLaterError, UnknownOutcomeError
from bot.i18n import Message, msg

_SHUT_OUT = 600.0  # seconds of rest when Discord, or a proxy before it, refuses all requests
_SHORT_REST, _LONGEST_REST = 60.0, 3600.0  # seconds of rest if none is given, and at most
_CLOSED: dict[int, Message] = {
    10003: msg("The channel no longer exists."),
    10004: msg("The bot is no longer in the server; invite it again."),
    50001: msg("The bot cannot see the channel; give it “View Channel”."),
    50013: msg("The bot may not post there; give it “Send Messages” and “Embed Links”."),
    50083: msg("The thread is locked; unlock it or choose another channel."),
    160005: msg("The thread is locked; unlock it or choose another channel."),
    50007: msg("They take no direct messages from the bot."),
    50008: msg("This kind of channel takes no messages; choose a text channel, or a post of the forum."),
}


def publish_error(error: discord.HTTPException) -> PublishError:
    """Return the error that tells a delivery what to do after a refusal."""
    if error.status >= 500 or error.status == 408:
        return UnknownOutcomeError(msg("Discord answered {status}.", status=error.status))
    if error.status == 429:
        return rate_limit_error(error.response, None)
    if error.status == 401:
        return RetryLaterError(
            msg("Discord does not accept DISCORD_TOKEN; copy the token again from the application's Bot page."),
            _SHUT_OUT,
            is_global=True,
        )
    if error.code in _CLOSED:
        return ChannelClosedError(_CLOSED[error.code])
    reason = f"{error.status} {error.text}" if error.code else str(error.status)
    return PublishError(msg("Discord answered {status}.", status=reason[:300]))


def rate_limit_error(response: Any, data: dict[str, Any] | str | None) -> RetryLaterError:
    """Return a 429 as the wait that it asks for; one without `Via` is not Discord's and holds for all requests."""
    answer = data if isinstance(data, dict) else {}
    is_discords = bool(response.headers.get("Via"))
    requested = _seconds(answer.get("retry_after", response.headers.get("Retry-After")))
    seconds = requested if requested is not None else _SHORT_REST if is_discords else _SHUT_OUT
    return RetryLaterError(
        msg("Discord answered {status}.", status=429), seconds, is_global=not is_discords or bool(answer.get("global"))
    )


def is_for_the_content(error: discord.HTTPException) -> bool:
    """Return whether Discord refuses the message because of its content, not its channel."""
    return error.status in (400, 413) and error.code not in (0, *_CLOSED)


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds <= _LONGEST_REST else None
