"""The inbox's message: what was done last, and the next candidate with a button for each decision."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.candidate import Candidate
from bot.i18n import Locale, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.card import heading_of
from bot.platforms.slack.context import Actor
from bot.platforms.slack.render import card_blocks
from bot.platforms.slack.response import Answer
from bot.services.papers.outcomes import ReviewStep

ACCEPT, CHANGE, REJECT, LATER, UNDO = DECISIONS = "accept", "change", "reject", "later", "undo_decision"
NEXT = "next"


def step_answer(step: ReviewStep, actor: Actor, *below: Block) -> Answer:
    """Return an answer with the next candidate and its buttons, or that none waits; `below` stands under the text."""
    locale, proposal = actor.locale, step.proposal
    buttons = list(_buttons(proposal.candidate, locale)) if proposal else []
    if step.undoable:
        buttons.append(kit.button(UNDO, t(locale, "Undo the decision"), step.undoable))
    card = card_blocks(proposal.paper, locale) if proposal else []
    row = [kit.actions(*buttons)] if buttons else []
    headings = (heading_of(proposal.paper),) if proposal else ()
    return Answer(step.text(locale, actor.names.say), (*below, *card, *row), headings)


def _buttons(candidate: Candidate, locale: Locale) -> Iterator[Block]:
    """Yield a button for each decision; a feed's find has no Edit, since accepting it opens its form.

    Even if it has become somebody's proposal by then, which the curator has not seen.
    """
    number = candidate.number
    yield kit.button(CHANGE if candidate.is_find else ACCEPT, t(locale, "Accept"), number, "primary")
    if not candidate.is_find:
        yield kit.button(CHANGE, t(locale, "Edit"), number)
    yield kit.button(REJECT, t(locale, "Reject"), number, "danger")
    yield kit.button(LATER, t(locale, "Later"), number)
