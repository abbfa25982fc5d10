"""/editpaper, /removepaper and /history: commands on one paper, which is found by anything that /paper accepts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from bot.domain.draft import edit_draft
from bot.domain.history import Change, Step
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.card import cards_answer
from bot.platforms.slack.commands.paper import search_modal
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.drafts import open_draft, update_messages
from bot.platforms.slack.forms import Values
from bot.platforms.slack.mrkdwn import day_and_time, escape, escape_within
from bot.platforms.slack.paper_list import list_answer
from bot.platforms.slack.response import Answer
from bot.services.papers.history_text import describe_step

PaperAction: TypeAlias = Callable[[Interaction, Paper], Awaitable[None]]

EDIT, REMOVE, HISTORY, CONFIRM_REMOVAL = "edit", "remove", "history", "confirm_removal"
_MOST_OFFERED = 10  # papers; the blocks of a message have a limit in all
_LATEST, _LONGEST_STEP = 15, 450


async def editpaper(interaction: Interaction, query: str) -> None:
    """Change what a paper says."""
    await _find(interaction, query, EDIT)


async def removepaper(interaction: Interaction, query: str) -> None:
    """Remove a paper after one confirmation."""
    await _find(interaction, query, REMOVE)


async def history(interaction: Interaction, query: str) -> None:
    """Show who changed what, newest first: of all papers, or of one, which may have been removed."""
    actor = interaction.actor
    if not query or await actor.services.library.history(actor.workspace, query, limit=1):
        await _show_history(interaction, query or None)
    else:
        await _find(interaction, query, HISTORY)


async def edit_chosen(interaction: Interaction, values: Values) -> None:
    """Open the form of the paper that was chosen in a modal."""
    await _find(interaction, values.get("paper", ""), EDIT)


async def remove_chosen(interaction: Interaction, values: Values) -> None:
    """Ask whether to remove the paper that was chosen in a modal."""
    await _find(interaction, values.get("paper", ""), REMOVE)


async def edit(interaction: Interaction, id: str) -> None:
    """Open the form of a paper of a list."""
    await _continue(interaction, id, EDIT)


async def remove(interaction: Interaction, id: str) -> None:
    """Ask whether to remove a paper of a list."""
    await _continue(interaction, id, REMOVE)


async def show_history(interaction: Interaction, id: str) -> None:
    """Show the history of a paper of a list."""
    await _continue(interaction, id, HISTORY)


async def confirm_removal(interaction: Interaction, id: str) -> None:
    """Remove a paper."""
    actor = interaction.actor
    actor.require_curator()
    paper = await actor.services.library.remove(actor.workspace, id, actor.name, actor=actor.id)
    title, command = escape(clip(paper.heading, 200)), actor.command("undo")
    text = t(actor.locale, 'Removed "{title}". {command} brings it back.', title=title, command=command)
    await response.replace_message(interaction, Answer(text))
    await update_messages(interaction.client)


async def _find(interaction: Interaction, query: str, action: str) -> None:
    """Continue with the one paper that a text means, or ask which of several; without a text, ask for the paper."""
    actor, locale = interaction.actor, interaction.actor.locale
    if action != HISTORY:
        actor.require_curator()
    if not query:
        await response.open_modal(
            interaction, search_modal(interaction, action, _title(action, locale), t(locale, "Next"))
        )
        return
    results = await actor.services.lookup.resolve(actor.workspace, query, limit=_MOST_OFFERED)
    if results.total == 1:
        await _ACTIONS[action](interaction, results.papers[0])
        return
    answer = list_answer(results, actor, action=action, label=_label(action, locale))
    if results.total > len(results.results) > 0:
        shown = t(locale, "{first}-{last} of {total}", first=1, last=len(results.results), total=results.total)
        answer = Answer(answer.text, (*answer.blocks, kit.context(shown)), answer.headings)
    await response.send(interaction, answer)


async def _continue(interaction: Interaction, id: str, action: str) -> None:
    actor = interaction.actor
    await _ACTIONS[action](interaction, await actor.services.lookup.get(actor.workspace, id))


async def _edit(interaction: Interaction, paper: Paper) -> None:
    interaction.actor.require_curator()
    await open_draft(interaction, edit_draft(paper))


async def _ask_to_remove(interaction: Interaction, paper: Paper) -> None:
    actor = interaction.actor
    actor.require_curator()
    question = t(actor.locale, "Remove this paper? {command} brings it back.", command=actor.command("undo"))
    card = cards_answer(question, actor.locale, paper)
    button = kit.button(CONFIRM_REMOVAL, t(actor.locale, "Remove"), paper.id, "danger")
    await response.replace_message(interaction, Answer(card.text, (*card.blocks, kit.actions(button)), card.headings))


async def _history(interaction: Interaction, paper: Paper) -> None:
    await _show_history(interaction, paper.id)


async def _show_history(interaction: Interaction, id: str | None) -> None:
    actor = interaction.actor
    steps = await actor.services.library.history(actor.workspace, id, limit=_LATEST)
    rows = tuple(_row(change, step, actor.locale) for change, step in steps)
    text = t(actor.locale, "The latest changes") if rows else t(actor.locale, "Nothing has been changed yet.")
    await response.replace_message(interaction, Answer(text, rows))


def _row(change: Change, step: Step, locale: Locale) -> Block:
    line = escape_within(describe_step(change, step, locale), _LONGEST_STEP)
    return kit.section(f"*#{change.id}* {day_and_time(change.at)}\n{line}")


def _label(action: str, locale: Locale) -> str:
    return {EDIT: t(locale, "Edit"), REMOVE: t(locale, "Remove"), HISTORY: t(locale, "History")}[action]


def _title(action: str, locale: Locale) -> str:
    return t(locale, "Edit a paper") if action == EDIT else t(locale, "Remove a paper")


_ACTIONS: Mapping[str, PaperAction] = {EDIT: _edit, REMOVE: _ask_to_remove, HISTORY: _history}
