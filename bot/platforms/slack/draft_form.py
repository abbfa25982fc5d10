"""The form that describes a paper: built from a draft, checked at once, and read when it is submitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.domain.dates import parse_date
from bot.domain.draft import Draft, read_links, read_source
from bot.domain.errors import InputError
from bot.domain.text import clip
from bot.i18n import Locale, msg, t
from bot.platforms.form_fields import FormField, detail_fields, paper_fields
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.forms import Values
from bot.platforms.slack.mrkdwn import escape_within, link_within

FORM, FIND_FORM = "draft", "find"
_LONGEST = kit.LONGEST_TEXT  # characters that Slack takes in one input
_LONGEST_ADDRESS = 2000
_CHECKS: Mapping[str, Callable[[str], object]] = {"date": parse_date, "links": read_links, "source": read_source}


def draft_modal(interaction: Interaction, draft: Draft, token: str, problem: str = "") -> Block:
    """Return the form of a stored draft, filled with its values, below an escaped text that says what is wrong.

    That of a feed's find accepts it; its argument also names the candidate.
    """
    locale = interaction.actor.locale
    fields = paper_fields(draft, locale, _LONGEST)
    details = [] if draft.is_addition or draft.is_find else detail_fields(draft, locale, _LONGEST)
    body = [
        *([kit.section(f"⚠️ {problem}")] if problem else []),
        *([_source(draft.source)] if draft.is_addition else []),
        *(_input(field) for field in fields if field.fits),
        *([kit.header(t(locale, "Links and authors"))] if details else []),
        *(_input(field) for field in details if field.fits),
        *_left_out([field for field in (*fields, *details) if not field.fits], locale),
    ]
    if draft.is_find:
        metadata = interaction.origin.metadata(f"{draft.candidate}:{token}")
        return response.modal(title_of(draft, locale), body, locale, FIND_FORM, metadata, submit=t(locale, "Accept"))
    metadata = interaction.origin.metadata(token)
    return response.modal(title_of(draft, locale), body, locale, FORM, metadata, submit=t(locale, "Preview"))


def title_of(draft: Draft, locale: Locale) -> str:
    """Return the title of a draft's modals."""
    return t(locale, "Add a paper") if draft.is_addition or draft.is_find else t(locale, "Edit the paper")


def validate(values: Values, locale: Locale) -> dict[str, str]:
    """Return what is wrong with a date, with links or with a source, for the inputs of a submitted form."""
    errors = {}
    for name, read in _CHECKS.items():
        if text := values.get(name, "").strip():
            try:
                read(text)
            except InputError as error:
                errors[name] = clip(error.text(locale), kit.LONGEST_TEXT)
    return errors


def answers_of(values: Values) -> dict[str, str]:
    """Return the values of a submitted form. Raises InputError when it cannot be read."""
    empty = Draft("")
    names = {each.name for each in (*paper_fields(empty, "en", _LONGEST), *detail_fields(empty, "en", _LONGEST))}
    if answers := {name: text for name, text in values.items() if name in names}:
        return answers
    raise InputError(msg("This form could not be read, so nothing was changed; please open it again."))


def _input(field: FormField) -> Block:
    """Return a field's input, its hint inside as long as it is empty, else below."""
    inside, below = ("", field.hint) if field.text else (field.hint, "")
    element = kit.text_input(field.limit, field.text, is_multiline=field.is_long, placeholder=inside)
    return kit.input_block(field.name, field.label, element, hint=below, is_optional=not field.is_required)


def _source(source: str) -> Block:
    return kit.context(link_within(escape_within(clip(source, 300), 400), read_source(source)[0].url, _LONGEST_ADDRESS))


def _left_out(fields: list[FormField], locale: Locale) -> list[Block]:
    if not fields:
        return []
    names = t(locale, ", ").join(field.label for field in fields)
    return [kit.context(t(locale, "Too long for this form, so it stays as it is: {fields}", fields=names))]
