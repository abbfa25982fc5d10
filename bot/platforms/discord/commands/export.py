"""/export: the papers that a search finds as a file."""

from __future__ import annotations

import asyncio
from io import BytesIO

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.formats.atom import Feed
from bot.formats.collection import ENDING_OF, WRITTEN, writer
from bot.i18n import t, tn
from bot.platforms.discord import answer
from bot.platforms.discord.context import Interaction, reader_of
from bot.platforms.discord.localised import both


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
    """Send the papers that a search finds as a file, to the asker alone."""
    reader = await reader_of(interaction)
    await answer.defer(interaction)
    papers = await reader.services.lookup.all_of(reader.workspace, query or "")
    write = writer(format.value, Feed(await reader.services.workspaces.uuid(reader.workspace)))
    content = (await asyncio.to_thread(lambda: "".join(write(papers)))).encode()
    told = tn(reader.locale, "{n} paper", "{n} papers", len(papers))
    if len(content) > interaction.filesize_limit:
        told = t(reader.locale, "The file would be too large for Discord; narrow the search.")
        await answer.send(interaction, told)
        return
    file = discord.File(BytesIO(content), f"papers{ENDING_OF[format.value]}")
    await answer.send(interaction, told, file=file)
