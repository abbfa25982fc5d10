"""What Discord's refusals mean for a delivery: mend something, come later, or nobody knows whether it arrived."""

from __future__ import annotations

import discord

from bot.domain.errors import PublishError
from bot.i18n import Message, msg
from bot.services.ports import ChannelClosedError, LaterError, UnsureError

_SHUT_OUT = 600.0  # seconds of rest when Discord or what stands before it wants nothing more of us
_LOCKED = (50083, 160005)


def translated(error: discord.HTTPException) -> PublishError:
    """Return a refusal as the error that tells a delivery what to do."""
    if error.status >= 500:
        return UnsureError(msg("Discord answered {status}.", status=error.status))
    if error.status == 401:
        return LaterError(
            msg("Discord does not accept DISCORD_TOKEN; copy the token again from the application's Bot page."),
            _SHUT_OUT,
            everywhere=True,
        )
    if error.status == 429:
        is_cloudflare = not error.response.headers.get("Via")
        return LaterError(msg("Discord answered {status}.", status=429), _SHUT_OUT if is_cloudflare else 60.0,
                          everywhere=is_cloudflare)  # fmt: skip
    return ChannelClosedError(_why_closed(error))


def is_for_the_content(error: discord.HTTPException) -> bool:
    """Tell whether the message is refused for what is in it, and not for where it goes."""
    return error.status in (400, 413) and error.code not in (*_LOCKED, 50008)


def _why_closed(error: discord.HTTPException) -> Message:
    match error.code:
        case 10003:
            return msg("The channel is gone.")
        case 10004:
            return msg("The bot is no longer in the server; invite it again.")
        case 50001:
            return msg("The bot cannot see the channel; give it “View Channel”.")
        case 50013:
            return msg("The bot may not post there; give it “Send Messages” and “Embed Links”.")
        case 50083 | 160005:
            return msg("The thread is locked; unlock it or choose another channel.")
        case 50008:
            return msg("This kind of channel takes no messages; choose a text channel, or a post of the forum.")
        case _:
            return msg("Discord does not let the bot post there: {reason}.", reason=error.text)
