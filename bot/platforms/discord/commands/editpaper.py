"""/editpaper, /removepaper, /undo and /history: changing what is there, and taking it back."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.domain.draft import change_of
from bot.domain.text import clip
from bot.i18n import t
from bot.platforms.discord import answer
from bot.platforms.discord.card import embed_of
from bot.platforms.discord.commands.paper import complete_paper
from bot.platforms.discord.context import Interaction, reader_of
from bot.platforms.discord.drafts import open_form
from bot.platforms.discord.localised import both
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.press import LastingButton, lasting
from bot.services.changes import describe, tell

_PAPER = both("paper", "論文")


@app_commands.command(
    name=both("editpaper", "論文編集"), description=both("Change what a paper says", "論文の内容を直す")
)
@app_commands.rename(paper=_PAPER)
@app_commands.guild_only()
async def editpaper(interaction: Interaction, paper: str) -> None:
    """Change what a paper says."""
    reader = await reader_of(interaction)
    reader.require_curator()
    await open_form(interaction, reader, change_of(await reader.services.lookup.get(reader.workspace, paper)))


@app_commands.command(name=both("removepaper", "論文削除"), description=both("Remove a paper", "論文を削除する"))
@app_commands.rename(paper=_PAPER)
@app_commands.guild_only()
async def removepaper(interaction: Interaction, paper: str) -> None:
    """Ask once, then remove a paper."""
    reader = await reader_of(interaction)
    reader.require_curator()
    found = await reader.services.lookup.get(reader.workspace, paper)
    view = lasting(Remove(found.id, t(reader.locale, "Remove")))
    asked = t(reader.locale, "Remove this paper? {command} brings it back.", command=reader.command("undo"))
    await answer.send(interaction, asked, embed=embed_of(found, reader.locale), view=view)


class Remove(LastingButton, name="remove", style=discord.ButtonStyle.danger):
    """Removes a paper."""

    async def press(self, interaction: Interaction) -> None:
        """Remove the paper."""
        reader = await reader_of(interaction)
        reader.require_curator()
        gone = await reader.services.library.remove(reader.workspace, self.about, reader.name, actor=reader.actor)
        told = t(
            reader.locale,
            'Removed "{title}". {command} brings it back.',
            title=escape(clip(gone.heading, 200)),
            command=reader.command("undo"),
        )
        await answer.replace(interaction, content=told, embeds=[], view=None)


@app_commands.command(
    name=both("undo", "元に戻す"), description=both("Take my last change back", "直前の変更を取り消す")
)
@app_commands.describe(
    change=both("A certain change; your last one without it", "取り消す変更(省くと自分の直前の変更)")
)
@app_commands.rename(change=both("change", "変更"))
@app_commands.guild_only()
async def undo(interaction: Interaction, change: int | None = None) -> None:
    """Take a change back: the asker's last one, or for curators any."""
    reader = await reader_of(interaction)
    if change is not None:
        reader.require_curator()
    mine = reader.actor if change is None else None
    undone, ids = await reader.services.reversal.undo(reader.workspace, reader.name, actor=reader.actor, of=mine,
                                                     change_id=change)  # fmt: skip
    told = t(reader.locale, "Undone: {change}", change=escape(describe(undone, ids, reader.locale)))
    await answer.send(interaction, clip(told, 2000))


@app_commands.command(name=both("history", "履歴"), description=both("Who changed what", "変更の履歴を見る"))
@app_commands.rename(paper=_PAPER)
@app_commands.guild_only()
async def history(interaction: Interaction, paper: str | None = None) -> None:
    """Tell who changed what, newest first."""
    reader = await reader_of(interaction)
    steps = await reader.services.library.history(reader.workspace, paper, limit=15)
    lines = [
        f"<t:{int(change.at.timestamp())}:f> {escape(tell(change, step, reader.locale))}" for change, step in steps
    ]
    told = "\n".join(lines) or t(reader.locale, "Nothing has happened yet.")
    await answer.send(interaction, embed=discord.Embed(description=clip(told, 4096)))


@undo.autocomplete("change")
async def complete_change(interaction: Any, typed: str) -> list[Choice[int]]:
    """Offer the newest changes that can be taken back."""
    reader = await reader_of(interaction)
    standing = await reader.services.library.standing(reader.workspace, limit=25)
    named = {change.id: clip(describe(change, ids, reader.locale), 100) for change, ids in standing}
    return [Choice(name=name, value=id) for id, name in named.items() if typed.casefold() in name.casefold()]


editpaper.autocomplete("paper")(complete_paper)
removepaper.autocomplete("paper")(complete_paper)
history.autocomplete("paper")(complete_paper)
