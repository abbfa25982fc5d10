"""The forms that describe a paper: built from a draft, and read when they are submitted."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import discord
from discord.ui import Label, Modal, TextInput

from bot.domain.draft import Draft
from bot.domain.errors import InputError
from bot.i18n import Locale, msg, t
from bot.platforms.discord.context import Interaction, custom_id_of

_PREFIX, _DETAILS = "dayori:draft:", "dayori:details:"
_LIMITS = {
    "headline": 500,
    "title": 500,
    "date": 40,
    "comment": 4000,
    "tags": 500,
    "links": 4000,
    "authors": 4000,
    "venue": 300,
    "organization": 300,
}
_PARAGRAPHS = ("comment", "links", "authors")


def draft_modal(draft: Draft, token: str, locale: Locale) -> Modal:
    """Return the form of a stored draft, filled with its values."""
    title = t(locale, "Edit the paper") if draft.paper_id else t(locale, "Add a paper")
    return _with_inputs(Modal(title=title, custom_id=_PREFIX + token), draft, _labels(locale))


def details_modal(draft: Draft, token: str, locale: Locale) -> Modal:
    """Return the second form of a stored draft: links, authors, organization."""
    form = Modal(title=t(locale, "Links and authors"), custom_id=_DETAILS + token)
    return _with_inputs(form, draft, _detail_labels(locale))


def _with_inputs(form: Modal, draft: Draft, labels: Mapping[str, tuple[str, str]]) -> Modal:
    for name, (label, hint) in labels.items():
        if len(getattr(draft, name) or "") > _LIMITS[name]:
            continue  # a text too long for its input is left out of the form rather than cut
        style = discord.TextStyle.paragraph if name in _PARAGRAPHS else discord.TextStyle.short
        is_required = name == "title" and bool(draft.paper_id or draft.candidate)
        typed = TextInput[Any](
            custom_id=name,
            style=style,
            default=getattr(draft, name) or None,
            required=is_required,
            max_length=_LIMITS[name],
        )
        form.add_item(Label(text=label, description=hint, component=typed))
    return form


def is_modal_of_ours(interaction: Interaction) -> bool:
    """Return whether this is the submission of one of our forms."""
    is_sent = interaction.type is discord.InteractionType.modal_submit
    return is_sent and custom_id_of(interaction).startswith((_PREFIX, _DETAILS))


def token_of(interaction: Interaction) -> str:
    """Return the token of the draft whose form was submitted."""
    return custom_id_of(interaction).rpartition(":")[2]


def inputs_of(interaction: Interaction) -> dict[str, str]:
    """Return the values of a submitted form, by field. Raises InputError when it cannot be read."""
    submitted: Any = interaction.data
    try:
        rows = [row.get("component") or row["components"][0] for row in submitted["components"]]
        typed = {each["custom_id"]: each["value"] for each in rows if each["custom_id"] in _LIMITS}
    except (KeyError, IndexError, TypeError, AttributeError):
        typed = None
    if not typed or not all(isinstance(value, str) for value in typed.values()):
        raise InputError(msg("This form could not be read, so nothing was changed; please open it again."))
    return {name: text[: _LIMITS[name]] for name, text in typed.items()}


def inputs_file(typed: Mapping[str, str], locale: Locale) -> discord.File:
    """Return the typed values as a file, for the person who would have lost them."""
    labels = _labels(locale) | _detail_labels(locale)
    text = "\n\n".join(f"{labels[name][0]}\n{value}" for name, value in typed.items() if value.strip())
    return discord.File(BytesIO(text.encode("utf-8", "replace")), "draft.txt")


def _labels(locale: Locale) -> dict[str, tuple[str, str]]:
    return {
        "headline": (t(locale, "Headline"), t(locale, "One line that says what it is about")),
        "title": (t(locale, "Title"), t(locale, "As the paper has it")),
        "date": (t(locale, "Date"), "2023-07-19 / 2023-07 / 2023年7月19日"),
        "comment": (t(locale, "Comment"), t(locale, "What you want to tell the team")),
        "tags": (t(locale, "Tags"), t(locale, "Separated by commas")),
    }


def _detail_labels(locale: Locale) -> dict[str, tuple[str, str]]:
    return {
        "links": (t(locale, "Links"), t(locale, "One a line, its name first: code https://…")),
        "authors": (t(locale, "Authors"), t(locale, "One a line")),
        "venue": (t(locale, "Venue"), t(locale, "The conference or journal: ACL 2024")),
        "organization": (t(locale, "Organization"), t(locale, "Where it was written")),
    }
