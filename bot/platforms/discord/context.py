"""The person behind an interaction: their language, workspace and permissions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import discord
from discord import app_commands

from bot.domain.errors import NotAllowedError
from bot.i18n import Locale, Message, closest, msg
from bot.platforms import actor
from bot.platforms.discord.command_names import CommandNames
from bot.services.bundle import Services
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import MessageUpdates


class Client(discord.AutoShardedClient):
    """What answering an interaction needs from the client."""

    services: Services
    names: CommandNames
    tree: app_commands.CommandTree[Any]
    delivery: Delivery
    message_updates: MessageUpdates
    under_way: dict[asyncio.Task[Any], Interaction]  # interactions by the tasks that answer them


Interaction: TypeAlias = discord.Interaction[Client]

_ACTOR = "reader"
_ID = re.compile(r"[0-9]{15,20}")


@dataclass(frozen=True, slots=True)
class Actor(actor.Actor):
    """The person who uses the bot; `server` is the Discord server's id."""

    server: int
    names: CommandNames

    def say(self, message: Message) -> str:
        """Return a message in this person's language, escaped for Discord."""
        return self.names.say(message, self.locale)

    def command(self, name: str) -> str:
        """Return the mention of one of our commands for this person."""
        return self.names.name(name, self.locale)


async def actor_of(interaction: Interaction) -> Actor:
    """Return the person behind an interaction; every command, completion, press and form passes this check.

    Raises NotAllowedError outside servers, where the bot was not added to the server, and where it is not served.
    """
    if isinstance(actor := interaction.extras.get(_ACTOR), Actor):
        return actor
    server = server_of(interaction)
    services = interaction.client.services
    if not (await services.servers.served()).has(f"discord:{server}"):
        await services.servers.note_server(f"discord:{server}", interaction.guild.name if interaction.guild else "")
        await services.servers.require(f"discord:{server}")
    person = Actor(
        services=services,
        workspace=await services.workspaces.of_server("discord", server),
        server=server,
        locale=locale_of(interaction),
        name=interaction.user.display_name,
        id=f"discord:{interaction.user.id}",
        names=interaction.client.names,
        is_curator=interaction.permissions.manage_guild or _is_curator(interaction.user, services.curators),
    )
    interaction.extras[_ACTOR] = person
    return person


async def curator_of(interaction: Interaction) -> Actor:
    """Return the person behind an interaction. Raises NotAllowedError unless it is a curator."""
    actor = await actor_of(interaction)
    actor.require_curator()
    return actor


def server_of(interaction: Interaction) -> int:
    """Return the server of an interaction. Raises NotAllowedError if the bot was not added to it.

    A person who installs the application for themselves can use its commands anywhere; Discord then lists that person
    in `authorizing_integration_owners` instead of the server. Doubles of Discord may list nobody; the server must then
    pass the check for served servers anyhow.
    """
    if interaction.guild_id is None:
        raise NotAllowedError(msg("This works in a server's channels only."))
    if interaction._integration_owners and not interaction.is_guild_integration():
        raise NotAllowedError(msg("This works only in servers that the bot was added to."))
    return interaction.guild_id


def locale_of(interaction: Interaction) -> Locale:
    """Return the person's language."""
    return closest(interaction.locale.value, interaction.client.services.locale)


def custom_id_of(interaction: discord.Interaction[Any]) -> str:
    """Return the custom id of the button, menu or form; empty for a command."""
    data: Any = interaction.data or {}
    return str(data.get("custom_id", ""))


def _is_curator(user: discord.User | discord.Member, curators: Sequence[str]) -> bool:
    """Return whether a member has a curators' role; a setting that looks like an id matches only that id, not a name.

    The role @everyone has the server's id and never counts.
    """
    roles = user.roles if isinstance(user, discord.Member) else []
    ids = {each for each in curators if _ID.fullmatch(each)}
    names = set(curators) - ids
    return any(role.name in names or (str(role.id) in ids and not role.is_default()) for role in roles)
