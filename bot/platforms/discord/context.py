"""Who asks, in which language, in whose collection, and what they may do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import discord

from bot.domain.errors import NotAllowedError
from bot.i18n import Locale, closest, msg
from bot.platforms.discord.command_names import CommandNames
from bot.services.bundle import Services
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import MessageUpdates
from bot.services.papers.submission import ONLY_CURATORS, Submitter
from bot.services.rate_limit import COST


class Client(discord.AutoShardedClient):
    """What answering somebody needs of the client."""

    services: Services
    names: CommandNames
    delivery: Delivery
    message_updates: MessageUpdates
    under_way: dict[asyncio.Task[Any], Interaction]  # the tasks that answer somebody


Interaction: TypeAlias = discord.Interaction[Client]

_ACTOR = "reader"
_ID = re.compile(r"[0-9]{15,20}")


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind an interaction; `server` is the Discord server's id."""

    services: Services
    workspace: int
    server: int
    locale: Locale
    name: str
    id: str
    is_curator: bool
    names: CommandNames

    def command(self, name: str) -> str:
        """Return how a sentence to this person names one of our commands."""
        return self.names.name(name, self.locale)

    @property
    def submitter(self) -> Submitter:
        """Return the person as one who submits papers."""
        return Submitter(self.name, self.id, self.locale, self.is_curator)

    def spend(self, cost: float = COST) -> None:
        """Take what an interaction costs out of the person's budget of this minute. Raises RateLimitError."""
        self.services.rate_limit.spend(self.id, cost)

    def require_curator(self) -> None:
        """Raise NotAllowedError unless the person is a curator."""
        if not self.is_curator:
            raise NotAllowedError(ONLY_CURATORS)


async def actor_of(interaction: Interaction) -> Actor:
    """Return who asks: the one door through which every command, completion, press and form comes.

    Raises NotAllowedError outside a server, where the bot was not added to it, and where it is not served.
    """
    if isinstance(known := interaction.extras.get(_ACTOR), Actor):
        return known
    server = server_of(interaction)
    services = interaction.client.services
    if not (await services.servers.served()).has(f"discord:{server}"):
        await services.servers.note_server(f"discord:{server}", interaction.guild.name if interaction.guild else "")
        await services.servers.require(f"discord:{server}")
    actor = Actor(
        services=services,
        workspace=await services.workspaces.of_server("discord", server),
        server=server,
        locale=locale_of(interaction),
        name=interaction.user.display_name,
        id=f"discord:{interaction.user.id}",
        names=interaction.client.names,
        is_curator=interaction.permissions.manage_guild or _is_curator(interaction.user, services.curators),
    )
    interaction.extras[_ACTOR] = actor
    return actor


def server_of(interaction: Interaction) -> int:
    """Return the server in which the bot was asked. Raises NotAllowedError where it was not added to that server.

    A person who installs the application for themselves takes its commands anywhere; Discord then names that person
    among those who let it in (`authorizing_integration_owners`) and not the server. Stand-ins for Discord may name
    nobody, which says nothing against a server: it has to be served anyhow.
    """
    if interaction.guild_id is None:
        raise NotAllowedError(msg("This works in a server's channels only."))
    if interaction._integration_owners and not interaction.is_guild_integration():
        raise NotAllowedError(msg("This works only in servers that the bot was added to."))
    return interaction.guild_id


def locale_of(interaction: Interaction) -> Locale:
    """Return the language of whoever asks."""
    return closest(interaction.locale.value, interaction.client.services.locale)


def custom_id_of(interaction: discord.Interaction[Any]) -> str:
    """Return the custom id of the button, menu or form that was used, empty for a command."""
    data: Any = interaction.data or {}
    return str(data.get("custom_id", ""))


def _is_curator(user: discord.User | discord.Member, curators: Sequence[str]) -> bool:
    """Tell whether one of the roles is a curators': what looks like an id means that role, and none of that name.

    The id of the server is also that of its role @everyone, and is not taken for it.
    """
    roles = user.roles if isinstance(user, discord.Member) else []
    ids = {each for each in curators if _ID.fullmatch(each)}
    names = set(curators) - ids
    return any(role.name in names or (str(role.id) in ids and not role.is_default()) for role in roles)
