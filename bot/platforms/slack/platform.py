"""Slack for the runner: connected by Socket Mode, or only its Web API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from aiohttp import ClientSession

from bot.domain.errors import ConfigError
from bot.i18n import msg
from bot.platforms.rate_limit_trace import rate_limit_trace
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.publisher import SlackPublisher
from bot.services.bundle import Services
from bot.services.ports import Connection, Publisher

BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
_BEGINNINGS = {BOT_TOKEN: "xoxb-", APP_TOKEN: "xapp-"}


class SlackPlatform:
    """Slack, with the two tokens of one app; a missing one is empty."""

    name = "slack"

    def __init__(
        self,
        services: Services,
        api_url: str,
        names: CommandNames,
        bot_token: str,
        app_token: str,
        *,
        unfurls: bool,
    ) -> None:
        self._services, self._api_url, self._names, self._unfurls = services, api_url, names, unfurls
        self._tokens = {BOT_TOKEN: bot_token, APP_TOKEN: app_token}

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """Yield a connection.

        Raises ConfigError when a token is missing, the two are swapped, or Bolt is not installed.
        """
        async with self._session() as session:
            publisher, app = self._publisher(session), self._api(session, APP_TOKEN)
            if find_spec("slack_bolt") is None:
                raise ConfigError(_NO_BOLT)
            from bot.platforms.slack.connection import SlackConnection

            connection = SlackConnection(
                self._services,
                session,
                publisher,
                app,
                self._api_url,
                self._tokens[BOT_TOKEN],
                self._names,
                unfurls=self._unfurls,
            )
            try:
                yield connection
            finally:
                await connection.drain()

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[Publisher]:
        """Yield a publisher, which needs only the bot's token. Raises ConfigError and UnreachableError."""
        async with self._session() as session:
            publisher = self._publisher(session)
            await publisher.check_token()
            yield publisher

    def _session(self) -> ClientSession:
        return ClientSession(trace_configs=[rate_limit_trace(self._services.metrics, self.name)])

    def _publisher(self, session: ClientSession) -> SlackPublisher:
        return SlackPublisher(self._api(session, BOT_TOKEN), self._names, curators=self._services.curators)

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


_NO_BOLT = msg("Slack needs the extra slack: pip install 'ronbun-dayori[slack]', or start the bot with make run.")
