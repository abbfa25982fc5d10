"""/inbox: proposals for curators to accept, edit or reject; the proposer is told."""

from __future__ import annotations

from bot.domain.numbers import number_in
from bot.i18n import t
from bot.platforms.components import draft_token
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.card import heading_of
from bot.platforms.slack.context import Actor, Interaction
from bot.platforms.slack.drafts import open_draft, show_accepted_duplicate
from bot.platforms.slack.proposer_notice import notify_proposer
from bot.platforms.slack.render import card_blocks
from bot.platforms.slack.response import Answer
from bot.services.papers.decisions import acceptance
from bot.services.papers.inbox import edit_proposal, proposed_paper

ACCEPT, CHANGE, REJECT = "accept", "change", "reject"


async def inbox(interaction: Interaction, _text: str = "") -> None:
    """Show the oldest proposal with its buttons."""
    interaction.actor.require_curator()
    await response.send(interaction, await _next(interaction.actor))


async def accept(interaction: Interaction, argument: str) -> None:
    """Add the paper as it was shown and have its proposer told, even where the answer gets lost."""
    actor = interaction.actor
    actor.require_curator()
    token = draft_token(interaction.key)
    candidate, accepted = await actor.services.inbox.accept(actor.workspace, number_in(argument), actor.id, token)
    try:
        if accepted.is_new:
            await response.replace_message(interaction, await _next(actor))
        else:
            await show_accepted_duplicate(interaction, accepted.paper, candidate, accepted.comment)
            await response.send_below(interaction, await _next(actor))
    finally:
        await notify_proposer(interaction, candidate, accepted.paper, acceptance(is_new=accepted.is_new))


async def reject(interaction: Interaction, argument: str) -> None:
    """Remove the proposal and have its proposer told, even where the answer gets lost."""
    actor = interaction.actor
    actor.require_curator()
    candidate = await actor.services.inbox.reject(actor.workspace, number_in(argument))
    try:
        await response.replace_message(interaction, await _next(actor))
    finally:
        await notify_proposer(interaction, candidate, proposed_paper(candidate), "rejected")


async def change(interaction: Interaction, argument: str) -> None:
    """Open the form with the proposed values."""
    actor = interaction.actor
    actor.require_curator()
    candidate = await actor.services.inbox.get(actor.workspace, number_in(argument))
    paper = proposed_paper(candidate)
    await open_draft(interaction, edit_proposal(candidate, paper), paper)


async def _next(actor: Actor) -> Answer:
    """Return the oldest proposal with its buttons, or that none waits."""
    proposal = await actor.services.inbox.oldest(actor.workspace)
    if proposal is None:
        return Answer(t(actor.locale, "No proposals are waiting."))
    number, locale, paper = proposal.candidate.number, actor.locale, proposal.paper
    buttons = kit.actions(
        kit.button(ACCEPT, t(locale, "Accept"), number, "primary"),
        kit.button(CHANGE, t(locale, "Edit"), number),
        kit.button(REJECT, t(locale, "Reject"), number, "danger"),
    )
    text = proposal.text(locale, actor.names.say)
    return Answer(text, (*card_blocks(paper, locale), buttons), (heading_of(paper),))
