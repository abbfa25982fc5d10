"""/inbox: candidates for curators to accept, reject or put off, one after another in one message."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.domain.candidate import proposed_paper
from bot.domain.errors import DayoriError, DecidedError, DuplicateError
from bot.domain.numbers import number_in
from bot.i18n import t
from bot.platforms.discord import response
from bot.platforms.discord.components import PersistentButton, persistent_view
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.drafts import Edit, open_draft, show_step, token_for
from bot.platforms.discord.inbox_card import ACCEPT, CHANGE, LATER, REJECT, UNDO, other_buttons, step_message
from bot.platforms.discord.localization import both
from bot.platforms.discord.modal import find_of, inputs_file, inputs_of, token_of
from bot.services.papers.outcomes import UnfinishedDraft
from bot.services.papers.proposal import candidate_draft
from bot.services.rate_limit import DECISION_COST


@app_commands.command(
    name=both("inbox", "受信箱"),
    description=both("Decide on papers that people proposed or feeds found", "提案やフィードの論文の採否を決める"),
)
@app_commands.guild_only()
async def inbox(interaction: Interaction) -> None:
    """Show the first candidate with its buttons."""
    actor = await actor_of(interaction)
    step = await actor.services.review.begin(actor.workspace, actor.submitter)
    await response.send(interaction, **step_message(step, actor))


class Accept(PersistentButton, name=ACCEPT, style=discord.ButtonStyle.success, cost=DECISION_COST):
    """Adds the proposed paper; a feed's find is added by its form."""

    async def press(self, interaction: Interaction) -> None:
        """Open a find's form, or add the paper as it was shown."""
        actor, number = await actor_of(interaction), number_in(self.argument)
        if await _open_form(interaction, actor, number, only_finds=True):
            return
        token = token_for(interaction)
        step = await actor.services.review.accept(actor.workspace, number, actor.submitter, token)
        await show_step(interaction, actor, step)


class Reject(PersistentButton, name=REJECT, style=discord.ButtonStyle.danger, cost=DECISION_COST):
    """Rejects the candidate."""

    async def press(self, interaction: Interaction) -> None:
        """Reject it and show the next."""
        actor = await actor_of(interaction)
        step = await actor.services.review.reject(actor.workspace, number_in(self.argument), actor.submitter)
        await show_step(interaction, actor, step)


class Later(PersistentButton, name=LATER, cost=DECISION_COST):
    """Puts the candidate off."""

    async def press(self, interaction: Interaction) -> None:
        """Put it behind all others and show the next."""
        actor = await actor_of(interaction)
        step = await actor.services.review.put_off(actor.workspace, number_in(self.argument), actor.submitter)
        await show_step(interaction, actor, step)


class UndoDecision(PersistentButton, name=UNDO, cost=DECISION_COST):
    """Takes a decision of this curator back."""

    async def press(self, interaction: Interaction) -> None:
        """Show the candidate again."""
        actor = await actor_of(interaction)
        step = await actor.services.review.undo(actor.workspace, actor.submitter, number_in(self.argument))
        await show_step(interaction, actor, step)


class Change(PersistentButton, name=CHANGE, cost=DECISION_COST):
    """Opens the proposal's form, to edit it before it is accepted."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with the proposed values."""
        await _open_form(interaction, await actor_of(interaction), number_in(self.argument))


async def save_find(interaction: Interaction) -> None:
    """Accept a find as typed and show the next; on an error, send what was typed back as a file."""
    actor, number = await actor_of(interaction), find_of(interaction)
    inputs, token = inputs_of(interaction), token_of(interaction)
    typed: dict[str, Any] = {"file": inputs_file(inputs, actor.locale)}
    try:
        step = await actor.services.review.accept_form(actor.workspace, number, token, inputs, actor.submitter)
    except DuplicateError:
        raise
    except DayoriError as error:
        await response.send(interaction, actor.say(error.message), **typed)
        return
    if isinstance(step, UnfinishedDraft):
        await _show_problem(interaction, actor, token, step)
        return
    await show_step(interaction, actor, step)
    if step.is_refused and any(inputs.get(name, "").strip() for name in ("headline", "comment")):
        await response.send(interaction, t(actor.locale, "This is what you had typed:"), **typed)


async def _open_form(interaction: Interaction, actor: Actor, number: int, *, only_finds: bool = False) -> bool:
    """Open a candidate's form, or show the next where it was decided on; return whether either was done."""
    actor.require_curator()
    try:
        candidate = await actor.services.inbox.get(actor.workspace, number, actor.submitter)
    except DecidedError as error:
        step = await actor.services.review.refused(actor.workspace, actor.submitter, error)
        await show_step(interaction, actor, step)
        return True
    if only_finds and not candidate.is_find:
        return False
    paper = proposed_paper(candidate)
    await open_draft(interaction, actor, candidate_draft(candidate, paper), paper)
    return True


async def _show_problem(interaction: Interaction, actor: Actor, token: str, unfinished: UnfinishedDraft) -> None:
    """Say what is wrong with a find's form, with a button that opens it as it was typed."""
    number, locale = unfinished.draft.candidate, actor.locale
    view = persistent_view(Edit(token, t(locale, "Open the form")), *other_buttons(number, locale))
    await response.replace(interaction, content=actor.say(unfinished.problem), embeds=[], view=view)
