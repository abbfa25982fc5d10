"""A bot that is connected to the Slack double while its clock stands still: pictures show what people get there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import App, open_app, platforms_of
from bot.config import Config
from bot.logs import configure_logs
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.ports import Connection
from bot.services.workspaces import DEFAULT
from pictures.moment import MOMENT
from tests.doubles.clock import AdjustableClock
from tests.doubles.slack import Channel, Person, SlackServer
from tests.doubles.web import Web
from tests.nowhere import SOURCES

_AGE = timedelta(days=19)  # of the collection
_ARXIV = {
    "1706.03762v7": {
        "title": "Attention Is All You Need",
        "authors": ["Ashish Vaswani", "Noam Shazeer", "Niki Parmar", "Jakob Uszkoreit", "Llion Jones"],
        "published": "2017-06-12T17:57:34Z",
        "abstract": "A network of attention alone, without recurrence and without convolutions.",
    }
}


@dataclass(frozen=True, slots=True)
class Session:
    """A person in a channel where the bot is."""

    app: App
    connection: Connection
    server: SlackServer
    person: Person
    channel: Channel

    async def deliver_digest(self) -> None:
        """Let the first edition come into the channel."""
        digests, workspace = self.app.services.digests, await self.app.services.workspaces.named(DEFAULT)
        await digests.subscribe(workspace, SubscriptionRequest("weekly", self.channel.address, "mon 09:00", (), "ja"))
        await digests.compose_now(workspace, "weekly")
        self.connection.deliver()
        await self.server.until(lambda: self.channel.messages)
        await self.connection.update_messages()


@asynccontextmanager
async def session(papers: Path) -> AsyncIterator[Session]:
    """Connect a bot with these papers. Raises ValueError if it sends what Slack would refuse."""
    configure_logs((), quiet=True)
    clock = AdjustableClock()
    clock.now = MOMENT - _AGE
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        server, web = await stack.enter_async_context(SlackServer()), await stack.enter_async_context(Web())
        web.serve("127.0.0.1", web.arxiv)
        web.papers |= _ARXIV
        config = _config(server, web, folder, papers)
        app = await stack.enter_async_context(open_app(config, clock=clock))
        clock.now = MOMENT
        (platform,) = platforms_of(app)
        connection = await stack.enter_async_context(platform.connect())
        running = asyncio.create_task(connection.run(connection.deliver))
        await server.until(lambda: server.sockets.open)
        stack.push_async_callback(_stop, running)
        yield Session(app, connection, server, server.person(name="みどり"), server.channel())
        if server.violations:
            raise ValueError(f"Slack would refuse this: {server.violations}")


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _config(server: SlackServer, web: Web, folder: str, papers: Path) -> Config:
    return Config.model_validate(
        {
            "database_url": f"sqlite+aiosqlite:///{folder}/dayori.db",
            "papers_file": str(papers),
            "sources": SOURCES | {"arxiv_url": f"http://127.0.0.1:{web.port}"},
            "slack_bot_token": server.tokens["bot"],
            "slack_app_token": server.tokens["app"],
            "slack": {"api_url": server.api_url},
        }
    )
