"""Which permissions the bot needs in a channel that receives the digest."""

from __future__ import annotations

from typing import TypeAlias

import discord

from bot.domain.errors import NotAllowedError
from bot.i18n import Message, msg

Channel: TypeAlias = discord.TextChannel | discord.Thread

_NAMES = {
    "view_channel": msg("View Channel"),
    "send_messages": msg("Send Messages"),
    "send_messages_in_threads": msg("Send Messages in Threads"),
    "embed_links": msg("Embed Links"),
    "read_message_history": msg("Read Message History"),
}


def require_posting(channel: Channel) -> None:
    """Raise NotAllowedError naming the first permission that the bot lacks in the channel."""
    granted = channel.permissions_for(channel.guild.me)
    posting = "send_messages_in_threads" if isinstance(channel, discord.Thread) else "send_messages"
    for name in ("view_channel", posting, "embed_links", "read_message_history"):
        if not getattr(granted, name):
            raise NotAllowedError(_missing(_NAMES[name], channel))


def _missing(permission: Message, channel: Channel) -> Message:
    return msg(
        "The bot lacks the permission “{permission}” in #{channel}; grant it there and try again.",
        permission=permission,
        channel=channel.name,
    )
