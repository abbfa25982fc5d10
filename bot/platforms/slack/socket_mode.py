"""Socket Mode: Slack's events over connections that the bot opens, so that it needs no public address.

Slack closes each connection every few hours, so there are two: one stays open while the other is reopened. Bolt finds
who serves an event; its own client of Socket Mode is not used, since it closes its connection before it opens the next
one, ignores NO_PROXY, writes the connection's secret address into the log, and keeps a refused token to itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TypeAlias

import structlog
from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from bot.backoff import pauses
from bot.domain.errors import DayoriError, PublishError
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import TokenRefusedError
from bot.services.heartbeats import Connection, Heartbeats
from bot.services.token_conflicts import TokenConflicts

Serve: TypeAlias = Callable[[dict[str, Any]], Awaitable[dict[str, Any] | None]]
"""Serves an envelope's payload; returns what its acknowledgement says, None for nothing."""

_CONNECTIONS = 2
_acknowledged: ContextVar[asyncio.Event] = ContextVar("acknowledged")
_log = structlog.get_logger()


class SocketMode:
    """The connections of one app."""

    def __init__(self, api: SlackApi, heartbeats: Heartbeats, token_conflicts: TokenConflicts, serve: Serve) -> None:
        self._api, self._serve = api, serve
        self._heartbeats, self._token_conflicts = heartbeats, token_conflicts
        self._under_way = set[asyncio.Task[None]]()
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
            await self._heartbeats.beat("slack", connection)
        except DayoriError as error:
            _log.warning("the health check was not told", connection=connection, reason=str(error))

    async def _keep(self, n: int) -> None:
        """Keep one connection open, reopening it whenever it closes."""
        waits = pauses()
        while True:
            try:
                async with self._api.socket() as socket:
                    if await self._listen(n, socket):
                        waits = pauses()
                        continue
            except TokenRefusedError:
                raise
            except (PublishError, ClientError, OSError, TimeoutError) as error:
                # The text of a ClientError may contain the connection's address, which grants access to anybody.
                reason = str(error) if isinstance(error, PublishError) else type(error).__name__
                _log.warning("Slack's Socket Mode cannot be reached, trying again", reason=reason)
            await asyncio.sleep(next(waits))

    async def _listen(self, n: int, socket: ClientWebSocketResponse) -> bool:
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
            task = asyncio.current_task()
            if not (task and task.cancelling()):  # a stop takes this process's note away and waits for no database here
                await self.heartbeat()

    async def _take(self, n: int, socket: ClientWebSocketResponse, event: dict[str, Any]) -> None:
        if event.get("type") == "hello":
            if not self._was_connected:
                _log.info("connected to Slack")
            self._open.add(n)
            self._was_connected = True
            await self.heartbeat()
            if int(event.get("num_connections") or 0) > _CONNECTIONS + 1:  # one more while one is reopened
                await self._token_conflicts.note("slack", is_certain=True)
        elif event.get("envelope_id"):
            task = asyncio.create_task(self._answer(socket, event))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _answer(self, socket: ClientWebSocketResponse, event: dict[str, Any]) -> None:
        """Serve an envelope and acknowledge it, also when that failed: Slack would only repeat it."""
        content, sent = None, asyncio.Event()
        _acknowledged.set(sent)
        try:
            content = await self._serve(event.get("payload") or {})
        except Exception as error:
            _log.error("an event was not served", kind=event.get("type"), exc_info=error)
        acknowledgement = {"envelope_id": event["envelope_id"]} | ({"payload": content} if content else {})
        with suppress(ClientError, OSError, RuntimeError):  # the connection closed; Slack sends the event again
            await socket.send_json(acknowledgement)
        sent.set()


async def acknowledgement_sent() -> None:
    """Wait until the acknowledgement of the envelope that this task serves has left.

    Bolt looks for it every ten milliseconds. What a listener sends before that would arrive first, and a modal's
    acknowledgement would then replace the modal that is right.
    """
    await _acknowledged.get().wait()
