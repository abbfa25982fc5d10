"""/alias: the team's words for the same thing; only curators may change them."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.i18n import t
from bot.platforms.discord import response
from bot.platforms.discord.context import Interaction, actor_of
from bot.platforms.discord.localization import both
from bot.platforms.discord.markdown import escape
from bot.services.papers.aliases import meanings_of

alias = app_commands.Group(
    name=both("alias", "別名"), description=both("Words for the same thing", "同じものを指す言葉"), guild_only=True
)
_NAME = both("name", "言葉")


@alias.command(
    name=both("add", "追加"),
    description=both(
        "Name words for the same thing; each finds the other", "同じものを指す言葉を登録する（どちらでも見つかります）"
    ),
)
@app_commands.describe(
    name=both("A word, for instance RAG", "言葉（例: RAG）"),
    meanings=both("What it stands for, separated by commas", "同じ意味の言葉（カンマ区切り）"),
)
@app_commands.rename(name=_NAME, meanings=both("meanings", "同じ意味"))
async def add(interaction: Interaction, name: Range[str, 1, 80], meanings: Range[str, 1, 500]) -> None:
    """Add an alias, or replace its meanings."""
    actor = await actor_of(interaction)
    actor.require_curator()
    entry = await actor.services.aliases.put(actor.workspace, name, meanings_of(meanings))
    await response.send(interaction, t(actor.locale, "The alias was saved: {alias}", alias=_line(*entry)))


@alias.command(name=both("remove", "削除"), description=both("Remove an alias", "別名を削除する"))
@app_commands.rename(name=_NAME)
async def remove(interaction: Interaction, name: Range[str, 1, 80]) -> None:
    """Remove an alias."""
    actor = await actor_of(interaction)
    actor.require_curator()
    await actor.services.aliases.remove(actor.workspace, name)
    text = t(actor.locale, "The alias {name} was removed.", name=escape(name))
    await response.send(interaction, text)


@alias.command(name=both("list", "一覧"), description=both("Which aliases there are", "別名を一覧する"))
async def list_(interaction: Interaction) -> None:
    """List the aliases."""
    actor = await actor_of(interaction)
    aliases = await actor.services.aliases.all(actor.workspace)
    lines = [_line(name, meanings) for name, meanings in aliases.items()]
    await response.send_lines(interaction, lines or [t(actor.locale, "There are no aliases yet.")])


@remove.autocomplete("name")
async def complete_name(interaction: Any, typed: str) -> list[Choice[str]]:
    """Offer the existing names."""
    actor = await actor_of(interaction)
    names = [name for name in await actor.services.aliases.all(actor.workspace) if typed.casefold() in name.casefold()]
    return [Choice(name=name, value=name) for name in names[:25]]


def _line(name: str, meanings: tuple[str, ...]) -> str:
    return f"**{escape(name)}** = {escape('、'.join(meanings))}"
