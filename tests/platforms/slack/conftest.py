"""A bot connected to the Slack double, and a publisher alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession

from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.publisher import SlackPublisher
from tests.doubles.slack import Channel, SlackServer

LOOKS = (0.0, 0.1, 0.1)


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def channel(server: SlackServer) -> Channel:
    return server.channel()


@asynccontextmanager
async def publishing(server: SlackServer, **how: float) -> AsyncIterator[SlackPublisher]:
    """Yield a publisher that searches for a message within tenths of a second, as its Slack lags."""
    async with ClientSession() as session:
        api = SlackApi(session, server.api_url, server.tokens["bot"], "SLACK_BOT_TOKEN")
        yield SlackPublisher(api, spacing=how.get("spacing", 0.0), looks=LOOKS)


async def unfenced() -> None:
    """Let everything leave."""
