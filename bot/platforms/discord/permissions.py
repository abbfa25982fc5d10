"""The permissions that the bot needs in a channel of the digest, and a person to show a card there."""

from __future__ import annotations

from typing import TypeAlias

import discord

from bot.domain.errors import NotAllowedError
from bot.i18n import Message, msg
from bot.platforms.discord.context import Interaction

Channel: TypeAlias = discord.TextChannel | discord.Thread

PERMISSION_NAMES = {
    "view_channel": msg("View Channel"),
    "send_messages": msg("Send Messages"),
    "send_messages_in_threads": msg("Send Messages in Threads"),
    "embed_links": msg("Embed Links"),
    "read_message_history": msg("Read Message History"),
}


def require_posting(channel: Channel) -> None:
    """Raise NotAllowedError with the first permission that the bot lacks in the channel."""
    granted = channel.permissions_for(channel.guild.me)
    posting = "send_messages_in_threads" if isinstance(channel, discord.Thread) else "send_messages"
    for name in ("view_channel", posting, "embed_links", "read_message_history"):
        if not getattr(granted, name):
            raise NotAllowedError(_missing(PERMISSION_NAMES[name], channel))
    if is_locked(channel, granted):
        raise NotAllowedError(msg("The thread is locked; unlock it or choose another channel."))


def is_locked(channel: object, granted: discord.Permissions) -> bool:
    """Return whether a channel is a thread that is locked to whom these permissions are granted."""
    return isinstance(channel, discord.Thread) and channel.locked and not granted.manage_threads


def require_showing(interaction: Interaction) -> None:
    """Raise NotAllowedError unless the person could post links in the channel themselves.

    The bot's answer to an interaction needs only the person's right to use commands, not to post.
    """
    granted, channel = interaction.permissions, interaction.channel
    is_thread = isinstance(channel, discord.Thread)
    may_send = granted.send_messages_in_threads if is_thread else granted.send_messages
    if not (may_send and granted.embed_links) or is_locked(channel, granted):
        raise NotAllowedError(msg("You may not post links in this channel, so the paper is shown to you alone."))


def _missing(permission: Message, channel: Channel) -> Message:
    return msg(
        "The bot lacks the permission “{permission}” in #{channel}; grant it there and try again.",
        permission=permission,
        channel=channel.name,
    )
