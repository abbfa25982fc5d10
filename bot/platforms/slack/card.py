"""A paper's card as an answer, and the button that shows it to everyone."""

from __future__ import annotations

from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.context import Actor, Interaction
from bot.platforms.slack.mrkdwn import escape_within
from bot.platforms.slack.render import card_blocks
from bot.platforms.slack.response import Answer

SHOW = "show"


def card_answer(paper: Paper, actor: Actor, text: str = "", *buttons: Block) -> Answer:
    """Return one paper's card with its buttons and further ones, below an escaped text."""
    if actor.channel:
        buttons = (*buttons, kit.button(SHOW, "📣 " + t(actor.locale, "Show to everyone"), paper.id))
    below = [kit.actions(*buttons)] if buttons else []
    return Answer(text, (*card_blocks(paper, actor.locale), *below), (heading_of(paper),))


def cards_answer(text: str, locale: Locale, *papers: Paper) -> Answer:
    """Return papers' cards without buttons, below an escaped text; a paper may stand there twice."""
    cards = (block for paper in papers for block in ({"type": "divider"}, *card_blocks(paper, locale)))
    blocks = [{name: value for name, value in block.items() if name != "block_id"} for block in cards]
    return Answer(text, tuple(blocks[1:]), tuple(map(heading_of, papers)))


def heading_of(paper: Paper) -> str:
    """Return a paper's heading for the text that screen readers use."""
    return escape_within(paper.heading, 150)


async def show(interaction: Interaction, id: str) -> None:
    """Post one paper to the channel, with the name of the sharer."""
    actor = interaction.actor
    paper = await actor.services.lookup.get(actor.workspace, id)
    shared = t(actor.locale, "Shared by {name}", name=escape_within(actor.name, 80))
    blocks = (*card_blocks(paper, actor.locale), kit.context(shared))
    await response.show_to_all(interaction, Answer("", blocks, (heading_of(paper),)))
    if interaction.view_id:  # it covers the channel, so the post behind it is not seen
        text = t(actor.locale, "Everyone in the channel sees it now.")
        await response.show_in_modal(interaction, cards_answer(text, actor.locale, paper))
