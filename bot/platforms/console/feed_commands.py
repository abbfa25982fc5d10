"""Feeds at the prompt: added and changed after a look at what a filter does.

Ctrl-C, Ctrl-D or the end of input at a question raises AbortError, which ends the command; nothing is saved before the
last question is answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from uuid import uuid4

from bot.domain.errors import InputError
from bot.domain.feed_filter_text import filter_from
from bot.i18n import Message, msg, t
from bot.platforms.console import feed_trial, feeds
from bot.platforms.console.terminal import Terminal
from bot.services.feeds import feed_messages
from bot.services.feeds.outcomes import FeedForm, FeedPreview

EXAMPLE = "/feed add https://rss.arxiv.org/rss/cs.CL"


async def feed(terminal: Terminal, arguments: str) -> None:
    """Add, list, remove, try, change, pause or resume feeds, depending on the first word. Raises InputError."""
    verb, _, text = arguments.partition(" ")
    act = _COMMANDS.get(verb or "list")
    if act is None:
        raise InputError(
            msg(
                "Write add, list, test, edit, remove, pause or resume after it, for instance: {example}",
                example=EXAMPLE,
            )
        )
    if verb not in ("", "list") and not text.strip():
        raise InputError(msg("Say which feed, for instance: {example}", example=f"/feed {verb} {_EXAMPLES[verb]}"))
    await act(terminal, text.strip())


async def _add(terminal: Terminal, url: str) -> None:
    drafts, token = terminal.services.feeds.drafts, uuid4().hex
    preview = await drafts.begin(terminal.workspace, token, url, {}, terminal.submitter)
    while True:
        await _show(terminal, preview)
        if await terminal.confirm(_text(terminal, feed_messages.question_message(preview)), default=True):
            break
        if not await _wants_another(terminal):
            return
        preview = await _fill_in(terminal, token)
    await _save(terminal, token, preview)


async def _edit(terminal: Terminal, name: str) -> None:
    drafts, token = terminal.services.feeds.drafts, uuid4().hex
    await drafts.open_change(terminal.workspace, token, name, terminal.submitter)
    while True:
        preview = await _fill_in(terminal, token)
        await _show(terminal, preview)
        if await terminal.confirm(_text(terminal, feed_messages.question_message(preview)), default=True):
            break
        if not await _wants_another(terminal):
            return
    await _save(terminal, token, preview)


async def _list(terminal: Terminal, name: str) -> None:
    management = terminal.services.feeds.management
    statuses = await management.statuses(terminal.workspace, name)
    if not statuses:
        terminal.say(_text(terminal, feed_messages.NO_FEEDS))
        return
    zone, width = terminal.services.zone, terminal.console.width
    terminal.console.print(feeds.feed_list(statuses, management.now(), zone, terminal.locale, width))


async def _test(terminal: Terminal, feed: str) -> None:
    services = terminal.services.feeds
    url, filter = await services.management.address_and_filter(terminal.workspace, feed, {})
    url, trial = await services.trials.find(terminal.workspace, url, filter)
    terminal.console.print(feed_trial.trial(trial, url, terminal.locale, terminal.console.width))


async def _remove(terminal: Terminal, name: str) -> None:
    management = terminal.services.feeds.management
    removal = await management.removal(terminal.workspace, name)
    if not await terminal.confirm(_text(terminal, feed_messages.removal_question(removal)), default=False):
        terminal.say(t(terminal.locale, "Not removed."))
        return
    removed = await management.remove(terminal.workspace, removal.feed.id)
    terminal.say(_text(terminal, feed_messages.removed_message(removed)))


async def _pause(terminal: Terminal, name: str) -> None:
    paused = await terminal.services.feeds.management.pause(terminal.workspace, name)
    terminal.say(_text(terminal, feed_messages.paused_message(paused)))


async def _resume(terminal: Terminal, name: str) -> None:
    resumed = await terminal.services.feeds.management.resume(terminal.workspace, name)
    terminal.say(_text(terminal, feed_messages.resumed_message(resumed)))


async def _fill_in(terminal: Terminal, token: str) -> FeedPreview:
    """Ask for a draft's fields until a preview can be made of them; rules stand between commas."""
    drafts = terminal.services.feeds.drafts
    while True:
        form = await drafts.form(terminal.workspace, token, terminal.submitter)
        texts = await _ask_fields(terminal, form)
        try:
            return await drafts.answer(terminal.workspace, token, texts, terminal.submitter)
        except InputError as error:
            terminal.say(error.text(terminal.locale), "yellow")


async def _ask_fields(terminal: Terminal, form: FeedForm) -> dict[str, str]:
    locale = terminal.locale
    labels = {
        "include": t(locale, "At least one of"),
        "exclude": t(locale, "None of"),
        "authors": t(locale, "Authors"),
        "tags": t(locale, "Categories"),
    }
    answers = dict[str, str]()
    if form.name is not None:
        answers["name"] = await terminal.prompt.ask(f"  {t(locale, 'Name')}: ", form.name)
    for field, label in labels.items():
        line = ", ".join(form.texts[field].split("\n"))
        answers[field] = await terminal.ask_until(f"  {label}: ", line, partial(_require_rules, field))
    return {field: text for field, text in answers.items() if text != ", ".join(form.texts.get(field, "").split("\n"))}


def _require_rules(field: str, text: str) -> None:
    filter_from({field: text}).compiled()


async def _show(terminal: Terminal, preview: FeedPreview) -> None:
    request, width = preview.request, terminal.console.width
    if preview.trial:
        terminal.console.print(feed_trial.trial(preview.trial, request.url, terminal.locale, width))
    elif preview.effect:
        terminal.console.print(feed_trial.effect(preview.effect, terminal.locale, width))


async def _wants_another(terminal: Terminal) -> bool:
    if await terminal.confirm(t(terminal.locale, "Change the filter?"), default=False):
        return True
    terminal.say(t(terminal.locale, "Not saved."))
    return False


async def _save(terminal: Terminal, token: str, preview: FeedPreview) -> None:
    drafts = terminal.services.feeds.drafts
    saved = await drafts.save(terminal.workspace, token, preview.fingerprint, terminal.submitter)
    terminal.say(_text(terminal, feed_messages.saved_message(saved, is_served=False)), "green")


def _text(terminal: Terminal, message: Message) -> str:
    return message.text(terminal.locale)


_COMMANDS: Mapping[str, Callable[[Terminal, str], Awaitable[None]]] = {
    "add": _add,
    "list": _list,
    "test": _test,
    "edit": _edit,
    "remove": _remove,
    "pause": _pause,
    "resume": _resume,
}
_EXAMPLES = {"add": "https://rss.arxiv.org/rss/cs.CL", "test": "https://rss.arxiv.org/rss/cs.CL"} | dict.fromkeys(
    ("edit", "remove", "pause", "resume"), "cs.CL"
)
