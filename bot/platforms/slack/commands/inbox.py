"""/inbox: candidates for curators to accept, reject or put off, one after another in one message."""

from __future__ import annotations

from bot.domain.candidate import proposed_paper
from bot.domain.errors import DecidedError
from bot.domain.numbers import number_in
from bot.domain.text import clip
from bot.i18n import t
from bot.platforms.components import draft_token
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.draft_form import answers_of
from bot.platforms.slack.drafts import open_draft, show_problem, show_step
from bot.platforms.slack.forms import Values
from bot.platforms.slack.inbox_card import step_answer
from bot.platforms.slack.mrkdwn import escape_within
from bot.services.papers.outcomes import UnfinishedDraft
from bot.services.papers.proposal import candidate_draft


async def inbox(interaction: Interaction, _text: str = "") -> None:
    """Show the first candidate with its buttons."""
    actor = interaction.actor
    step = await actor.services.review.begin(actor.workspace, actor.submitter)
    await response.send(interaction, step_answer(step, actor))


async def accept(interaction: Interaction, argument: str) -> None:
    """Open a find's form, or add a proposal's paper as it was shown."""
    actor, number = interaction.actor, number_in(argument)
    if await _open_form(interaction, number, only_finds=True):
        return
    token = draft_token(interaction.key)
    await show_step(interaction, await actor.services.review.accept(actor.workspace, number, actor.submitter, token))


async def reject(interaction: Interaction, argument: str) -> None:
    """Reject the candidate and show the next."""
    actor = interaction.actor
    step = await actor.services.review.reject(actor.workspace, number_in(argument), actor.submitter)
    await show_step(interaction, step)


async def put_off(interaction: Interaction, argument: str) -> None:
    """Put the candidate behind all others and show the next."""
    actor = interaction.actor
    step = await actor.services.review.put_off(actor.workspace, number_in(argument), actor.submitter)
    await show_step(interaction, step)


async def undo(interaction: Interaction, argument: str) -> None:
    """Take a decision of this curator back and show its candidate again."""
    actor = interaction.actor
    step = await actor.services.review.undo(actor.workspace, actor.submitter, number_in(argument))
    await show_step(interaction, step)


async def change(interaction: Interaction, argument: str) -> None:
    """Open the form with the proposed values."""
    await _open_form(interaction, number_in(argument))


async def save_find(interaction: Interaction, values: Values) -> None:
    """Accept a find as typed and show the next, or the form again with what is wrong."""
    actor = interaction.actor
    number, _, token = interaction.argument.partition(":")
    typed = answers_of(values)
    step = await actor.services.review.accept_form(actor.workspace, number_in(number), token, typed, actor.submitter)
    if isinstance(step, UnfinishedDraft):
        await show_problem(interaction, token, step)
    else:
        await show_step(interaction, step, *(_typed(typed, interaction) if step.is_refused else ()))


async def _open_form(interaction: Interaction, number: int, *, only_finds: bool = False) -> bool:
    """Open a candidate's form, or show the next where it was decided on; return whether either was done."""
    actor = interaction.actor
    actor.require_curator()
    try:
        candidate = await actor.services.inbox.get(actor.workspace, number, actor.submitter)
    except DecidedError as error:
        await show_step(interaction, await actor.services.review.refused(actor.workspace, actor.submitter, error))
        return True
    if only_finds and not candidate.is_find:
        return False
    paper = proposed_paper(candidate)
    await open_draft(interaction, candidate_draft(candidate, paper), paper)
    return True


def _typed(values: Values, interaction: Interaction) -> list[Block]:
    """Return a person's own words of a form that came too late, so that they can be copied."""
    words = [text for name in ("headline", "comment") if (text := values.get(name, "").strip())]
    if not words:
        return []
    heading = t(interaction.actor.locale, "This is what you had typed:")
    return [kit.section(f"{heading}\n{escape_within(clip(text, kit.LONGEST_TEXT), 2900)}") for text in words]
