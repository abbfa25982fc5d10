"""/paper, /papers and /random: look-ups."""

from __future__ import annotations

from typing import Any

from bot.i18n import t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.card import card_answer
from bot.platforms.slack.context import Client, Interaction
from bot.platforms.slack.forms import Values
from bot.platforms.slack.paper_list import look_up

TYPEAHEAD, SEARCH = "complete", "search"
_MOST = 100  # choices of a menu; the lookup offers 25


async def paper(interaction: Interaction, query: str) -> None:
    """Look a paper up; without a query, open a modal that offers papers while somebody types."""
    if query:
        await look_up(interaction, query)
        return
    locale = interaction.actor.locale
    view = search_modal(interaction, SEARCH, t(locale, "Look up a paper"), t(locale, "Show"))
    await response.open_modal(interaction, view)


async def papers(interaction: Interaction, query: str) -> None:
    """Browse the papers, last added first, or those that a search finds."""
    await look_up(interaction, query)


async def random(interaction: Interaction, query: str) -> None:
    """Show one paper at random, of all or of those that a search finds."""
    actor = interaction.actor
    await response.send(interaction, card_answer(await actor.services.lookup.random(actor.workspace, query), actor))


def search_modal(interaction: Interaction, callback: str, title: str, submit: str) -> Block:
    """Return the modal in which somebody types and chooses a paper; `callback` names the form that gets it."""
    locale = interaction.actor.locale
    menu = kit.typeahead(TYPEAHEAD, t(locale, "A title, a word, an author, a link …"))
    field = kit.input_block("paper", t(locale, "Paper"), menu, is_optional=False)
    metadata = interaction.origin.metadata()
    return response.modal(title, [field], locale, callback, metadata, submit=submit)


async def show_chosen(interaction: Interaction, values: Values) -> None:
    """Show the paper that was chosen in the modal."""
    await look_up(interaction, values.get("paper", ""))


async def complete(client: Client, typed: str) -> list[Any]:
    """Return papers for a half-typed text; a choice holds the paper's id."""
    completions = await client.services.lookup.complete(client.workspace, typed[:500])
    return [
        kit.option(each.heading, each.id, each.title if each.title != each.heading else "")
        for each in completions[:_MOST]
        if len(each.id) <= kit.LONGEST_VALUE
    ]
