"""One app's connection to Slack, from opening to closing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from aiohttp import ClientSession
from slack_bolt.authorization import AuthorizeResult

from bot.domain.errors import ConfigError
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import TokenRefusedError
from bot.platforms.slack.bolt import bolt_app, dispatch, web_client
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.context import Client
from bot.platforms.slack.listeners import Listeners, say_interrupted
from bot.platforms.slack.open_homes import OpenHomes
from bot.platforms.slack.people import People
from bot.platforms.slack.publisher import SlackPublisher
from bot.platforms.slack.recent_cache import RecentCache
from bot.platforms.slack.socket_mode import SocketMode
from bot.services.bundle import Services

# seconds that running answers and messages may take at a stop; Docker kills after ten
_LAST_ANSWERS, _LAST_MESSAGES = 1.5, 8.0


class SlackConnection:
    """Publishes digests, and serves what people do, once it is connected."""

    def __init__(
        self,
        services: Services,
        session: ClientSession,
        publisher: SlackPublisher,
        app: SlackApi,
        api_url: str,
        token: str,
        names: CommandNames,
        is_ours: Callable[[], bool],
        *,
        unfurls: bool,
    ) -> None:
        self._services, self._publisher, self._app, self._names = services, publisher, app, names
        self._unfurls, self._homes = unfurls, OpenHomes()
        self._web, self._token = web_client(session, api_url, token), token
        publishers = {"slack": publisher}
        self._delivery = services.delivery(publishers)
        self._message_updates = services.message_updates(publishers, is_ours)
        self._socket_mode: SocketMode | None = None
        self._listeners: Listeners | None = None

    async def run(self, begin: Callable[[], None]) -> None:
        """Stay connected; `begin` is called when editions can be sent over the Web API.

        Raises ConfigError when Slack refuses a token, and UnreachableError when it does not answer at first.
        """
        await self._publisher.check_token()
        self._services.proposer_notices.connect("slack", self._publisher)
        begin()
        self._listeners = Listeners(await self._client())
        bolt = bolt_app(self._web, self._identity())
        self._listeners.register(bolt)
        self._socket_mode = SocketMode(
            self._app, self._services.heartbeats, self._services.token_conflicts, partial(dispatch, bolt)
        )
        try:
            await self._socket_mode.run()
        except TokenRefusedError as error:
            raise ConfigError(error.message) from error

    @property
    def latency(self) -> None:
        """Return that Socket Mode tells no latency."""

    def deliver(self) -> None:
        """Start sending open editions, unless that is running already."""
        self._delivery.start()

    def stop_delivering(self) -> None:
        """Leave open editions to another process."""
        self._delivery.give_up()

    async def update_messages(self) -> None:
        """Let posted messages follow the edits of their papers, and the Homes that are open all changes."""
        if self._listeners:
            self._listeners.refresh_homes()
        await self._message_updates.update()

    async def heartbeat(self) -> None:
        """Report the connection's state to the health check."""
        if self._socket_mode:
            await self._socket_mode.heartbeat()

    async def drain(self) -> None:
        """Let running answers and messages finish; tell the people whose answers are cut short."""
        self._homes.stop()
        await asyncio.gather(self._finish_answers(), self._finish_messages())
        self._services.proposer_notices.disconnect("slack")

    async def _finish_answers(self) -> None:
        if not (self._listeners and (under_way := self._listeners.under_way)):
            return
        await asyncio.wait(list(under_way), timeout=_LAST_ANSWERS)
        left = dict(under_way)
        if telling := [asyncio.create_task(say_interrupted(each)) for each in left.values() if each]:
            await asyncio.wait(telling, timeout=_LAST_ANSWERS)
        for task in (*left, *telling):
            task.cancel()

    async def _finish_messages(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_MESSAGES):
                await self._delivery.drain()

    async def _client(self) -> Client:
        services, team = self._services, self._publisher.team
        services.workspaces.warn_of_other_servers("slack", team)
        workspace = await services.workspaces.of_server("slack", team)
        people = People(self._web, services.locale, services.zone)
        return Client(
            services=services,
            web=self._web,
            people=people,
            names=self._names,
            delivery=self._delivery,
            message_updates=self._message_updates,
            team=team,
            workspace=workspace,
            modals=RecentCache(),
            unfurls=self._unfurls,
            homes=self._homes,
            bot_user=self._publisher.bot_user,
        )

    def _identity(self) -> AuthorizeResult:
        publisher = self._publisher
        return AuthorizeResult(
            enterprise_id=None,
            team_id=publisher.team,
            bot_token=self._token,
            bot_id=publisher.bot,
            bot_user_id=publisher.bot_user,
        )
