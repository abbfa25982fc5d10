"""Discord's driver: slash commands, forms and buttons of the real client, over real sockets to the double."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.doubles.discord import Channel, DiscordServer, Member, Permission, Reply
from tests.platforms.both.conftest import running
from tests.platforms.discord.conftest import answered
from tests.scenario.driver import Driver, Form, settings_for


@dataclass(frozen=True, slots=True)
class OnDiscord:
    """A curator and a reader in a server."""

    server: DiscordServer
    channel: Channel
    weekly: Channel
    curator: Member
    reader: Member

    async def add(self, source: str, form: Form) -> None:
        await self._submit(self.curator, source, form)

    async def look_up(self, query: str) -> list[str]:
        reply = await self._ask(self.reader, "paper", query=query)
        return [embed["title"] for embed in reply.embeds]

    async def edit(self, id: str, form: Form) -> None:
        opened = await self.server.slash(self.curator, self.channel, "editpaper", paper=id, locale="ja")
        await self._save(self.curator, opened, form)

    async def undo(self) -> None:
        await self._ask(self.curator, "undo")

    async def remove(self, id: str) -> None:
        asked = await self._ask(self.curator, "removepaper", paper=id)
        await self.server.click(self.curator, asked, "削除", locale="ja")

    async def propose(self, source: str, form: Form) -> None:
        await self._submit(self.reader, source, form)

    async def accept(self) -> None:
        shown = await self._ask(self.curator, "inbox")
        await self.server.click(self.curator, shown, "採用", locale="ja")

    async def subscribe(self, schedule: str) -> None:
        await self._ask(self.curator, "digest subscribe", channel=self.weekly, schedule=schedule)

    async def post(self) -> None:
        await self._ask(self.curator, "digest post")

    async def posted(self) -> list[str]:
        return [embed["title"] for message in self.weekly.messages for embed in message.embeds if "url" in embed]

    async def _ask(self, person: Member, command: str, **options: object) -> Reply:
        return await answered(await self.server.slash(person, self.channel, command, locale="ja", **options))

    async def _submit(self, person: Member, source: str, form: Form) -> None:
        opened = await self.server.slash(person, self.channel, "addpaper", source=source, locale="ja")
        await self._save(person, opened, form)

    async def _save(self, person: Member, opened: Reply, form: Form) -> None:
        look = await answered(await self.server.submit(person, opened.modal, form.typed, locale="ja"))
        saved = await answered(await self.server.click(person, look, look.controls[0], locale="ja"))
        assert "保存しました" in saved.content or "提案" in saved.content, saved.content


@asynccontextmanager
async def discord_server() -> AsyncIterator[DiscordServer]:
    """Yield a Discord on loopback; discord.py's addresses, which are global to the process, are restored."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordServer(channel_rate=None) as server:
        yield server
        assert server.violations == []
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before[0], yarl.URL(before[1])


def people_of(server: DiscordServer) -> OnDiscord:
    """Return a curator and a reader in a new server."""
    guild = server.add_guild("研究室")
    curator, reader = guild.member("花子", permissions=Permission.MANAGE_GUILD), guild.member("太郎")
    return OnDiscord(server, guild.channel("general"), guild.channel("weekly"), curator, reader)


def settings_of(server: DiscordServer) -> dict[str, Any]:
    """Return the settings of a bot on this Discord."""
    return {"discord": {"api_url": server.api_url}, "discord_token": server.token}


@asynccontextmanager
async def on_discord(database_url: str) -> AsyncIterator[Driver]:
    """Yield the driver of a running bot."""
    async with discord_server() as server:
        driver = people_of(server)
        async with running(settings_for(database_url, **settings_of(server))):
            await server.connected()
            yield driver
