"""A paper that is there already: shown with when and by whom, where it was posted, and what could be added to it."""

from __future__ import annotations

from dataclasses import replace

import discord

from bot.domain.draft import begin, new_link
from bot.domain.paper import Paper
from bot.i18n import t
from bot.platforms.discord import answer
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.context import Interaction, Reader, reader_of
from bot.platforms.discord.drafts import token_for
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.press import LastingButton
from bot.platforms.discord.render import shows


async def show_known(interaction: Interaction, reader: Reader, paper: Paper, source: str) -> None:
    """Show a paper that is there already, and offer to add the source's link where that is new."""
    view = card_view(paper, reader.locale)
    if new_link(paper, source):
        token, draft = token_for(interaction), replace(begin(source), paper_id=paper.id)
        await reader.services.drafts.keep(reader.workspace, token, draft, reader.actor)
        view.add_item(AddLink(token, t(reader.locale, "Add this link to it")))
    told = "\n".join([t(reader.locale, "This paper is there already."), *await _told(reader, paper)])
    await answer.send(interaction, told, embed=embed_of(paper, reader.locale), view=view)


class AddLink(LastingButton, name="link", style=discord.ButtonStyle.primary):
    """Adds a new link to a paper that is there already."""

    async def press(self, interaction: Interaction) -> None:
        """Add the link and show the paper as it is now."""
        reader = await reader_of(interaction)
        saved = await reader.services.submission.add_link(reader.workspace, self.about, reader.submitter)
        view, embed = card_view(saved.paper, reader.locale), embed_of(saved.paper, reader.locale)
        told = t(reader.locale, "The link was added.")
        if saved.is_again:
            told = t(reader.locale, "This has been saved already.")
        await answer.replace(interaction, content=told, embed=embed, view=view)
        await interaction.client.corrections.correct()


async def _told(reader: Reader, paper: Paper) -> list[str]:
    """Return when and by whom a paper was added, and where it was posted."""
    lines = []
    if paper.added_at:
        when = f"<t:{int(paper.added_at.timestamp())}:D>"
        by = escape(paper.added_by or "")
        lines.append(t(reader.locale, "Added {when} by {name}.", when=when, name=by) if by else
                     t(reader.locale, "Added {when}.", when=when))  # fmt: skip
    if carried := await reader.services.lookup.sent_in(reader.workspace, paper.id, "discord", shows):
        channel, message_id = carried
        place = channel.removeprefix(f"discord:{reader.server}/")
        if place != channel:
            url = f"https://discord.com/channels/{reader.server}/{place}/{message_id}"
            lines.append(t(reader.locale, "It was in [this digest]({url}).", url=url))
    return lines
