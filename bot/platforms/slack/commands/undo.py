"""/undo: reverts a change, and offers others."""

from __future__ import annotations

from bot.domain.errors import NotFoundError
from bot.domain.numbers import number_in
from bot.domain.text import clip
from bot.i18n import t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.context import Actor, Interaction
from bot.platforms.slack.drafts import update_messages
from bot.platforms.slack.mrkdwn import escape_within
from bot.platforms.slack.response import Answer
from bot.services.papers.history_text import describe

UNDO = "undo"
_MOST_OFFERED = 25
_LONGEST = 500


async def undo(interaction: Interaction, number: str) -> None:
    """Revert the change of that number, or without one the person's own last change, and offer others."""
    actor = interaction.actor
    try:
        text = await _undone(actor, number)
    except NotFoundError as error:
        if number:
            raise
        text = actor.say(error.message)
    await response.send(interaction, Answer(text, () if number else await _offers(actor)))
    await update_messages(interaction.client)


async def undo_chosen(interaction: Interaction, number: str) -> None:
    """Revert the change that was chosen in the menu."""
    actor = interaction.actor
    text = await _undone(actor, number)
    await response.replace_message(interaction, Answer(text, await _offers(actor)))
    await update_messages(interaction.client)


async def _undone(actor: Actor, number: str) -> str:
    """Revert a change and return what it was."""
    id = number_in(number.lstrip("#")) if number else None
    change, headings = await actor.services.undo.undo_by(actor.workspace, actor.submitter, id)
    return t(actor.locale, "Undone: {change}", change=escape_within(describe(change, headings, actor.locale), _LONGEST))


async def _offers(actor: Actor) -> tuple[Block, ...]:
    """Return a menu of the newest changes that the person may revert, if there are any."""
    locale = actor.locale
    changes = await actor.services.undo.undoable_by(actor.workspace, actor.submitter, _MOST_OFFERED)
    options = [
        kit.option(f"#{change.id} {clip(describe(change, headings, locale), 65)}", str(change.id))
        for change, headings in changes
    ]
    if not options:
        return ()
    question = kit.confirmation(
        t(locale, "Undo this change?"),
        t(locale, "The papers will be as they were before it."),
        t(locale, "Undo"),
        t(locale, "Cancel"),
    )
    return (kit.actions(kit.menu(UNDO, t(locale, "Undo another change"), options, question)),)
