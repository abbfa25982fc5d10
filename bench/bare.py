"""The baseline bot: discord.py with one command that echoes, and nothing else."""

from __future__ import annotations

import os

import discord
from discord import app_commands
from discord.http import Route


class Bare(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.5)
        self.tree: app_commands.CommandTree[Bare] = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.tree.add_command(echo)
        await self.tree.sync()


@app_commands.command(description="Say it again")
async def echo(interaction: discord.Interaction[Bare], query: str) -> None:
    await interaction.response.send_message(query, ephemeral=True)


@echo.autocomplete("query")
async def complete(interaction: discord.Interaction[Bare], typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=typed or "-", value=typed or "-")]


if __name__ == "__main__":
    Route.BASE = os.environ["DAYORI_DISCORD__API_URL"]
    Bare().run(os.environ["DISCORD_TOKEN"], log_handler=None)
