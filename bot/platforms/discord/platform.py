"""Discord for the runner: a connected client, or only its REST side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import isfinite

import discord
import structlog
from aiohttp import ClientError

from bot.backoff import pauses
from bot.domain.errors import ConfigError, UnreachableError
from bot.domain.shards import Shards
from bot.i18n import msg
from bot.platforms.discord.client import DayoriClient
from bot.platforms.discord.command_names import CommandNames
from bot.services.bundle import Services
from bot.services.job_leases import delivery_job
from bot.services.ports import Publisher
from bot.sources.connection_errors import reason_of

_AUTHENTICATION_FAILED = 4004
_UNREACHABLE = (ClientError, OSError, discord.DiscordServerError, discord.GatewayNotFound)
_log = structlog.get_logger()


class DiscordPlatform:
    """Discord, for one application's token."""

    name = "discord"

    def __init__(
        self, services: Services, api_url: str, token: str, names: CommandNames, shards: Shards | None = None
    ) -> None:
        self._services, self._api_url, self._token, self._names = services, api_url, token, names
        self._shards, self.delivery_job = shards, delivery_job(self.name, token)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[DiscordConnection]:
        """Yield a client; a new one each time, since discord.py closes a client for good after an unreadable event."""
        async with self._client() as client:
            yield DiscordConnection(client, self._token)

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[Publisher]:
        """Yield the publisher of a client that is logged in over REST. Raises ConfigError and UnreachableError."""
        async with self._client() as client:
            try:
                async with client.quota.login():
                    await client.http.static_login(self._token)
                    await client.remember_servers()
            except discord.LoginFailure as error:
                raise ConfigError(_REFUSED) from error
            except (discord.HTTPException, ClientError, OSError) as error:
                raise _unreachable(error) from error
            yield client.publisher

    def _client(self) -> DayoriClient:
        return DayoriClient(self._services, self._api_url, self._names, self.delivery_job, self._shards)


class DiscordConnection:
    """One client, from opening to closing."""

    def __init__(self, client: DayoriClient, token: str) -> None:
        self._client, self._token = client, token

    async def run(self, begin: Callable[[], None]) -> None:
        """Stay connected until the client breaks; `begin` is called when editions can be sent over REST.

        discord.py reconnects by itself, but not before the first connection. Raises ConfigError when Discord refuses
        the token, UnreachableError when it does not answer, or whatever else broke the client.
        """
        try:
            async with self._client.quota.login():
                await self._client.login(self._token)
            begin()
            await self._connect()
        except _UNREACHABLE as error:
            raise _unreachable(error) from error
        except discord.LoginFailure as error:
            raise ConfigError(_REFUSED) from error
        except discord.ConnectionClosed as error:
            if error.code == _AUTHENTICATION_FAILED:
                raise ConfigError(_REFUSED) from error
            raise

    @property
    def latency(self) -> float | None:
        """Return the gateway's latency, the mean of all shards; None before the first heartbeat."""
        return self._client.latency if isfinite(self._client.latency) else None

    def deliver(self) -> None:
        """Start sending open editions, unless that is running already."""
        self._client.delivery.start()

    def stop_delivering(self) -> None:
        """Leave open editions to another process."""
        self._client.delivery.give_up()

    async def update_messages(self) -> None:
        """Let posted messages follow the edits of their papers."""
        await self._client.message_updates.update()

    async def heartbeat(self) -> None:
        """Report the gateway's state to the health check."""
        await self._client.gateway_status.heartbeat()

    async def _connect(self) -> None:
        for pause in pauses():
            try:
                await self._client.connect()
                return
            except _UNREACHABLE as error:
                if self._client.is_closed():
                    raise
                _log.warning("the gateway cannot be reached, trying again", seconds=pause, reason=str(error))
            await asyncio.sleep(pause)


_REFUSED = msg("Discord does not accept DISCORD_TOKEN; copy the token again from the application's Bot page.")


def _unreachable(error: Exception) -> UnreachableError:
    cause = error.__cause__ if isinstance(error, discord.GatewayNotFound) else error
    reason = str(cause.status) if isinstance(cause, discord.HTTPException) else reason_of(cause)
    return UnreachableError(msg("Discord could not be reached: {reason}.", reason=reason))
