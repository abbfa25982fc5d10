"""A bot that is connected to the Slack double while the clock stands still: pictures show what people get there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import open_app, platforms_of
from bot.config import Config
from bot.logs import configure_logs
from tests.doubles.slack import Channel, Person, SlackServer
from tests.nowhere import SOURCES


@dataclass(frozen=True, slots=True)
class Session:
    """A person in a channel where the bot is."""

    person: Person
    channel: Channel


@asynccontextmanager
async def session(papers: Path, moment: datetime) -> AsyncIterator[Session]:
    """Connect a bot with these papers. Raises ValueError if it sends what Slack would refuse."""
    configure_logs((), quiet=True)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        server = await stack.enter_async_context(SlackServer())
        app = await stack.enter_async_context(open_app(_config(server, folder, papers), clock=lambda: moment))
        (platform,) = platforms_of(app)
        connection = await stack.enter_async_context(platform.connect())
        running = asyncio.create_task(connection.run(connection.deliver))
        await server.until(lambda: server.sockets.open)
        yield Session(server.person(name="みどり"), server.channel())
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        if server.violations:
            raise ValueError(f"Slack would refuse this: {server.violations}")


def _config(server: SlackServer, folder: str, papers: Path) -> Config:
    return Config.model_validate(
        {
            "database_url": f"sqlite+aiosqlite:///{folder}/dayori.db",
            "papers_file": str(papers),
            "sources": SOURCES,
            "slack_bot_token": server.tokens["bot"],
            "slack_app_token": server.tokens["app"],
            "slack": {"api_url": server.api_url},
        }
    )
