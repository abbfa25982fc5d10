"""A platform's life: started, kept going, and brought to an orderly end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from time import monotonic
from typing import Any
from uuid import uuid4

import discord
import structlog
from aiohttp import ClientError

from bot.app import App, mirrored
from bot.domain.errors import ConfigError, PublishError
from bot.i18n import Message, msg
from bot.platforms.discord.client import DayoriClient
from bot.scheduler import Scheduler
from bot.services.delivery import DeliveryReport
from bot.services.workspaces import DEFAULT

_PAUSES = (1.0, 300.0)  # seconds between two attempts to connect: at first, and at most
_STEADY = 600.0  # seconds; after a client that lived so long the pauses begin anew
_CANCEL_AGAIN = 0.1  # seconds
_CUT = 9.5  # seconds after which a stop that hangs is cut; what matters is in the store, and Docker would kill anyway
_AUTHENTICATION_FAILED = 4004
_TOLD_NOTE = "told of the papers file"
_UNREACHABLE = (ClientError, OSError, discord.DiscordServerError, discord.GatewayNotFound)
_log = structlog.get_logger()


async def run_discord(app: App) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises ConfigError when Discord refuses the token.

    discord.py reconnects by itself, but not at first and not after an event that it could not read; its client is
    closed then for good, so the next one takes its place.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_to_stop() -> None:
        stop.set()
        loop.call_later(_CUT, os._exit, 1)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, begin_to_stop)
    _log.info("starting")
    await app.services.checkup.beat("starting")
    telling = asyncio.create_task(_tell_of_file(app, stop))
    async with mirrored(app, partial(_tell_mirror, app, stop)):
        await _live_on(app, stop)
    await telling
    await app.services.checkup.end()
    _log.info("stopped")


async def _live_on(app: App, stop: asyncio.Event) -> None:
    pauses = _pauses()
    while not stop.is_set():
        began = monotonic()
        try:
            await _live(app, stop)
        except _UNREACHABLE as error:
            _log.warning("Discord cannot be reached, trying again", reason=str(error))
        except Exception as error:
            if _is_refusal(error):
                raise ConfigError(_REFUSED) from error
            _log.error("the connection broke, connecting again", exc_info=error)
        pauses = _pauses() if monotonic() - began > _STEADY else pauses
        with suppress(TimeoutError):
            async with asyncio.timeout(next(pauses)):
                await stop.wait()


async def _live(app: App, stop: asyncio.Event) -> None:
    """Keep one client connected until we are to stop or it breaks; raise what broke it."""
    async with DayoriClient(app.services, app.config.discord.api_url, app.command_names) as client:
        scheduler = Scheduler(partial(_tick, app, client))
        try:
            await _until(stop, _connect(client, _token(app), scheduler))
        finally:
            await scheduler.stop()


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Let something go on until it ends or we are to stop; raise what broke it."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        while not task.done():  # a client that is just connecting again loses a cancellation and goes on
            task.cancel()
            await asyncio.wait((task,), timeout=_CANCEL_AGAIN)
    if not task.cancelled():
        task.result()


async def _connect(client: DayoriClient, token: str, scheduler: Scheduler) -> None:
    await client.login(token)
    scheduler.start()  # editions go out over REST, whether the gateway answers or not
    for pause in _pauses():
        try:
            await client.connect()
            return
        except _UNREACHABLE as error:
            if client.is_closed():
                raise
            _log.warning("the gateway cannot be reached, trying again", seconds=pause, reason=str(error))
        await asyncio.sleep(pause)


def _pauses() -> Iterator[float]:
    """Give the seconds between attempts: ever more, and then always as many."""
    for n in count():
        yield min(_PAUSES[0] * 2 ** min(n, 20), _PAUSES[1])


async def _tick(app: App, client: DayoriClient) -> None:
    client.delivery.begin()
    await app.services.digests.compose_due(client.delivery.begin)
    await client.corrections.correct()
    await client.gateway_status.beat()


async def post_discord(app: App, workspace: int, name: str | None) -> DeliveryReport:
    """Deliver what is due over REST alone; of the subscription `name`, its next edition now."""
    async with DayoriClient(app.services, app.config.discord.api_url, app.command_names) as client:
        try:
            await client.http.static_login(_token(app))
            await client.remember_servers()
        except discord.LoginFailure as error:
            raise ConfigError(_REFUSED) from error
        except (discord.HTTPException, ClientError, OSError) as error:
            raise PublishError(msg("Discord could not be reached: {reason}.", reason=type(error).__name__)) from error
        if name is None:
            await app.services.digests.compose_due()
        else:
            await app.services.digests.compose_now(workspace, name)
        await client.corrections.correct()
        return await client.delivery.deliver_open()


async def _tell_of_file(app: App, stop: asyncio.Event) -> None:
    """Tell the curators what is wrong with a papers file that was not followed; a mirror tells of its file itself."""
    if app.fault is None:
        await app.services.notes.write(_TOLD_NOTE, "")
    elif app.mirror is None:
        for pause in _pauses():  # at the first start of all no server is served before the gateway has named them
            if await _tell_curators(app, stop, [app.fault]) or stop.is_set():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()


async def _tell_mirror(app: App, stop: asyncio.Event, messages: Sequence[Message]) -> None:
    await _tell_curators(app, stop, messages)


async def _tell_curators(app: App, stop: asyncio.Event, messages: Sequence[Message]) -> bool:
    """Tell the curators what the papers file needs from them, if Discord lets us before we are to stop; say if it did.

    What the bot that ran before told them is not told again.
    """
    told = "\n".join(message.text("en") for message in messages)
    if await app.services.notes.read(_TOLD_NOTE) == told:
        return True
    try:
        await _until(stop, _tell(app, messages))
        if not stop.is_set():
            await app.services.notes.write(_TOLD_NOTE, told)
    except (PublishError, discord.DiscordException, ClientError, OSError) as error:
        _log.warning("the curators were not told", reason=str(error))
        return False
    return True


async def _tell(app: App, messages: Sequence[Message]) -> None:
    """Say something in every server that receives the digest. Raises PublishError where no server takes it."""
    subscribed = await app.services.digests.subscribed(await app.services.workspaces.named(DEFAULT))
    places: dict[str, list[str]] = {}
    for each in subscribed:
        places.setdefault(each.channel.partition("/")[0], []).append(each.channel)
    text = "\n".join(f"📄 {message.text(app.config.locale)}" for message in messages)[:2000]
    async with DayoriClient(app.services, app.config.discord.api_url, app.command_names) as client:
        await client.http.static_login(_token(app))
        refusals: list[PublishError] = []
        for server, channels in places.items():
            try:
                await client.publisher.tell(f"{server}/0", channels, text, uuid4().hex[:25], _unfenced)
            except PublishError as error:
                refusals.append(error)
        if refusals and len(refusals) == len(places):
            raise refusals[0]


async def _unfenced() -> None:
    """Let a notice leave that no other process would send in our place."""


_REFUSED = msg("Discord does not accept DISCORD_TOKEN; copy the token again from the application's Bot page.")


def _is_refusal(error: Exception) -> bool:
    closed = isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED
    return closed or isinstance(error, discord.LoginFailure)


def _token(app: App) -> str:
    token = app.config.discord_token
    return token.get_secret_value() if token else ""
