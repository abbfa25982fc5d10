"""A bot with the real starter collection, connected to the Discord double or run inside simcord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import App, open_app
from bot.config import Config
from bot.platforms.discord.client import DayoriClient
from bot.platforms.discord.publisher import DiscordPublisher
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission, Reply
from tests.nowhere import SOURCES

PAPERS = Path(__file__).parents[3] / "config/papers.yaml"


class StartBot(Protocol):
    """Starts a bot on the test's store; the end of the context stops it like SIGTERM."""

    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[tuple[App, DayoriClient]]: ...


@pytest.fixture(autouse=True)
def addresses() -> Iterator[None]:
    """Restore discord.py's addresses, which are global to the process."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before[0], yarl.URL(before[1])


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(channel_rate=None) as server:
        yield server
        assert server.violations == []


@pytest.fixture
def guild(server: DiscordServer) -> Guild:
    return server.add_guild("研究室")


@pytest.fixture
def general(guild: Guild) -> Channel:
    return guild.channel("general")


@pytest.fixture
def curator(guild: Guild) -> Member:
    return guild.member("花子", permissions=Permission.MANAGE_GUILD)


@pytest.fixture
def reader(guild: Guild) -> Member:
    return guild.member("太郎")


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """Return the URL of a SQLite file: simcord's clock runs ahead, which no server could follow."""
    return f"sqlite+aiosqlite:///{tmp_path}/dayori.db"


def config_for(database_url: str, **settings: Any) -> Config:
    """Return settings of a bot with that store."""
    defaults = {"database_url": database_url, "papers_file": str(PAPERS), "sources": SOURCES}
    return Config(**(defaults | settings))


async def answered(reply: Reply) -> Reply:
    """Return the final answer, even if the bot deferred it first."""
    return await reply.next(timeout=15) if reply.deferred or reply.content.endswith("…") else reply


@pytest.fixture
def start(server: DiscordServer, database_url: str) -> StartBot:
    @asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[tuple[App, DayoriClient]]:
        config = config_for(database_url, **{"discord": {"api_url": server.api_url}} | settings)
        async with (
            open_app(config) as app,
            DayoriClient(app.services, server.api_url, app.command_names, servers_settle=0.05) as client,
        ):
            connection = asyncio.create_task(client.start(server.token))
            await asyncio.wait(
                (connection, asyncio.create_task(client.wait_until_ready())), return_when=asyncio.FIRST_COMPLETED
            )
            assert client.is_ready()
            yield app, client
            await client.close()
            await connection

    return start


async def unfenced() -> None:
    """Let everything leave."""


def mention(server: DiscordServer, command: str) -> str:
    """Return the clickable mention of one of the bot's commands."""
    entry = server.commands.find(command.partition(" ")[0], 1, None)
    assert entry
    return f"</{command}:{entry['id']}>"


def address(channel: Channel) -> str:
    assert channel.guild
    return f"discord:{channel.guild.id}/{channel.id}"


@asynccontextmanager
async def publishing(server: DiscordServer) -> AsyncIterator[DiscordPublisher]:
    """Yield a publisher on that server."""
    Route.BASE = server.api_url
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.http.static_login(server.token)
        yield DiscordPublisher(client.http)


@pytest.fixture
async def strict() -> AsyncIterator[tuple[DiscordServer, DiscordPublisher]]:
    """Return a server that refuses invalid messages like Discord instead of failing the test, and a publisher on it."""
    async with DiscordServer(channel_rate=None) as server, publishing(server) as publisher:
        yield server, publisher
