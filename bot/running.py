"""A platform's life: started, kept going, and brought to an orderly end."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import discord
import structlog
from aiohttp import ClientError

from bot.app import App
from bot.domain.errors import ConfigError, PublishError
from bot.i18n import msg
from bot.platforms.discord.client import DayoriClient
from bot.scheduler import Scheduler
from bot.services.delivery import DeliveryReport

_PAUSES = (5.0, 300.0)  # seconds between two attempts to connect: at first, and at most
_DRAIN = 9.0  # seconds; Docker kills after ten
_log = structlog.get_logger()


async def run_discord(app: App) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises ConfigError when Discord refuses the token."""
    services = app.services
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with DayoriClient(services, app.config.discord.api_url) as client:

        async def tick() -> None:
            await services.digests.compose_due()
            await client.delivery.deliver_open()
            await services.checkup.beat(connected=client.is_ready())

        scheduler = Scheduler(tick)
        connection = asyncio.create_task(_keep_connected(client, _token(app)))
        try:
            await _first((connection, client.wait_until_ready(), stop.wait()))
            if client.is_ready():
                _log.info("ready", servers=len(client.guilds))
                await scheduler.start()
                await _first((connection, stop.wait()))
        finally:
            client.delivery.stop()
            with suppress(TimeoutError):
                await asyncio.wait_for(scheduler.stop(), _DRAIN)
            connection.cancel()
            await asyncio.wait((connection,))
            await services.checkup.end()
            _log.info("stopped")
        if not stop.is_set():
            connection.result()


async def post_discord(app: App, workspace: int, name: str | None) -> DeliveryReport:
    """Deliver what is due over REST alone; of the subscription `name`, its next edition now."""
    async with DayoriClient(app.services, app.config.discord.api_url) as client:
        try:
            await client.http.static_login(_token(app))
        except discord.LoginFailure as error:
            raise ConfigError(_REFUSED) from error
        except (discord.HTTPException, ClientError, OSError) as error:
            raise PublishError(msg("Discord could not be reached: {reason}.", reason=type(error).__name__)) from error
        if name is None:
            await app.services.digests.compose_due()
        else:
            await app.services.digests.compose_now(workspace, name)
        return await client.delivery.deliver_open()


_REFUSED = msg("Discord does not accept DISCORD_TOKEN; copy the token again from the application's Bot page.")


async def _keep_connected(client: DayoriClient, token: str) -> None:
    """Stay connected; discord.py reconnects by itself, but not at first and not after an event it could not read."""
    pause = _PAUSES[0]
    while not client.is_closed():
        try:
            await client.login(token)
            await client.connect()
        except discord.LoginFailure as error:
            raise ConfigError(_REFUSED) from error
        except (ClientError, OSError, discord.DiscordServerError, discord.GatewayNotFound) as error:
            _log.warning("Discord cannot be reached, trying again", seconds=pause, reason=str(error))
        except Exception as error:
            _log.error("the connection broke, connecting again", seconds=pause, exc_info=error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _PAUSES[1])


async def _first(waiting: tuple[asyncio.Task[None] | object, ...]) -> None:
    """Wait until one of these ends; those begun here are cancelled then."""
    tasks = [each if isinstance(each, asyncio.Task) else asyncio.ensure_future(each) for each in waiting]  # type: ignore[call-overload]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task, each in zip(tasks, waiting, strict=True):
        if task is not each:
            task.cancel()


def _token(app: App) -> str:
    token = app.config.discord_token
    return token.get_secret_value() if token else ""
