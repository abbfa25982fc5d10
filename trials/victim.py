"""The processes under trial: the real store, delivery and publisher, without the rest of the bot where possible.

They are forked from a server that has imported everything, so that a thousand of them take minutes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from zoneinfo import ZoneInfo

import discord
from discord.http import Route

from bot import runner
from bot.app import open_app, platforms_of
from bot.config import Config
from bot.domain.errors import DayoriError
from bot.logs import configure_logs
from bot.platforms.discord.publisher import DiscordPublisher
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.composing import Digests, Policy
from bot.services.digests.delivery import Delivery
from bot.store.database import open_database

PAPERS = 30
POLICY = Policy(PAPERS, "skip", timedelta(hours=24), ZoneInfo("Asia/Tokyo"))
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def poster(store: Path, api_url: str, token: str, *, ahead: float = 0, room: int | None = None) -> ForkServerProcess:
    """Start the work of `dayori post`; its clock is `ahead` by seconds, and its files may grow by `room` bytes."""
    return _started(_post, store, api_url, token, ahead, room)


def bot(store: Path, api_url: str, token: str) -> ForkServerProcess:
    """Start the work of `dayori run`."""
    return _started(_serve, store, api_url, token)


def _started(target: object, *arguments: object) -> ForkServerProcess:
    process = _CONTEXT.Process(target=_run, args=(target, *arguments))
    process.start()
    return process


def _run(target: object, *arguments: object) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    if "TRIALS_LOUD" not in os.environ:
        os.dup2(quiet, 2)
    configure_logs(())  # without it structlog renders tracebacks, which block everything for seconds
    logging.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(target(*arguments))  # type: ignore[operator]
    except DayoriError as error:
        sys.exit(error.text("en"))


async def _post(store: Path, api_url: str, token: str, ahead: float, room: int | None) -> None:
    if room:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=ahead)

    Route.BASE = api_url
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    try:
        async with discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=60) as client:
            await client.http.static_login(token)
            await Digests(database, clock, POLICY, {"discord": DiscordRenderer(POLICY.zone)}).compose_due()
            await Delivery(database, clock, {"discord": DiscordPublisher(client.http)}).deliver_open()
    finally:
        await database.close()


async def _serve(store: Path, api_url: str, token: str) -> None:
    settings = {
        "database_url": f"sqlite+aiosqlite:///{store}",
        "papers_file": "",
        "discord_token": token,
        "discord": {"api_url": api_url},
        "digest": {"max_papers": PAPERS, "when_empty": "skip"},
    }
    config = Config.model_validate(settings)
    async with open_app(config) as app:
        await runner.run(app, platforms_of(app))
