"""The option that names a channel for the digest: a text channel or a thread, also an archived one.

discord.py finds only what the gateway told of, which are a server's channels and its open threads.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import discord
from discord import AppCommandOptionType, ChannelType
from discord.app_commands import AppCommandChannel, AppCommandThread, Transform, Transformer

from bot.domain.errors import InputError, NotAllowedError
from bot.i18n import msg
from bot.platforms.discord.permissions import require_posting

NamedChannel: TypeAlias = AppCommandChannel | AppCommandThread


class _ChannelOption(Transformer):
    """Offers the kinds of channels that take the digest, and passes on the one that was named."""

    @property
    def type(self) -> AppCommandOptionType:
        """Return the kind of the option."""
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[ChannelType]:
        """Return what Discord offers."""
        threads = (ChannelType.news_thread, ChannelType.public_thread, ChannelType.private_thread)
        return [ChannelType.text, ChannelType.news, *threads]

    async def transform(self, interaction: Any, value: Any, /) -> Any:
        """Return the channel as it was named."""
        return value


PostingChannel: TypeAlias = Transform[NamedChannel, _ChannelOption]


async def require_posting_in(named: NamedChannel) -> None:
    """Raise NotAllowedError that says what keeps the bot from posting in a channel, InputError if it takes none."""
    try:
        channel = named.resolve() or await named.fetch()
    except (discord.NotFound, discord.Forbidden) as error:
        unseen = msg("The bot cannot see #{channel}; mention it there to add it, and try again.", channel=named.name)
        raise NotAllowedError(unseen) from error
    if not isinstance(channel, discord.TextChannel | discord.Thread):
        raise InputError(msg("This kind of channel takes no messages; choose a text channel, or a post of the forum."))
    require_posting(channel)
