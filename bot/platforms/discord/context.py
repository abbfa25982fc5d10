"""Who asks, in which language, in whose collection, and what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import discord

from bot.domain.errors import NotAllowedError
from bot.i18n import Locale, closest, msg
from bot.services.bundle import Services
from bot.services.submission import ONLY_CURATORS, Submitter

if TYPE_CHECKING:
    from bot.platforms.discord.client import DayoriClient

Interaction: TypeAlias = "discord.Interaction[DayoriClient]"


@dataclass(frozen=True, slots=True)
class Reader:
    """The person behind an interaction; `server` is the Discord server's id."""

    services: Services
    workspace: int
    server: int
    locale: Locale
    name: str
    actor: str
    is_curator: bool

    @property
    def submitter(self) -> Submitter:
        """Return the person as one who submits papers."""
        return Submitter(self.name, self.actor, self.locale, self.is_curator)

    def require_curator(self) -> None:
        """Raise NotAllowedError unless the person is a curator."""
        if not self.is_curator:
            raise NotAllowedError(ONLY_CURATORS)

    def require_adder(self) -> None:
        """Raise NotAllowedError when the person may not change the collection without a curator."""
        if self.services.additions == "curators":
            self.require_curator()


async def reader_of(interaction: Interaction) -> Reader:
    """Return who asks. Raises NotAllowedError outside a server."""
    if interaction.guild_id is None:
        raise NotAllowedError(msg("This works in a server's channels only."))
    services = interaction.client.services
    return Reader(
        services=services,
        workspace=await services.workspaces.of_server("discord", interaction.guild_id),
        server=interaction.guild_id,
        locale=locale_of(interaction),
        name=interaction.user.display_name,
        actor=f"discord:{interaction.user.id}",
        is_curator=interaction.permissions.manage_guild or _has_role(interaction.user, services.curators),
    )


def locale_of(interaction: Interaction) -> Locale:
    """Return the language of whoever asks."""
    return closest(interaction.locale.value, interaction.client.services.locale)


def custom_id_of(interaction: discord.Interaction[Any]) -> str:
    """Return the custom id of the button, menu or form that was used, empty for a command."""
    data: Any = interaction.data or {}
    return str(data.get("custom_id", ""))


def _has_role(user: discord.User | discord.Member, curators: Sequence[str]) -> bool:
    roles = user.roles if isinstance(user, discord.Member) else []
    return any(role.name in curators or str(role.id) in curators for role in roles)
