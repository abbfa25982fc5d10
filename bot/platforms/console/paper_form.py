"""The form of a paper at the prompt: one question per field, its value filled in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from bot.domain.dates import parse_date
from bot.domain.draft import Draft, prefilled, with_answers
from bot.domain.errors import InputError
from bot.domain.metadata import Metadata
from bot.domain.text import clean_line
from bot.i18n import msg, t
from bot.platforms.console.terminal import Terminal

FIELDS = ("title", "headline", "date", "comment", "tags")
T = TypeVar("T")


async def fill_form(
    terminal: Terminal,
    draft: Draft,
    make: Callable[[Draft], Awaitable[T]],
    metadata: Metadata | None = None,
    fields: Sequence[str] = FIELDS,
) -> T:
    """Return what `make` makes of the filled-in form; after an InputError the form is asked again, with its answers.

    Raises AbortError.
    """
    while True:
        draft = with_answers(draft, form := prefilled(draft, metadata), await _answers(terminal, form, fields))
        try:
            return await terminal.attempt(partial(make, draft))
        except InputError as error:
            terminal.say(error.text(terminal.locale), "yellow")


async def _answers(terminal: Terminal, draft: Draft, fields: Sequence[str]) -> dict[str, str]:
    locale = terminal.locale
    labels = {
        "title": t(locale, "Title"),
        "headline": t(locale, "Headline"),
        "date": t(locale, "Date"),
        "comment": t(locale, "Comment"),
        "tags": t(locale, "Tags"),
    }
    checks: dict[str, Callable[[str], object]] = {"title": _check_title, "date": _check_date}
    answers: dict[str, str] = {}
    for name in fields:
        if "\n" in getattr(draft, name):
            continue  # a prompt edits one line, so texts of several lines stay unchanged
        answers[name] = await terminal.ask_until(f"  {labels[name]}: ", getattr(draft, name), checks.get(name, str))
    return answers


def _check_title(text: str) -> None:
    if not clean_line(text):
        raise InputError(msg("The title is missing; copy it from the paper."))


def _check_date(text: str) -> None:
    if text.strip():
        parse_date(text)
