"""/inbox: what others proposed, for curators to accept, edit or reject; the proposer is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ui import View

from bot.domain.numbers import number_in
from bot.i18n import t, tn
from bot.platforms.discord import answer
from bot.platforms.discord.card import embed_of
from bot.platforms.discord.context import Interaction, Reader, reader_of
from bot.platforms.discord.drafts import open_form, show_there_already, token_for
from bot.platforms.discord.localised import both
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.press import LastingButton, lasting
from bot.platforms.discord.proposer import Fate, tell_proposer
from bot.services.inbox import change_of_proposal, paper_of
from bot.store.inbox import Candidate


@app_commands.command(
    name=both("inbox", "受信箱"), description=both("Decide on proposed papers", "提案された論文を確認する")
)
@app_commands.guild_only()
async def inbox(interaction: Interaction) -> None:
    """Show the oldest proposal with what can be done about it."""
    reader = await reader_of(interaction)
    reader.require_curator()
    await answer.send(interaction, **await _next(reader))


class Accept(LastingButton, name="accept", style=discord.ButtonStyle.success):
    """Adds the proposed paper."""

    async def press(self, interaction: Interaction) -> None:
        """Add the paper as it was shown and tell its proposer."""
        reader = await reader_of(interaction)
        reader.require_curator()
        number = number_in(self.about)
        token = token_for(interaction)
        candidate, made = await reader.services.inbox.accept(reader.workspace, number, reader.actor, token)
        if made.is_new:
            await answer.replace(interaction, **await _next(reader))
        else:
            await show_there_already(interaction, reader, made.paper, candidate, made.comment)
            await answer.send(interaction, **await _next(reader))
        fate: Fate = "added" if made.is_new else "known"
        await tell_proposer(interaction, reader, candidate, made.paper, fate)


class Reject(LastingButton, name="reject", style=discord.ButtonStyle.danger):
    """Forgets the proposed paper."""

    async def press(self, interaction: Interaction) -> None:
        """Forget the proposal and tell its proposer."""
        reader = await reader_of(interaction)
        reader.require_curator()
        candidate = await reader.services.inbox.reject(reader.workspace, number_in(self.about))
        await answer.replace(interaction, **await _next(reader))
        await tell_proposer(interaction, reader, candidate, paper_of(candidate), "rejected")


class Change(LastingButton, name="change"):
    """Opens the proposal's form, to mend it before it is accepted."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with what was proposed."""
        reader = await reader_of(interaction)
        reader.require_curator()
        candidate = await reader.services.inbox.get(reader.workspace, number_in(self.about))
        paper = paper_of(candidate)
        await open_form(interaction, reader, change_of_proposal(candidate, paper), paper)


async def _next(reader: Reader) -> dict[str, Any]:
    """Return the message that shows the oldest proposal, or that none waits."""
    waiting = await reader.services.inbox.waiting(reader.workspace)
    if not waiting:
        return {"content": t(reader.locale, "No proposal waits."), "embeds": [], "view": View()}
    return await _proposal(reader, waiting[0], len(waiting))


async def _proposal(reader: Reader, candidate: Candidate, waiting: int) -> dict[str, Any]:
    """Return the message that shows a proposal with its buttons, and whether its title is known."""
    paper = replace(paper_of(candidate), added_by=candidate.proposed_by)
    number, locale = candidate.number, reader.locale
    view = lasting(
        Accept(number, t(locale, "Accept")),
        Change(number, t(locale, "Edit")),
        Reject(number, t(locale, "Reject")),
    )
    head = t(locale, "Proposed by {name}.", name=escape(candidate.proposed_by or "?"))
    if waiting > 1:
        head += " " + tn(locale, "{n} more proposal waits.", "{n} more proposals wait.", waiting - 1)
    if twin := await reader.services.inbox.twin(reader.workspace, paper):
        head += "\n" + t(locale, "There is a paper of this title already, under other ids: {id}", id=escape(twin.id))
    return {"content": head, "embeds": [embed_of(paper, locale)], "view": view}
