"""What serves each command, button, menu, modal, shortcut and event, by its name at Slack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from bot.domain.text import normalized
from bot.platforms.slack import app_home, card, draft_form, drafts, duplicate, home_view, inbox_card, paper_list, unfurl
from bot.platforms.slack.command_list import COMMAND_LIST
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.commands import (
    addpaper,
    alias,
    digest,
    editpaper,
    export,
    feed,
    help,
    inbox,
    paper,
    stats,
    subscribe,
    undo,
)
from bot.platforms.slack.context import Client, Interaction, Json
from bot.platforms.slack.forms import Form
from bot.platforms.slack.manifest import ADD_SHORTCUT
from bot.platforms.slack.mrkdwn import unescape
from bot.services.rate_limit import ADDITION_COST, DECISION_COST, EXPORT_COST, FEED_COST, STATISTICS_COST, UNDO_COST

Command: TypeAlias = Callable[[Interaction, str], Awaitable[None]]
"""Serves a command; the text is what follows its name."""
Press: TypeAlias = Callable[[Interaction, str], Awaitable[None]]
"""Serves a button or a menu; the text is the button's value or the chosen option's."""
Complete: TypeAlias = Callable[[Client, str], Awaitable[list[Any]]]
"""Returns the choices for a half-typed text."""
Shortcut: TypeAlias = Callable[[Interaction, Json], Awaitable[None]]
Event: TypeAlias = Callable[[Client, Json], Awaitable[None]]
"""Serves an event, which stands in the body under `event`."""

COMMANDS: Mapping[str, Command] = {
    "paper": paper.paper,
    "papers": paper.papers,
    "random": paper.random,
    "addpaper": addpaper.addpaper,
    "editpaper": editpaper.editpaper,
    "removepaper": editpaper.removepaper,
    "history": editpaper.history,
    "undo": undo.undo,
    "inbox": inbox.inbox,
    "alias": alias.alias,
    "digest": digest.digest,
    "feed": feed.feed,
    "export": export.export,
    "stats": stats.stats,
    "help": help.show_help,
}
# Slack's names of commands are ASCII; after the command that reaches all, Japanese ones work too.
_JAPANESE: Mapping[str, str] = {each.japanese: each.name for each in COMMAND_LIST}
COSTS: Mapping[str, float] = {
    "addpaper": ADDITION_COST,
    ADD_SHORTCUT: ADDITION_COST,
    "undo": UNDO_COST,
    "export": EXPORT_COST,
    "feed": FEED_COST,
    "stats": STATISTICS_COST,
    **dict.fromkeys(inbox_card.DECISIONS, DECISION_COST),
}
"""What an interaction costs its person, where that is more than the usual, by its name."""
FOR_EVERYBODY = frozenset(
    (
        *("paper", "papers", "random", "addpaper", "history", "export", "stats", "help"),
        *(card.SHOW, home_view.FIND, paper_list.OPEN, paper_list.TURN, addpaper.START, ADD_SHORTCUT),
    )
)
"""What begins the same for curators and others, by its name, so that it need not wait for who somebody is."""
ACTIONS: Mapping[str, Press] = {
    card.SHOW: card.show,
    home_view.FIND: paper_list.look_up,
    paper_list.OPEN: paper_list.open_paper,
    paper_list.TURN: paper_list.turn_page,
    addpaper.ADD: addpaper.addpaper,
    addpaper.START: addpaper.start,
    duplicate.ADD_LINK: duplicate.add_link,
    drafts.SAVE: drafts.save,
    drafts.SAVE_ANOTHER: drafts.save_as_another,
    drafts.OVERWRITE: drafts.save,
    drafts.REOPEN: drafts.reopen,
    drafts.CANCEL: drafts.cancel,
    editpaper.EDIT: editpaper.edit,
    editpaper.REMOVE: editpaper.remove,
    editpaper.HISTORY: editpaper.show_history,
    editpaper.CONFIRM_REMOVAL: editpaper.confirm_removal,
    undo.UNDO: undo.undo_chosen,
    inbox_card.NEXT: inbox.inbox,
    inbox_card.ACCEPT: inbox.accept,
    inbox_card.CHANGE: inbox.change,
    inbox_card.REJECT: inbox.reject,
    inbox_card.LATER: inbox.put_off,
    inbox_card.UNDO: inbox.undo,
    digest.PREVIEW: digest.continue_preview,
    feed.SAVE: feed.save,
    feed.REOPEN: feed.reopen,
    feed.CANCEL: feed.cancel,
    feed.REMOVE: feed.confirm_removal,
}
FORMS: Mapping[str, Form] = {
    paper.SEARCH: Form(paper.show_chosen),
    addpaper.ASK: Form(addpaper.start_with_answer, draft_form.validate),
    draft_form.FORM: Form(drafts.save_form, draft_form.validate),
    draft_form.FIND_FORM: Form(inbox.save_find, draft_form.validate),
    drafts.SAVE: Form(drafts.save_shown),
    editpaper.EDIT: Form(editpaper.edit_chosen),
    editpaper.REMOVE: Form(editpaper.remove_chosen),
    feed.FORM: Form(feed.answer_form, feed.validate),
    feed.SAVE: Form(feed.save_shown),
    subscribe.SUBSCRIBE: Form(subscribe.submit, subscribe.validate),
}
MENUS: Mapping[str, Complete] = {paper.TYPEAHEAD: paper.complete}
SHORTCUTS: Mapping[str, Shortcut] = {ADD_SHORTCUT: addpaper.add_from_message}
EVENTS: Mapping[str, Event] = {"app_home_opened": app_home.open_home, "link_shared": unfurl.recognize_links}


def command_in(command: str, text: str, names: CommandNames) -> tuple[str, str]:
    """Return the name of a command and the text after it, also for one behind the command that reaches all."""
    name, text = command.removeprefix("/"), unescape(text).strip()
    if name == names.umbrella:
        word, _, rest = text.partition(" ")
        name, text = normalized("NFKC", word).casefold().removeprefix("/"), rest.strip()
    return _JAPANESE.get(name, name) or "help", text
