"""Slack for the runner: connected by Socket Mode, or only its Web API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import ClientSession

from bot.domain.errors import ConfigError, PublishError, UnreachableError
from bot.i18n import msg
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import TokenRefusedError
from bot.platforms.slack.publisher import SlackPublisher
from bot.platforms.slack.socket_mode import SocketMode
from bot.services.bundle import Services
from bot.services.ports import Publisher

BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
_BEGINNINGS = {BOT_TOKEN: "xoxb-", APP_TOKEN: "xapp-"}
_LAST_MESSAGES = 8.0  # seconds that running messages may take at a stop; Docker kills after ten


class SlackPlatform:
    """Slack, with the two tokens of one app; a missing one is empty."""

    name = "slack"

    def __init__(self, services: Services, api_url: str, bot_token: str, app_token: str) -> None:
        self._services, self._api_url = services, api_url
        self._tokens = {BOT_TOKEN: bot_token, APP_TOKEN: app_token}

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[SlackConnection]:
        """Yield a connection. Raises ConfigError when a token is missing or the two are swapped."""
        async with ClientSession() as session:
            publisher = SlackPublisher(self._api(session, BOT_TOKEN))
            connection = SlackConnection(self._services, publisher, self._api(session, APP_TOKEN))
            try:
                yield connection
            finally:
                await connection.drain()

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[Publisher]:
        """Yield a publisher, which needs only the bot's token. Raises ConfigError and UnreachableError."""
        async with ClientSession() as session:
            publisher = SlackPublisher(self._api(session, BOT_TOKEN))
            await _log_in(publisher)
            yield publisher

    def _api(self, session: ClientSession, variable: str) -> SlackApi:
        token = self._tokens[variable]
        if not token:
            other = APP_TOKEN if variable == BOT_TOKEN else BOT_TOKEN
            raise ConfigError(
                msg("Slack needs {variable} beside {other}; put it into .env.", variable=variable, other=other)
            )
        if any(token.startswith(each) for name, each in _BEGINNINGS.items() if name != variable):
            raise ConfigError(
                msg(
                    "{variable} holds the other token of the Slack app; it begins with {beginning}.",
                    variable=variable,
                    beginning=_BEGINNINGS[variable],
                )
            )
        return SlackApi(session, self._api_url, token, variable)


class SlackConnection:
    """One app's connection to Slack, from opening to closing."""

    def __init__(self, services: Services, publisher: SlackPublisher, app: SlackApi) -> None:
        self._publisher, self._socket_mode = publisher, SocketMode(app, services.health)
        publishers = {"slack": publisher}
        self._delivery = services.delivery(publishers)
        self._message_updates = services.message_updates(publishers)

    async def run(self, begin: Callable[[], None]) -> None:
        """Stay connected; `begin` is called when editions can be sent over the Web API.

        Raises ConfigError when Slack refuses a token, and UnreachableError when it does not answer at first.
        """
        await _log_in(self._publisher)
        begin()
        try:
            await self._socket_mode.run()
        except TokenRefusedError as error:
            raise ConfigError(error.message) from error

    def deliver(self) -> None:
        """Start sending open editions, unless that is running already."""
        self._delivery.start()

    async def maintain(self) -> None:
        """Update posted messages, and report the connection's state to the health check."""
        await self._message_updates.update()
        await self._socket_mode.heartbeat()

    async def drain(self) -> None:
        """Let the messages being sent finish."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_MESSAGES):
                await self._delivery.drain()


async def _log_in(publisher: SlackPublisher) -> None:
    try:
        await publisher.log_in()
    except TokenRefusedError as error:
        raise ConfigError(error.message) from error
    except PublishError as error:
        raise UnreachableError(error.message) from error
