"""A bot in this process on both doubles, Discord's and Slack's."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import runner
from bot.app import App, open_app, platforms_of
from bot.config import Config
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import SlackServer


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordServer(channel_rate=None) as server:
        yield server
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before[0], yarl.URL(before[1])


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@pytest.fixture
def channels(discord: DiscordServer, slack: SlackServer) -> tuple[DiscordChannel, SlackChannel]:
    return discord.add_guild("研究室").channel("論文"), slack.channel()


@pytest.fixture
def settings(config: Config, discord: DiscordServer, slack: SlackServer) -> Config:
    named = {
        "discord_token": discord.token,
        "discord": {"api_url": discord.api_url},
        "slack_bot_token": slack.tokens["bot"],
        "slack_app_token": slack.tokens["app"],
        "slack": {"api_url": slack.api_url},
    }
    return Config.model_validate(config.model_dump() | named)


@asynccontextmanager
async def running(settings: Config) -> AsyncIterator[App]:
    async with open_app(settings) as app:
        bot = asyncio.create_task(runner.run(app, platforms_of(app)))
        yield app
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(bot, 9)


async def arrived(*channels: DiscordChannel | SlackChannel) -> None:
    async with asyncio.timeout(30):
        while not all(channel.messages for channel in channels):
            await asyncio.sleep(0.01)
    assert [len(channel.messages) for channel in channels] == [1] * len(channels)
