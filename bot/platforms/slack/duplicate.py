"""Shows a paper that exists already: when and by whom it was added, where it was posted, and a link to add."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.digest import Payload
from bot.domain.draft import draft_of, new_link
from bot.domain.paper import Paper
from bot.i18n import msg, t
from bot.platforms.components import draft_token
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.card import card_answer
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.drafts import update_messages
from bot.platforms.slack.render import papers_of
from bot.services.papers.outcomes import outcome_message
from bot.services.papers.provenance import provenance

ADD_LINK = "link"


async def show_duplicate(interaction: Interaction, paper: Paper, source: str) -> None:
    """Show a paper that exists already, and offer to add the source's link if it is new."""
    actor, buttons = interaction.actor, []
    if new_link(paper, source) and not actor.services.submission.proposes(actor.submitter):
        token, draft = draft_token(interaction.key), replace(draft_of(source), paper_id=paper.id)
        await actor.services.drafts.save(actor.workspace, token, draft, actor.id)
        buttons.append(kit.button(ADD_LINK, t(actor.locale, "Add this link to it"), token, "primary"))
    lines = [msg("This paper is in the collection already."), *provenance(paper, await _digest_url(interaction, paper))]
    await response.send(interaction, card_answer(paper, actor, "\n".join(map(actor.say, lines)), *buttons))


async def add_link(interaction: Interaction, token: str) -> None:
    """Add a new link to an existing paper, and show the paper with it."""
    actor = interaction.actor
    outcome = await actor.services.submission.add_link(actor.workspace, token, actor.submitter)
    text = outcome_message(outcome, actor.id) if outcome.is_repeated else msg("The link was added.")
    await response.replace_message(interaction, card_answer(outcome.paper, actor, actor.say(text)))
    await update_messages(interaction.client)


async def _digest_url(interaction: Interaction, paper: Paper) -> str | None:
    """Return the address of this workspace's newest message of a digest that shows a paper."""
    actor = interaction.actor
    message = await actor.services.lookup.sent_in(actor.workspace, paper.id, f"slack:{actor.team}", _shows)
    return await response.permalink(interaction, message[0].rpartition("/")[2], message[1]) if message else None


def _shows(payload: Payload, id: str) -> bool:
    return id in papers_of(payload)
