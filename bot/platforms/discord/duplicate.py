"""Shows a paper that exists already: when and by whom it was added, where it was posted, and a link to add."""

from __future__ import annotations

from dataclasses import replace

import discord

from bot.domain.draft import draft_of, new_link
from bot.domain.paper import Paper
from bot.i18n import t
from bot.platforms.discord import response
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.components import PersistentButton
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.drafts import token_for
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.render import shows


async def show_duplicate(interaction: Interaction, actor: Actor, paper: Paper, source: str) -> None:
    """Show a paper that exists already, and offer to add the source's link if it is new."""
    view = card_view(paper, actor.locale)
    if new_link(paper, source):
        token, draft = token_for(interaction), replace(draft_of(source), paper_id=paper.id)
        await actor.services.drafts.save(actor.workspace, token, draft, actor.id)
        view.add_item(AddLink(token, t(actor.locale, "Add this link to it")))
    text = "\n".join([t(actor.locale, "This paper is there already."), *await _provenance(actor, paper)])
    await response.send(interaction, text, embed=embed_of(paper, actor.locale), view=view)


class AddLink(PersistentButton, name="link", style=discord.ButtonStyle.primary):
    """Adds a new link to an existing paper."""

    async def press(self, interaction: Interaction) -> None:
        """Add the link and show the updated paper."""
        actor = await actor_of(interaction)
        outcome = await actor.services.submission.add_link(actor.workspace, self.argument, actor.submitter)
        view, embed = card_view(outcome.paper, actor.locale), embed_of(outcome.paper, actor.locale)
        text = t(actor.locale, "The link was added.")
        if outcome.is_repeated:
            text = t(actor.locale, "This has been saved already.")
        await response.replace(interaction, content=text, embed=embed, view=view)
        await interaction.client.message_updates.update()


async def _provenance(actor: Actor, paper: Paper) -> list[str]:
    """Return when and by whom a paper was added, and where it was posted."""
    lines = []
    if paper.added_at:
        when = f"<t:{int(paper.added_at.timestamp())}:D>"
        by = escape(paper.added_by or "")
        lines.append(
            t(actor.locale, "Added {when} by {name}.", when=when, name=by)
            if by
            else t(actor.locale, "Added {when}.", when=when)
        )
    if message := await actor.services.lookup.sent_in(actor.workspace, paper.id, "discord", shows):
        channel, message_id = message
        place = channel.removeprefix(f"discord:{actor.server}/")
        if place != channel:
            url = f"https://discord.com/channels/{actor.server}/{place}/{message_id}"
            lines.append(t(actor.locale, "It was in [this digest]({url}).", url=url))
    return lines
