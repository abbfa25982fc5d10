"""/addpaper: a link, a form, a look at the card, saved.

What was typed is kept in the store from the first moment, so that a restart in between loses none of it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Self

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ui import Button, DynamicItem, Item, Label, Modal, TextInput, View

from bot.domain.errors import InputError
from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.discord.card import card_view, embed_of, send_card
from bot.platforms.discord.context import Interaction, Reader, custom_id_of, reader_of
from bot.platforms.discord.localised import both
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.press import Answering
from bot.services.drafts import Draft, begin, paper_of

FORM = "dayori:draft:"
_FIELDS = ("headline", "title", "date", "comment", "tags")


@app_commands.command(
    name=both("addpaper", "論文追加"), description=both("Add a paper by its link", "リンクから論文を追加する")
)
@app_commands.describe(source=both("A link, an arXiv id or a DOI", "リンク、arXivの番号、DOIのどれか"))
@app_commands.rename(source=both("source", "リンク"))
@app_commands.guild_only()
async def addpaper(interaction: Interaction, source: Range[str, 1, 2000]) -> None:
    """Add a paper by its link."""
    reader = await reader_of(interaction)
    reader.require_adder()
    if known := await reader.services.drafts.known(reader.workspace, source):
        await send_card(interaction, reader, known, t(reader.locale, "This paper is there already."))
        return
    draft = begin(source)
    token = await reader.services.drafts.keep(reader.workspace, draft)
    await interaction.response.send_modal(_form(draft, token, reader.locale))


async def take_form(interaction: Interaction) -> None:
    """Keep what a form says, and show the card that it makes or what is wrong with it."""
    reader = await reader_of(interaction)
    reader.require_adder()
    token = custom_id_of(interaction).removeprefix(FORM)
    draft = replace(await reader.services.drafts.get(reader.workspace, token), **_typed(interaction))
    await reader.services.drafts.keep(reader.workspace, draft, token)
    content, embed, is_complete = _look(draft, reader)
    view = _decide(token, reader.locale, is_complete)
    if interaction.message:
        await interaction.response.edit_message(content=content, embed=embed, view=view)
    else:
        shown = embed or discord.utils.MISSING
        await interaction.response.send_message(content, embed=shown, view=view, ephemeral=True)


class Save(Answering, DynamicItem[Button[Any]], template=r"dayori:save:(?P<token>[\w-]+)"):
    """Saves a draft."""

    def __init__(self, token: str, locale: Locale = "en") -> None:
        label = t(locale, "Save")
        super().__init__(Button(label=label, style=discord.ButtonStyle.success, custom_id=f"dayori:save:{token}"))
        self.token = token

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Item[Any], match: re.Match[str], /) -> Self:
        """Make the button of a press."""
        return cls(match["token"])

    async def press(self, interaction: Interaction) -> None:
        """Save the paper and offer to show it to everyone."""
        reader = await reader_of(interaction)
        reader.require_adder()
        drafts = reader.services.drafts
        added = await reader.services.library.add(
            reader.workspace, paper_of(await drafts.get(reader.workspace, self.token)), reader.name
        )
        await drafts.give_up(reader.workspace, self.token)
        told = t(reader.locale, "Saved.") if added.is_new else t(reader.locale, "This paper is there already.")
        view = card_view(added.paper, reader.locale)
        await interaction.response.edit_message(content=told, embed=embed_of(added.paper, reader.locale), view=view)


class Edit(Answering, DynamicItem[Button[Any]], template=r"dayori:edit:(?P<token>[\w-]+)"):
    """Opens a draft's form again."""

    def __init__(self, token: str, locale: Locale = "en") -> None:
        super().__init__(Button(label=t(locale, "Edit"), custom_id=f"dayori:edit:{token}"))
        self.token = token

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Item[Any], match: re.Match[str], /) -> Self:
        """Make the button of a press."""
        return cls(match["token"])

    async def press(self, interaction: Interaction) -> None:
        """Open the form with what was typed."""
        reader = await reader_of(interaction)
        draft = await reader.services.drafts.get(reader.workspace, self.token)
        await interaction.response.send_modal(_form(draft, self.token, reader.locale))


class Cancel(Answering, DynamicItem[Button[Any]], template=r"dayori:cancel:(?P<token>[\w-]+)"):
    """Gives a draft up."""

    def __init__(self, token: str, locale: Locale = "en") -> None:
        super().__init__(Button(label=t(locale, "Cancel"), custom_id=f"dayori:cancel:{token}"))
        self.token = token

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Item[Any], match: re.Match[str], /) -> Self:
        """Make the button of a press."""
        return cls(match["token"])

    async def press(self, interaction: Interaction) -> None:
        """Forget what was typed."""
        reader = await reader_of(interaction)
        await reader.services.drafts.give_up(reader.workspace, self.token)
        await interaction.response.edit_message(content=t(reader.locale, "Not saved."), embed=None, view=None)


def _form(draft: Draft, token: str, locale: Locale) -> Modal:
    form = Modal(title=t(locale, "Add a paper"), custom_id=FORM + token, timeout=900)
    labels = {
        "headline": (t(locale, "Headline"), t(locale, "One line that says what it is about")),
        "title": (t(locale, "Title"), t(locale, "As the paper has it")),
        "date": (t(locale, "Date"), "2023-07-19 / 2023-07 / 2023年7月19日"),
        "comment": (t(locale, "Comment"), t(locale, "What you want to tell the team")),
        "tags": (t(locale, "Tags"), t(locale, "Separated by commas")),
    }
    limits = {"headline": 500, "title": 500, "date": 40, "comment": 4000, "tags": 500}
    for name in _FIELDS:
        label, hint = labels[name]
        style = discord.TextStyle.paragraph if name == "comment" else discord.TextStyle.short
        typed = TextInput[Any](custom_id=name, style=style, default=getattr(draft, name)[: limits[name]] or None,
                               required=name == "title", max_length=limits[name])  # fmt: skip
        form.add_item(Label(text=label, description=hint, component=typed))
    return form


def _typed(interaction: Interaction) -> dict[str, str]:
    """Return what a form's inputs hold, by field."""
    submitted: Any = interaction.data or {}
    rows: list[dict[str, Any]] = submitted.get("components", [])
    inputs = [row.get("component") or (row.get("components") or [{}])[0] for row in rows]
    return {each["custom_id"]: each.get("value", "") for each in inputs if each.get("custom_id") in _FIELDS}


def _look(draft: Draft, reader: Reader) -> tuple[str, discord.Embed | None, bool]:
    try:
        paper: Paper = replace(paper_of(draft), added_by=reader.name)
    except InputError as error:
        return escape(error.text(reader.locale)), None, False
    return t(reader.locale, "This is how it will look:"), embed_of(paper, reader.locale), True


def _decide(token: str, locale: Locale, is_complete: bool) -> View:
    view = View(timeout=None)
    for item in ((Save(token, locale),) if is_complete else ()) + (Edit(token, locale), Cancel(token, locale)):
        view.add_item(item)
    return view
