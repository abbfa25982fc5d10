"""Channels that people name, and the bot's way into them."""

from __future__ import annotations

import re

from slack_sdk.errors import SlackApiError

from bot.domain.errors import InputError, NotAllowedError
from bot.i18n import ChannelName, msg
from bot.platforms.slack.context import Interaction, Json
from bot.platforms.slack.response import LOST, error_name, failure

# Slack writes a channel as `<#C0123|papers>`, without the name where not everybody may know it.
_CHANNEL = re.compile(r"<#([A-Z0-9]{1,30})(?:\|([^<>]*))?>")


def channel_in(text: str) -> tuple[str, str]:
    """Return the id of the channel with which a text begins, empty if it begins with none, and the text after it."""
    match = _CHANNEL.match(text)
    return (match[1], text[match.end() :].strip()) if match else ("", text)


def without_links(text: str) -> str:
    """Return a text with the names of its channels: a tag like #rag becomes one where a channel has that name."""
    return _CHANNEL.sub(lambda match: match[2] or "", text)


def address_of(interaction: Interaction, channel: str) -> str:
    """Return how a subscription names a channel of this team."""
    return f"slack:{interaction.actor.team}/{channel}"


async def enter(interaction: Interaction, id: str) -> str:
    """Have the bot in a channel, and return the channel's name.

    The bot joins a public channel by itself. It must be a member: without that it could post there, but not look
    whether a message has arrived. Raises NotAllowedError that says what to do, InputError, and PublishError.
    """
    channel = await _describe(interaction, id)
    if channel.get("is_im") or channel.get("is_mpim"):
        raise InputError(msg("The digest goes to channels, not to direct messages; choose a channel."))
    if channel.get("is_archived"):
        raise NotAllowedError(msg("The channel is archived; unarchive it or choose another one."))
    if not channel.get("is_member"):
        await _join(interaction, id)
    return str(channel.get("name") or id)


async def _describe(interaction: Interaction, id: str) -> Json:
    try:
        answer = await interaction.client.web.conversations_info(channel=id)
    except LOST as error:
        if error_name(error) == "channel_not_found":
            name = await _bot_name(interaction)
            raise NotAllowedError(
                msg("The bot cannot see that channel. Write /invite @{bot} there, and then do this again.", bot=name)
            ) from error
        raise failure(error) from error
    return dict(answer["channel"])


async def _join(interaction: Interaction, id: str) -> None:
    try:
        await interaction.client.web.conversations_join(channel=id)
    except SlackApiError as error:
        raise NotAllowedError(
            msg(
                "The bot is not in {channel}. Write /invite @{bot} there, and then do this again.",
                channel=ChannelName(id),
                bot=await _bot_name(interaction),
            )
        ) from error
    except LOST as error:
        raise failure(error) from error


async def _bot_name(interaction: Interaction) -> str:
    bot = await interaction.client.people.get(interaction.client.bot_user)
    return bot.name or "論文だより"
