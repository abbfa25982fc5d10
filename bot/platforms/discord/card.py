"""A paper's card as an answer, and the button that shows it to everyone.

Buttons work for ever, over any restart: all they need to know stands in their custom id.
"""

from __future__ import annotations

import discord
from discord.ui import View

from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.discord import answer
from bot.platforms.discord.context import Interaction, Reader, reader_of
from bot.platforms.discord.markdown import escape_within
from bot.platforms.discord.permissions import require_showing
from bot.platforms.discord.press import LastingButton, lasting
from bot.platforms.discord.render import card_embed


class ShowToAll(LastingButton, name="show"):
    """Posts a paper's card to the channel."""

    async def press(self, interaction: Interaction) -> None:
        """Post the card."""
        await show_to_all(interaction, await reader_of(interaction), self.about)


async def send_card(interaction: Interaction, reader: Reader, paper: Paper, content: str = "") -> None:
    """Show one paper to the asker alone."""
    view = card_view(paper, reader.locale)
    await answer.send(interaction, content, embed=embed_of(paper, reader.locale), view=view)


async def show_to_all(interaction: Interaction, reader: Reader, id: str) -> None:
    """Post one paper to the channel, with who shared it. Raises NotAllowedError for who may not post there."""
    require_showing(interaction)
    paper = await reader.services.lookup.get(reader.workspace, id)
    shared = t(reader.locale, "Shared by {name}", name=escape_within(reader.name, 80))
    await answer.send(interaction, f"-# {shared}", ephemeral=False, embed=embed_of(paper, reader.locale))


def embed_of(paper: Paper, locale: Locale) -> discord.Embed:
    """Return a paper's card."""
    return discord.Embed.from_dict(card_embed(paper, locale))


def card_view(paper: Paper, locale: Locale) -> View:
    """Return what stands below a card that only its asker sees."""
    return lasting(ShowToAll(paper.id, t(locale, "Show to everyone"), "📣"))
