"""/export: sends the papers that a search finds as a file."""

from __future__ import annotations

import asyncio
from tempfile import TemporaryFile

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.formats.registry import ENDING_OF, WRITTEN, writer
from bot.i18n import t, tn
from bot.platforms.discord import response
from bot.platforms.discord.context import Interaction, actor_of
from bot.platforms.discord.localization import both


@app_commands.command(
    name=both("export", "書き出し"), description=both("Get papers as a file", "論文をファイルで受け取る")
)
@app_commands.describe(
    format=both("The file's format", "ファイルの形式"),
    query=both("Only what this search finds", "この検索で見つかるものだけ"),
)
@app_commands.rename(format=both("format", "形式"), query=both("query", "検索"))
@app_commands.choices(format=[Choice(name=name, value=name) for name in WRITTEN])
@app_commands.guild_only()
async def export(interaction: Interaction, format: Choice[str], query: Range[str, 1, 500] | None = None) -> None:
    """Send the papers that a search finds as a file, only to the person who asked."""
    actor = await actor_of(interaction)
    await response.defer(interaction)
    collection = await actor.services.workspaces.uuid(actor.workspace)
    write = await asyncio.to_thread(writer, format.value, collection)
    with TemporaryFile() as file:
        count = await actor.services.exporter.write(
            actor.workspace, query or "", write, file, interaction.filesize_limit
        )
        if not count:
            await response.send(interaction, t(actor.locale, "No paper was found, so there is no file."))
            return
        file.seek(0)
        upload = discord.File(file, f"papers{ENDING_OF[format.value]}")
        await response.send(
            interaction, tn(actor.locale, "{n} paper, as a file.", "{n} papers, as a file.", count), file=upload
        )
