"""A small bot on the real discord.py: the double's own tests run it, in their process and in one of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from .server import DiscordServer

Interaction = discord.Interaction[discord.Client]


class Pages(discord.ui.View):
    """A message with persistent buttons and a select."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="次へ", custom_id="next")
    async def turn(self, interaction: Interaction, button: discord.ui.Button[Pages]) -> None:
        """Change the message."""
        await interaction.response.edit_message(content="二頁目", view=self)

    @discord.ui.button(label="追加", custom_id="add")
    async def add(self, interaction: Interaction, button: discord.ui.Button[Pages]) -> None:
        """Open a form."""
        await interaction.response.send_modal(Form())

    @discord.ui.select(custom_id="pick", options=[discord.SelectOption(label="甲"), discord.SelectOption(label="乙")])
    async def pick(self, interaction: Interaction, select: discord.ui.Select[Pages]) -> None:
        """Answer ephemerally."""
        await interaction.response.send_message(f"選択: {select.values[0]}", ephemeral=True, view=Pages())


class Form(discord.ui.Modal, title="論文を追加"):
    """A form of the newer format: inputs inside labels."""

    headline = discord.ui.Label[Any](
        text="見出し", component=discord.ui.TextInput(custom_id="headline", default="無題")
    )
    comment = discord.ui.Label[Any](
        text="コメント", component=discord.ui.TextInput(custom_id="comment", required=False, max_length=10)
    )
    kind = discord.ui.Label[Any](
        text="種類",
        component=discord.ui.Select(custom_id="kind", options=[discord.SelectOption(label="論文", value="paper")]),
    )

    async def on_submit(self, interaction: Interaction) -> None:
        """Answer with the submitted values."""
        texts = [str(one.component) for one in (self.headline, self.comment)]
        assert isinstance(self.kind.component, discord.ui.Select)
        await interaction.response.send_message("|".join([*texts, *self.kind.component.values]))


class Bot(discord.AutoShardedClient):
    """A bot with one command of every kind; `seen` lists its events."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.seen: list[str] = []
        _add_look_ups(self.tree)
        _add_others(self.tree, self.seen)

    async def setup_hook(self) -> None:
        """Sync the commands."""
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once; the library waits five seconds before each further shard."""

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Record a resume."""
        self.seen.append(f"resumed {shard_id}")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Record a new server."""
        self.seen.append(f"join {guild.name}")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Record a lost server."""
        self.seen.append(f"remove {guild.name}")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Record a lost channel."""
        self.seen.append(f"delete {channel.name}")


def _add_look_ups(tree: app_commands.CommandTree[Bot]) -> None:
    @tree.command(name="paper", description="論文を探す")
    async def paper(interaction: Interaction, query: str, limit: app_commands.Range[int, 1, 5] = 3) -> None:
        await interaction.response.send_message(f"{query} {limit} {interaction.locale}", view=Pages())

    @paper.autocomplete("query")
    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}net", value=typed)]

    @tree.command(name="slow", description="あとで答える")
    async def slow(interaction: Interaction, edit: bool = False) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        if edit:
            await interaction.edit_original_response(content="直した")
            return
        await interaction.followup.send("お待たせしました")
        await interaction.followup.send("もう一つ")

    @tree.context_menu(name="論文に追加")
    async def add_message(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"追加: {message.content}")


def _add_others(tree: app_commands.CommandTree[Bot], seen: list[str]) -> None:
    @tree.command(name="late", description="遅れて答える")
    async def late(interaction: Interaction) -> None:
        await asyncio.sleep(0.3)
        try:
            await interaction.response.send_message("答え")
        except discord.HTTPException as error:
            seen.append(f"{error.status} {error.code}")

    @tree.command(name="read", description="ファイルを読む")
    async def read(interaction: Interaction, file: discord.Attachment, who: discord.Member) -> None:
        await interaction.response.send_message(f"{(await file.read()).decode()} {who.name}")

    digest = app_commands.Group(
        name="digest", description="だより", default_permissions=discord.Permissions(manage_guild=True)
    )

    @digest.command(name="subscribe", description="配信する")
    async def subscribe(interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        name = channel.name if channel else "here"
        await interaction.response.send_message(f"{name} {interaction.permissions.manage_guild}")

    tree.add_command(digest)


@contextmanager
def pointed_at(api_url: str) -> Iterator[None]:
    """Point discord.py at another server than Discord's, and restore its own address afterwards."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = api_url
    # The library goes to its default gateway after an invalid session (op 9) and after a reconnect that failed;
    # the rest of the time it follows /gateway/bot and READY.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api_url).with_scheme("ws").with_path("/gateway")
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def running(server: DiscordServer) -> AsyncIterator[Bot]:
    """Run the bot against a server until the context ends."""
    with pointed_at(server.api_url):
        bot = Bot()
        task = asyncio.create_task(bot.start(server.token))
        async with asyncio.timeout(10):
            while not bot.is_ready() and not task.done():
                await asyncio.sleep(0.01)
        try:
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)


if __name__ == "__main__":
    with pointed_at(os.environ["DAYORI_DISCORD__API_URL"]):
        asyncio.run(Bot().start(os.environ["DISCORD_TOKEN"]))
