"""/inbox: proposals for curators to accept, edit or reject; the proposer is notified."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ui import View

from bot.domain.numbers import number_in
from bot.i18n import t
from bot.platforms.discord import response
from bot.platforms.discord.card import embed_of
from bot.platforms.discord.components import PersistentButton, persistent_view
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.drafts import open_draft, show_accepted_duplicate, token_for
from bot.platforms.discord.localization import both
from bot.platforms.discord.proposer_notice import notify_proposer
from bot.services.papers.decisions import acceptance
from bot.services.papers.inbox import edit_proposal, proposed_paper


@app_commands.command(
    name=both("inbox", "受信箱"), description=both("Decide on proposed papers", "提案された論文を確認する")
)
@app_commands.guild_only()
async def inbox(interaction: Interaction) -> None:
    """Show the oldest proposal with its buttons."""
    actor = await actor_of(interaction)
    actor.require_curator()
    await response.send(interaction, **await _next(actor))


class Accept(PersistentButton, name="accept", style=discord.ButtonStyle.success):
    """Adds the proposed paper."""

    async def press(self, interaction: Interaction) -> None:
        """Add the paper as it was shown and notify its proposer."""
        actor = await actor_of(interaction)
        actor.require_curator()
        number = number_in(self.argument)
        token = token_for(interaction)
        candidate, accepted = await actor.services.inbox.accept(actor.workspace, number, actor.id, token)
        if accepted.is_new:
            await response.replace(interaction, **await _next(actor))
        else:
            await show_accepted_duplicate(interaction, actor, accepted.paper, candidate, accepted.comment)
            await response.send(interaction, **await _next(actor))
        await notify_proposer(interaction, actor, candidate, accepted.paper, acceptance(is_new=accepted.is_new))


class Reject(PersistentButton, name="reject", style=discord.ButtonStyle.danger):
    """Rejects the proposed paper."""

    async def press(self, interaction: Interaction) -> None:
        """Remove the proposal and notify its proposer."""
        actor = await actor_of(interaction)
        actor.require_curator()
        candidate = await actor.services.inbox.reject(actor.workspace, number_in(self.argument))
        await response.replace(interaction, **await _next(actor))
        await notify_proposer(interaction, actor, candidate, proposed_paper(candidate), "rejected")


class Change(PersistentButton, name="change"):
    """Opens the proposal's form, to edit it before it is accepted."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with the proposed values."""
        actor = await actor_of(interaction)
        actor.require_curator()
        candidate = await actor.services.inbox.get(actor.workspace, number_in(self.argument))
        paper = proposed_paper(candidate)
        await open_draft(interaction, actor, edit_proposal(candidate, paper), paper)


async def _next(actor: Actor) -> dict[str, Any]:
    """Return the message with the oldest proposal and its buttons, or that none waits."""
    proposal = await actor.services.inbox.oldest(actor.workspace)
    if proposal is None:
        return {"content": t(actor.locale, "No proposals are waiting."), "embeds": [], "view": View()}
    number, locale = proposal.candidate.number, actor.locale
    view = persistent_view(
        Accept(number, t(locale, "Accept")),
        Change(number, t(locale, "Edit")),
        Reject(number, t(locale, "Reject")),
    )
    text = proposal.text(locale, actor.names.say)
    return {"content": text, "embeds": [embed_of(proposal.paper, locale)], "view": view}
