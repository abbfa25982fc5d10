"""/editpaper, /removepaper and /history: commands on one paper, which is found by anything that /paper accepts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.domain.draft import edit_draft
from bot.domain.paper import Paper
from bot.domain.text import clip, join_within
from bot.i18n import t
from bot.platforms.components import unknown_component
from bot.platforms.discord import response
from bot.platforms.discord.card import embed_of
from bot.platforms.discord.commands.paper import complete_paper
from bot.platforms.discord.components import PersistentButton, PersistentSelect, persistent_view, selected
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.drafts import open_draft
from bot.platforms.discord.localization import both
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.paper_list import list_heading, options
from bot.platforms.discord.render import DESCRIPTION, list_embed
from bot.services.papers.history_text import describe_step

PaperAction: TypeAlias = Callable[[Interaction, Actor, Paper], Awaitable[None]]

_PAPER = both("paper", "論文")
_WHICH = both("A title, a word, an author, a link …", "タイトル、言葉、著者、リンクなど")
_MOST_OFFERED = 25  # in a menu
_LATEST = 15


@app_commands.command(
    name=both("editpaper", "論文編集"), description=both("Change what a paper says", "論文の内容を直す")
)
@app_commands.describe(paper=_WHICH)
@app_commands.rename(paper=_PAPER)
@app_commands.guild_only()
async def editpaper(interaction: Interaction, paper: Range[str, 1, 500]) -> None:
    """Change what a paper says."""
    await _find(interaction, await actor_of(interaction), paper, "edit")


@app_commands.command(name=both("removepaper", "論文削除"), description=both("Remove a paper", "論文を削除する"))
@app_commands.describe(paper=_WHICH)
@app_commands.rename(paper=_PAPER)
@app_commands.guild_only()
async def removepaper(interaction: Interaction, paper: Range[str, 1, 500]) -> None:
    """Remove a paper after one confirmation."""
    await _find(interaction, await actor_of(interaction), paper, "remove")


@app_commands.command(name=both("history", "履歴"), description=both("See who changed what", "変更の履歴を見る"))
@app_commands.describe(paper=_WHICH)
@app_commands.rename(paper=_PAPER)
@app_commands.guild_only()
async def history(interaction: Interaction, paper: Range[str, 1, 500] | None = None) -> None:
    """Show who changed what, newest first."""
    actor = await actor_of(interaction)
    if paper is None or await actor.services.library.history(actor.workspace, paper, limit=1):
        await _show_history(interaction, actor, paper)  # of all papers, or of one that may have been removed
    else:
        await _find(interaction, actor, paper, "history")


class Remove(PersistentButton, name="remove", style=discord.ButtonStyle.danger):
    """Removes a paper."""

    async def press(self, interaction: Interaction) -> None:
        """Remove the paper."""
        actor = await actor_of(interaction)
        actor.require_curator()
        paper = await actor.services.library.remove(actor.workspace, self.argument, actor.name, actor=actor.id)
        title, command = escape(clip(paper.heading, 200)), actor.command("undo")
        text = t(actor.locale, 'Removed "{title}". {command} brings it back.', title=title, command=command)
        await response.replace(interaction, content=text, embeds=[], view=None)
        await interaction.client.message_updates.update()


class Choose(PersistentSelect, name="choose"):
    """Asks which of several papers is meant; its argument is what to do with it: a key of `_ACTIONS`."""

    async def press(self, interaction: Interaction) -> None:
        """Continue with the chosen paper."""
        if self.argument not in _ACTIONS:
            raise unknown_component()
        actor = await actor_of(interaction)
        paper = await actor.services.lookup.get(actor.workspace, selected(self.item))
        await _ACTIONS[self.argument](interaction, actor, paper)


async def _find(interaction: Interaction, actor: Actor, text: str, action: str) -> None:
    """Continue with the one paper that a text means, or ask which of several."""
    if action != "history":
        actor.require_curator()
    results = await actor.services.lookup.resolve(actor.workspace, text, limit=_MOST_OFFERED)
    if results.total == 1:
        await _ACTIONS[action](interaction, actor, results.papers[0])
    elif results.papers:
        embed = discord.Embed.from_dict(list_embed(results, actor.locale, 0))
        view = persistent_view(Choose(options(results.papers), t(actor.locale, "Choose a paper"), action))
        await response.send(interaction, list_heading(results, actor), embed=embed, view=view)
    else:
        await response.send(interaction, list_heading(results, actor))


async def _edit(interaction: Interaction, actor: Actor, paper: Paper) -> None:
    actor.require_curator()
    await open_draft(interaction, actor, edit_draft(paper))


async def _ask_to_remove(interaction: Interaction, actor: Actor, paper: Paper) -> None:
    actor.require_curator()
    view = persistent_view(Remove(paper.id, t(actor.locale, "Remove")))
    question = t(actor.locale, "Remove this paper? {command} brings it back.", command=actor.command("undo"))
    await response.replace(interaction, content=question, embeds=[embed_of(paper, actor.locale)], view=view)


async def _show_history(interaction: Interaction, actor: Actor, id: str | None) -> None:
    steps = await actor.services.library.history(actor.workspace, id, limit=_LATEST)
    lines = [
        f"**#{change.id}** <t:{int(change.at.timestamp())}:f> {escape(describe_step(change, step, actor.locale))}"
        for change, step in steps
    ]
    text, *_ = join_within(lines or [t(actor.locale, "Nothing has been changed yet.")], DESCRIPTION)
    embed = discord.Embed(description=text)
    await response.replace(interaction, content="", embeds=[embed], view=discord.ui.View())


async def _history(interaction: Interaction, actor: Actor, paper: Paper) -> None:
    await _show_history(interaction, actor, paper.id)


_ACTIONS: Mapping[str, PaperAction] = {"edit": _edit, "remove": _ask_to_remove, "history": _history}

editpaper.autocomplete("paper")(complete_paper)
removepaper.autocomplete("paper")(complete_paper)
history.autocomplete("paper")(complete_paper)
