"""The inbox's message: what was done last, and the next candidate with a button for each decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from discord import ButtonStyle
from discord.ui import Button

from bot.domain.candidate import Candidate
from bot.i18n import Locale, t
from bot.platforms.discord.card import embed_of
from bot.platforms.discord.components import button, persistent_view
from bot.platforms.discord.context import Actor
from bot.services.papers.outcomes import ReviewStep

ACCEPT, CHANGE, REJECT, LATER, UNDO = "accept", "change", "reject", "later", "undo_decision"


def step_message(step: ReviewStep, actor: Actor) -> dict[str, Any]:
    """Return a message with the next candidate and its buttons, or that none waits."""
    locale, proposal = actor.locale, step.proposal
    buttons = list(decision_buttons(proposal.candidate, locale)) if proposal else []
    if step.undoable:
        buttons.append(button(UNDO, step.undoable, t(locale, "Undo the decision")))
    embeds = [embed_of(proposal.paper, locale)] if proposal else []
    return {"content": step.text(locale, actor.names.say), "embeds": embeds, "view": persistent_view(*buttons)}


def decision_buttons(candidate: Candidate, locale: Locale) -> Iterator[Button[Any]]:
    """Yield a button for each decision; a feed's find has no Edit, since accepting it opens its form.

    Even if it has become somebody's proposal by then, which the curator has not seen.
    """
    accept = CHANGE if candidate.is_find else ACCEPT
    yield button(accept, candidate.number, t(locale, "Accept"), ButtonStyle.success)
    if not candidate.is_find:
        yield button(CHANGE, candidate.number, t(locale, "Edit"))
    yield from other_buttons(candidate.number, locale)


def other_buttons(number: int, locale: Locale) -> Iterator[Button[Any]]:
    """Yield the buttons that add nothing."""
    yield button(REJECT, number, t(locale, "Reject"), ButtonStyle.danger)
    yield button(LATER, number, t(locale, "Later"))
