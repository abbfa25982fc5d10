"""Socket Mode: Slack's events over connections that the bot opens, so that it needs no public address.

Slack closes each connection every few hours, so there are two: one stays open while the other is reopened.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import structlog
from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from bot.backoff import pauses
from bot.domain.errors import DayoriError, PublishError
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import TokenRefusedError
from bot.services.health import Connection, Health

_CONNECTIONS = 2
_log = structlog.get_logger()


class SocketMode:
    """The connections of one app."""

    def __init__(self, api: SlackApi, health: Health) -> None:
        self._api, self._health = api, health
        self._was_connected = False
        self._open = set[int]()

    async def run(self) -> None:
        """Stay connected. Raises TokenRefusedError when Slack does not accept the app's token."""
        tasks = [asyncio.create_task(self._keep(n)) for n in range(_CONNECTIONS)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def heartbeat(self) -> None:
        """Report the connection's state to the health check."""
        connection: Connection = "connected" if self._open else "lost" if self._was_connected else "starting"
        try:
            await self._health.heartbeat("slack", connection)
        except DayoriError as error:
            _log.warning("the health check was not told", connection=connection, reason=str(error))

    async def _keep(self, n: int) -> None:
        """Keep one connection open, reopening it whenever it closes."""
        waits = pauses()
        while True:
            try:
                async with self._api.socket() as socket:
                    if await self._serve(n, socket):
                        waits = pauses()
                        continue
            except TokenRefusedError:
                raise
            except (PublishError, ClientError, OSError, TimeoutError) as error:
                # The text of a ClientError may contain the connection's address, which grants access to anybody.
                reason = str(error) if isinstance(error, PublishError) else type(error).__name__
                _log.warning("Slack's Socket Mode cannot be reached, trying again", reason=reason)
            await asyncio.sleep(next(waits))

    async def _serve(self, n: int, socket: ClientWebSocketResponse) -> bool:
        """Answer events until Slack closes the connection; return whether it had been established."""
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    with suppress(ValueError):
                        event = message.json()
                        if event.get("type") == "disconnect":
                            break
                        await self._take(n, socket, event)
            return n in self._open
        finally:
            self._open.discard(n)
            await self.heartbeat()

    async def _take(self, n: int, socket: ClientWebSocketResponse, event: dict[str, Any]) -> None:
        if event.get("type") == "hello":
            if not self._was_connected:
                _log.info("connected to Slack")
            self._open.add(n)
            self._was_connected = True
            await self.heartbeat()
        elif envelope := event.get("envelope_id"):  # Slack repeats what is not acknowledged
            await socket.send_json({"envelope_id": envelope})
