"""/help: every command and what it does, read from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import AppCommandOptionType, AppCommandType, app_commands

from bot.i18n import Locale, t
from bot.platforms.discord import response
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.localization import Translator, both


@app_commands.command(name=both("help", "ヘルプ"), description=both("List the commands", "コマンドの一覧を見る"))
@app_commands.guild_only()
async def show_help(interaction: Interaction) -> None:
    """List the commands only to the person who asked."""
    actor, tree = await actor_of(interaction), interaction.client.tree
    payloads = [await each.get_translated_payload(tree, Translator()) for each in tree.get_commands()]
    text = "\n".join(line for payload in payloads for line in _lines(payload, actor))
    title = t(actor.locale, "All commands of 論文だより")
    await response.send(interaction, embed=discord.Embed(title=title, description=text))


def _lines(payload: Mapping[str, Any], actor: Actor) -> Iterator[str]:
    if payload["type"] == AppCommandType.message.value:
        about = t(actor.locale, "In a message's menu, under Apps: add the paper that the message links to")
        yield f"**{_in(actor.locale, payload, 'name')}** {about}"
        return
    kind = AppCommandOptionType.subcommand.value
    subcommands = [each for each in payload.get("options", ()) if each["type"] == kind]
    for each in subcommands or [payload]:
        path = f"{payload['name']} {each['name']}" if subcommands else payload["name"]
        yield f"{actor.command(path)} {_in(actor.locale, each, 'description')}"


def _in(locale: Locale, payload: Mapping[str, Any], part: str) -> str:
    return str((payload.get(f"{part}_localizations") or {}).get(locale) or payload[part])
