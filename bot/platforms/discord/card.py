"""A paper's card as an answer, and the button that shows it to everyone.

The buttons keep working, even after restarts: their custom id holds all they need.
"""

from __future__ import annotations

import discord
from discord.ui import View

from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.discord import response
from bot.platforms.discord.components import PersistentButton, persistent_view
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.markdown import escape_within
from bot.platforms.discord.permissions import require_showing
from bot.platforms.discord.render import card_embed


class ShowToAll(PersistentButton, name="show"):
    """Posts a paper's card to the channel."""

    async def press(self, interaction: Interaction) -> None:
        """Post the card."""
        await show_to_all(interaction, await actor_of(interaction), self.argument)


async def send_card(interaction: Interaction, actor: Actor, paper: Paper, content: str = "") -> None:
    """Show one paper only to the person who asked."""
    view = card_view(paper, actor.locale)
    await response.send(interaction, content, embed=embed_of(paper, actor.locale), view=view)


async def show_to_all(interaction: Interaction, actor: Actor, id: str) -> None:
    """Post one paper to the channel, with the name of the sharer. Raises NotAllowedError if they may not post there."""
    require_showing(interaction)
    paper = await actor.services.lookup.get(actor.workspace, id)
    shared = t(actor.locale, "Shared by {name}", name=escape_within(actor.name, 80))
    await response.send(interaction, f"-# {shared}", ephemeral=False, embed=embed_of(paper, actor.locale))


def embed_of(paper: Paper, locale: Locale) -> discord.Embed:
    """Return a paper's card."""
    return discord.Embed.from_dict(card_embed(paper, locale))


def card_view(paper: Paper, locale: Locale) -> View:
    """Return the buttons below a card that only one person sees."""
    return persistent_view(ShowToAll(paper.id, t(locale, "Show to everyone"), "📣"))
