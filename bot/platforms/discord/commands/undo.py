"""/undo: reverts a change."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.app_commands import Choice

from bot.domain.text import clip
from bot.i18n import t
from bot.platforms.discord import response
from bot.platforms.discord.context import Interaction, actor_of
from bot.platforms.discord.localization import both
from bot.platforms.discord.markdown import escape
from bot.services.papers.history_text import describe


@app_commands.command(name=both("undo", "元に戻す"), description=both("Undo my last change", "直前の変更を取り消す"))
@app_commands.describe(
    change=both("A certain change; by default your last one", "取り消す変更（省くと自分の直前の変更）")
)
@app_commands.rename(change=both("change", "変更"))
@app_commands.guild_only()
async def undo(interaction: Interaction, change: int | None = None) -> None:
    """Revert a change: one of the person's own, or for curators any that they name."""
    actor = await actor_of(interaction)
    undone, headings = await actor.services.undo.undo_by(actor.workspace, actor.submitter, change)
    text = t(actor.locale, "Undone: {change}", change=escape(describe(undone, headings, actor.locale)))
    await response.send(interaction, clip(text, 2000))
    await interaction.client.message_updates.update()


@undo.autocomplete("change")
async def complete_change(interaction: Any, typed: str) -> list[Choice[int]]:
    """Offer the newest changes that the person may revert."""
    actor = await actor_of(interaction)
    changes = await actor.services.undo.undoable_by(actor.workspace, actor.submitter, limit=25)
    names = {
        change.id: clip(f"#{change.id} {describe(change, headings, actor.locale)}", 100) for change, headings in changes
    }
    return [Choice(name=name, value=id) for id, name in names.items() if typed.casefold() in name.casefold()]
