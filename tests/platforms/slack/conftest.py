"""A bot connected to the Slack double, and a publisher alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest
from aiohttp import ClientSession

from bot.app import App, open_app, platforms_of
from bot.config import Config
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.publisher import SlackPublisher
from bot.services.ports import Connection
from tests.doubles.slack import Channel, Person, SlackServer

LOOKS = (0.0, 0.1, 0.1)
NAMES = CommandNames("dayori")
Connected = AbstractAsyncContextManager[App]


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def channel(server: SlackServer) -> Channel:
    return server.channel()


@asynccontextmanager
async def publishing(server: SlackServer, *curators: str, **how: float) -> AsyncIterator[SlackPublisher]:
    """Yield a publisher that searches for a message within tenths of a second, as its Slack lags."""
    async with ClientSession() as session:
        api = SlackApi(session, server.api_url, server.tokens["bot"], "SLACK_BOT_TOKEN")
        yield SlackPublisher(api, NAMES, curators=curators, spacing=how.get("spacing", 0.0), looks=LOOKS)


async def unfenced() -> None:
    """Let everything leave."""


@pytest.fixture
def settings(server: SlackServer, config: Config) -> Config:
    return configured(config, server)


def configured(config: Config, server: SlackServer, **settings: object) -> Config:
    """Return settings for the double with its tokens, except where others are given."""
    named = {"slack_bot_token": server.tokens["bot"], "slack_app_token": server.tokens["app"]} | settings
    values = config.model_dump() | named | {"slack": {"api_url": server.api_url}}
    return Config.model_validate(values)


@asynccontextmanager
async def running(settings: Config, server: SlackServer) -> AsyncIterator[tuple[App, Connection]]:
    """Run a bot on the double, and yield its connection too; the end of the context stops it like SIGTERM."""
    others = len(server.sockets.open)
    async with open_app(settings) as app:
        (platform,) = platforms_of(app)
        async with platform.connect() as connection:
            task = asyncio.create_task(connection.run(connection.deliver))
            await server.until(lambda: len(server.sockets.open) > others)
            await connection.update_messages()  # as the runner does at its first tick
            await connection.heartbeat()
            yield app, connection
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await server.until(lambda: len(server.sockets.open) <= others)


@asynccontextmanager
async def started(settings: Config, server: SlackServer) -> AsyncIterator[App]:
    """Run a bot on the double."""
    async with running(settings, server) as (app, _):
        yield app


@pytest.fixture
def connected(settings: Config, server: SlackServer) -> Callable[[], Connected]:
    return lambda: started(settings, server)


@pytest.fixture
async def app(connected: Callable[[], Connected]) -> AsyncIterator[App]:
    async with connected() as app:
        yield app


@pytest.fixture
def person(server: SlackServer) -> Person:
    return server.person()
