"""A paper that is there already: shown with when and by whom, where it was posted, and what could be added to it."""

from __future__ import annotations

from dataclasses import replace

import discord

from bot.domain.paper import Paper, edited
from bot.i18n import t
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.context import Interaction, Reader, reader_of
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.press import LastingButton
from bot.services.drafts import begin, new_link, read_source


async def show_known(interaction: Interaction, reader: Reader, paper: Paper, source: str) -> None:
    """Show a paper that is there already, and offer to add the source's link where that is new."""
    view = card_view(paper, reader.locale)
    if new_link(paper, source):
        draft = replace(begin(source), paper_id=paper.id)
        token = await reader.services.drafts.keep(reader.workspace, draft)
        view.add_item(AddLink(token, t(reader.locale, "Add this link to it")))
    told = "\n".join([t(reader.locale, "This paper is there already."), *await _told(reader, paper)])
    await interaction.response.send_message(told, embed=embed_of(paper, reader.locale), view=view, ephemeral=True)


class AddLink(LastingButton, name="link", style=discord.ButtonStyle.primary):
    """Adds a new link to a paper that is there already."""

    async def press(self, interaction: Interaction) -> None:
        """Add the link and show the paper as it is now."""
        reader = await reader_of(interaction)
        reader.require_adder()
        draft = await reader.services.drafts.get(reader.workspace, self.about)
        link, _ = read_source(draft.source)
        paper = await reader.services.library.edit(
            reader.workspace,
            draft.paper_id,
            reader.name,
            lambda old: edited(old, links=[*old.links, link]),
            actor=reader.actor,
        )
        await reader.services.drafts.give_up(reader.workspace, self.about)
        view = card_view(paper, reader.locale)
        told = t(reader.locale, "The link was added.")
        await interaction.response.edit_message(content=told, embed=embed_of(paper, reader.locale), view=view)


async def _told(reader: Reader, paper: Paper) -> list[str]:
    """Return when and by whom a paper was added, and where it was posted."""
    lines = []
    if paper.added_at:
        when = f"<t:{int(paper.added_at.timestamp())}:D>"
        by = escape(paper.added_by or "")
        lines.append(t(reader.locale, "Added {when} by {name}.", when=when, name=by) if by else
                     t(reader.locale, "Added {when}.", when=when))  # fmt: skip
    if carried := await reader.services.lookup.carried_by(reader.workspace, paper.id):
        channel, message_id = carried
        place = channel.removeprefix(f"discord:{reader.server}/")
        if place != channel:
            url = f"https://discord.com/channels/{reader.server}/{place}/{message_id}"
            lines.append(t(reader.locale, "It was in [this digest]({url}).", url=url))
    return lines
