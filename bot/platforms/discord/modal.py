"""The forms that describe a paper or a feed: built from a draft, and read when they are submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import discord
from discord.ui import Label, Modal, TextInput

from bot.domain.draft import Draft
from bot.domain.errors import InputError
from bot.domain.numbers import number_in
from bot.i18n import Locale, msg, t
from bot.platforms.discord.context import Interaction, custom_id_of
from bot.platforms.form_fields import FormField, detail_fields, feed_fields, paper_fields

DRAFT, DETAILS, FIND, FEED = "draft", "details", "find", "feed"
LONGEST = 4000  # characters of one input


def draft_modal(draft: Draft, token: str, locale: Locale) -> Modal:
    """Return the form of a stored draft, filled with its values; that of a feed's find also names its candidate."""
    title = t(locale, "Edit the paper") if draft.paper_id else t(locale, "Add a paper")
    kind = f"{FIND}:{draft.candidate}" if draft.is_find else DRAFT
    form = Modal(title=title, custom_id=f"dayori:{kind}:{token}")
    return _with_inputs(form, paper_fields(draft, locale, LONGEST))


def details_modal(draft: Draft, token: str, locale: Locale) -> Modal:
    """Return the second form of a stored draft: links, authors, organization."""
    form = Modal(title=t(locale, "Links and authors"), custom_id=f"dayori:{DETAILS}:{token}")
    return _with_inputs(form, detail_fields(draft, locale, LONGEST))


def feed_modal(title: str, token: str, name: str | None, filter: Mapping[str, str], locale: Locale) -> Modal:
    """Return the form of a feed: its name, unless that is None, and the texts of its filter."""
    form = Modal(title=title, custom_id=f"dayori:{FEED}:{token}")
    return _with_inputs(form, feed_fields(name, filter, locale, LONGEST))


def _with_inputs(form: Modal, fields: Iterable[FormField]) -> Modal:
    for field in fields:
        if not field.fits:
            continue
        typed = TextInput[Any](
            custom_id=field.name,
            style=discord.TextStyle.paragraph if field.is_long else discord.TextStyle.short,
            default=field.text or None,
            required=field.is_required,
            max_length=field.limit,
        )
        form.add_item(Label(text=field.label, description=field.hint, component=typed))
    return form


def kind_of(interaction: Interaction) -> str:
    """Return which of our forms was submitted; empty for anything else."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return ""
    prefix, _, rest = custom_id_of(interaction).partition(":")
    kind = rest.partition(":")[0]
    return kind if prefix == "dayori" and kind in (DRAFT, DETAILS, FIND, FEED) else ""


def find_of(interaction: Interaction) -> int:
    """Return the number of the feed's find that a submitted form accepts. Raises InputError."""
    return number_in(custom_id_of(interaction).removeprefix(f"dayori:{FIND}:").partition(":")[0])


def token_of(interaction: Interaction) -> str:
    """Return the token of the draft whose form was submitted."""
    return custom_id_of(interaction).rpartition(":")[2]


def inputs_of(interaction: Interaction) -> dict[str, str]:
    """Return the values of a submitted form, by field. Raises InputError when it cannot be read."""
    submitted: Any = interaction.data
    fields = _feed_fields("en") if kind_of(interaction) == FEED else _fields("en")
    try:
        rows = [row.get("component") or row["components"][0] for row in submitted["components"]]
        typed = {each["custom_id"]: each["value"] for each in rows if each["custom_id"] in fields}
    except (KeyError, IndexError, TypeError, AttributeError):
        typed = None
    if not typed or not all(isinstance(value, str) for value in typed.values()):
        raise InputError(msg("This form could not be read, so nothing was changed; please open it again."))
    return {name: text[: fields[name].limit] for name, text in typed.items()}


def inputs_file(typed: Mapping[str, str], locale: Locale) -> discord.File:
    """Return the typed values as a file, for the person who would have lost them."""
    fields = _fields(locale)
    text = "\n\n".join(f"{fields[name].label}\n{value}" for name, value in typed.items() if value.strip())
    return discord.File(BytesIO(text.encode("utf-8", "replace")), "draft.txt")


def _feed_fields(locale: Locale) -> dict[str, FormField]:
    return {field.name: field for field in feed_fields("", {}, locale, LONGEST)}


def _fields(locale: Locale) -> dict[str, FormField]:
    """Return all fields of papers by name, unfilled."""
    empty = Draft("")
    every = (*paper_fields(empty, locale, LONGEST), *detail_fields(empty, locale, LONGEST))
    return {field.name: field for field in every}
