"""The form in which a paper is described: built from a draft, and read back when it is sent."""

from __future__ import annotations

from typing import Any

import discord
from discord.ui import Label, Modal, TextInput

from bot.i18n import Locale, t
from bot.platforms.discord.context import Interaction, custom_id_of
from bot.services.drafts import Draft

_PREFIX = "dayori:draft:"
_OPEN_FOR = 900.0  # seconds that discord.py remembers a form; ours are taken without that too
_LIMITS = {"headline": 500, "title": 500, "date": 40, "comment": 4000, "tags": 500}


def form_of(draft: Draft, token: str, locale: Locale) -> Modal:
    """Return the form of a kept draft, filled with what it says."""
    title = t(locale, "Edit the paper") if draft.paper_id else t(locale, "Add a paper")
    form = Modal(title=title, custom_id=_PREFIX + token, timeout=_OPEN_FOR)
    for name, (label, hint) in _labels(locale).items():
        if len(getattr(draft, name)) > _LIMITS[name]:
            continue  # what does not fit an input is left alone rather than cut
        style = discord.TextStyle.paragraph if name == "comment" else discord.TextStyle.short
        typed = TextInput[Any](custom_id=name, style=style, default=getattr(draft, name) or None,
                               required=name == "title" and bool(draft.paper_id), max_length=_LIMITS[name])  # fmt: skip
        form.add_item(Label(text=label, description=hint, component=typed))
    return form


def is_form(interaction: Interaction) -> bool:
    """Tell whether this is a form of ours being sent."""
    is_sent = interaction.type is discord.InteractionType.modal_submit
    return is_sent and custom_id_of(interaction).startswith(_PREFIX)


def token_of(interaction: Interaction) -> str:
    """Return the token of the draft whose form was sent."""
    return custom_id_of(interaction).removeprefix(_PREFIX)


def typed_in(interaction: Interaction) -> dict[str, Any]:
    """Return what a sent form's inputs hold, by field."""
    submitted: Any = interaction.data or {}
    rows: list[dict[str, Any]] = submitted.get("components", [])
    inputs = [row.get("component") or (row.get("components") or [{}])[0] for row in rows]
    return {each["custom_id"]: each.get("value", "") for each in inputs if each.get("custom_id") in _LIMITS}


def _labels(locale: Locale) -> dict[str, tuple[str, str]]:
    return {
        "headline": (t(locale, "Headline"), t(locale, "One line that says what it is about")),
        "title": (t(locale, "Title"), t(locale, "As the paper has it")),
        "date": (t(locale, "Date"), "2023-07-19 / 2023-07 / 2023年7月19日"),
        "comment": (t(locale, "Comment"), t(locale, "What you want to tell the team")),
        "tags": (t(locale, "Tags"), t(locale, "Separated by commas")),
    }
