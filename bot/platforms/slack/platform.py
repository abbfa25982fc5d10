"""Slack for the runner: connected by Socket Mode, or only its Web API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec

from aiohttp import ClientSession

from bot.domain.errors import ConfigError
from bot.platforms.answer_trace import answer_trace
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.publisher import SlackPublisher
from bot.platforms.slack.tokens import APP_TOKEN, BOT_TOKEN, NO_BOLT, token_problem
from bot.services.bundle import Services
from bot.services.job_leases import delivery_job
from bot.services.ports import Connection, Publisher


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
        self.delivery_job = delivery_job(self.name, bot_token)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """Yield a connection.

        Raises ConfigError when a token is missing, the two are swapped, or Bolt is not installed.
        """
        async with self._session() as session:
            publisher, app = self._publisher(session), self._api(session, APP_TOKEN)
            if find_spec("slack_bolt") is None:
                raise ConfigError(NO_BOLT)
            from bot.platforms.slack.connection import SlackConnection

            connection = SlackConnection(
                self._services,
                session,
                publisher,
                app,
                self._api_url,
                self._tokens[BOT_TOKEN],
                self._names,
                partial(self._services.job_leases.holds, self.delivery_job),
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
        return ClientSession(
            trace_configs=[answer_trace(self._services.metrics, self.name, self._services.clock_watch.note_time)]
        )

    def _publisher(self, session: ClientSession) -> SlackPublisher:
        return SlackPublisher(self._api(session, BOT_TOKEN), self._names, curators=self._services.curators)

    def _api(self, session: ClientSession, variable: str) -> SlackApi:
        if problem := token_problem(self._tokens, variable):
            raise ConfigError(problem)
        return SlackApi(session, self._api_url, self._tokens[variable], variable)
