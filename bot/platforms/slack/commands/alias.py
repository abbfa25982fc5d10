"""/alias: the team's words for the same thing; only curators may change them."""

from __future__ import annotations

import re

from bot.i18n import msg, t
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.mrkdwn import escape, escape_within
from bot.platforms.slack.response import Answer
from bot.platforms.slack.subcommands import Subcommand, serve_subcommand
from bot.services.papers.aliases import meanings_of

_LINE = 1000  # characters of an alias in a list


async def alias(interaction: Interaction, text: str) -> None:
    """Serve what the first word names."""
    await serve_subcommand(interaction, "alias", _SUBCOMMANDS, text or "list")


async def add(interaction: Interaction, text: str) -> None:
    """Add an alias, `NAME = MEANINGS`, or replace its meanings."""
    actor = interaction.actor
    actor.require_curator()
    name, *meanings = re.split("[=＝]", text, maxsplit=1)
    kept = await actor.services.aliases.put(actor.workspace, name, meanings_of("".join(meanings)))
    line = t(actor.locale, "The alias was saved: {alias}", alias=_line(*kept))
    await response.send(interaction, Answer(line))


async def remove(interaction: Interaction, text: str) -> None:
    """Remove an alias."""
    actor = interaction.actor
    actor.require_curator()
    await actor.services.aliases.remove(actor.workspace, text)
    line = t(actor.locale, "The alias {name} was removed.", name=escape(text))
    await response.send(interaction, Answer(line))


async def list_(interaction: Interaction, _text: str) -> None:
    """List the aliases."""
    actor = interaction.actor
    aliases = await actor.services.aliases.all(actor.workspace)
    lines = [_line(name, meanings) for name, meanings in aliases.items()]
    await response.send_lines(interaction, lines or [t(actor.locale, "There are no aliases yet.")])


def _line(name: str, meanings: tuple[str, ...]) -> str:
    return f"*{escape(name)}* = {escape_within('、'.join(meanings), _LINE)}"


_SUBCOMMANDS = (
    Subcommand("add", "追加", add, msg("Name words for the same thing; each finds the other"), "RAG = 検索拡張生成"),
    Subcommand("remove", "削除", remove, msg("Remove an alias"), "RAG"),
    Subcommand("list", "一覧", list_, msg("Which aliases there are")),
)
