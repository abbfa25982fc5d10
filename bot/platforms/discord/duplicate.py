"""Shows a paper that exists already: when and by whom it was added, where it was posted, and a link to add."""

from __future__ import annotations

from dataclasses import replace

import discord

from bot.domain.draft import draft_of, new_link
from bot.domain.paper import Paper
from bot.i18n import msg, t
from bot.platforms.discord import response
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.components import PersistentButton
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.drafts import token_for
from bot.platforms.discord.render import shows
from bot.services.papers.outcomes import outcome_message
from bot.services.papers.provenance import provenance


async def show_duplicate(interaction: Interaction, actor: Actor, paper: Paper, source: str) -> None:
    """Show a paper that exists already, and offer to add the source's link if it is new."""
    view = card_view(paper, actor.locale)
    if new_link(paper, source) and not actor.services.submission.proposes(actor.submitter):
        token, draft = token_for(interaction), replace(draft_of(source), paper_id=paper.id)
        await actor.services.drafts.save(actor.workspace, token, draft, actor.id)
        view.add_item(AddLink(token, t(actor.locale, "Add this link to it")))
    lines = [msg("This paper is in the collection already."), *provenance(paper, await _digest_url(actor, paper))]
    await response.send(interaction, "\n".join(map(actor.say, lines)), embed=embed_of(paper, actor.locale), view=view)


class AddLink(PersistentButton, name="link", style=discord.ButtonStyle.primary):
    """Adds a new link to an existing paper."""

    async def press(self, interaction: Interaction) -> None:
        """Add the link and show the updated paper."""
        actor = await actor_of(interaction)
        outcome = await actor.services.submission.add_link(actor.workspace, self.argument, actor.submitter)
        view, embed = card_view(outcome.paper, actor.locale), embed_of(outcome.paper, actor.locale)
        text = outcome_message(outcome, actor.id) if outcome.is_repeated else msg("The link was added.")
        await response.replace(interaction, content=actor.say(text), embed=embed, view=view)
        await interaction.client.message_updates.update()


async def _digest_url(actor: Actor, paper: Paper) -> str | None:
    """Return the address of this server's newest message of a digest that shows a paper."""
    message = await actor.services.lookup.sent_in(actor.workspace, paper.id, f"discord:{actor.server}", shows)
    if message is None:
        return None
    return f"https://discord.com/channels/{actor.server}/{message[0].rpartition('/')[2]}/{message[1]}"
