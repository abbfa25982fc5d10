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
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
from aiohttp import ClientSession
from discord.http import Route

from bot import runner
from bot.app import open_app, platforms_of
from bot.config import Config
from bot.domain.digest import Policy
from bot.domain.errors import DayoriError
from bot.logs import configure_logs
from bot.platforms.discord.publisher import DiscordPublisher
from bot.platforms.discord.render import DiscordRenderer
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.publisher import LOOKS, SPACING, SlackPublisher
from bot.platforms.slack.render import SlackRenderer
from bot.services.digests import lease_owner
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.edition_sender import PAUSES
from bot.services.lazy_sources import LazySources
from bot.services.papers.update_checks import UpdateChecks
from bot.services.ports import Clock
from bot.sources.lookup import Sources
from bot.sources.open_sources import open_sources
from bot.store.database import Database, open_database

NAMES = CommandNames("dayori")
Work = Callable[..., Awaitable[None]]
PAPERS = 30
POLICY = Policy(PAPERS, "skip", timedelta(hours=24), ZoneInfo("Asia/Tokyo"))
_CONTEXT = get_context("forkserver")
# What `dayori run` imports late takes half a second: twenty bots that start at once would wait for each other.
_LATE = ("bot.scheduler", "bot.platforms.discord.platform", "bot.platforms.slack.socket_mode", "slack_bolt.async_app")
_CONTEXT.set_forkserver_preload([__name__, *_LATE])


def discord_poster(store: Path, api_url: str, token: str, ahead: float, room: int | None) -> ForkServerProcess:
    """Start `dayori post`; its clock is `ahead` by seconds, and its files may grow by `room` bytes."""
    return _started(_post, store, ahead, room, _on_discord, api_url, token)


def slack_poster(
    store: Path, api_url: str, token: str, ahead: float, room: int | None, factor: float
) -> ForkServerProcess:
    """Start `dayori post` likewise, with waits that are shorter by the factor."""
    return _started(_post, store, ahead, room, _on_slack, api_url, token, factor)


def bot(store: Path, settings: dict[str, Any]) -> ForkServerProcess:
    """Start `dayori run`."""
    return _started(_serve, f"sqlite+aiosqlite:///{store}", settings)


def one_of_several(url: str, settings: dict[str, Any], machine: str) -> ForkServerProcess:
    """Start `dayori run` on any store; with a name of its machine, other processes cannot see whether it has ended."""
    return _started(_serve, url, settings, machine)


def looker(store: Path, url: str, ahead: float) -> ForkServerProcess:
    """Start `dayori refresh`; arXiv and Crossref are at `url`, and its clock is `ahead` by seconds."""
    return _started(_look, store, url, ahead)


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


async def _post(store: Path, ahead: float, room: int | None, work: Work, *place: Any) -> None:
    if room:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    database = await open_database(f"sqlite+aiosqlite:///{store}")
    try:
        await work(database, _clock(ahead), *place)
    finally:
        await database.close()


async def _on_discord(database: Database, clock: Clock, api_url: str, token: str) -> None:
    Route.BASE = api_url
    async with discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=60) as client:
        await client.http.static_login(token)
        await Digests(database, clock, POLICY, {"discord": DiscordRenderer(POLICY.zone)}).compose_due()
        await Delivery(database, clock, {"discord": DiscordPublisher(client.http)}).deliver_open()


async def _on_slack(database: Database, clock: Clock, api_url: str, token: str, factor: float) -> None:
    async with ClientSession() as session:
        api = SlackApi(session, api_url, token, "SLACK_BOT_TOKEN")
        publisher = SlackPublisher(api, NAMES, spacing=SPACING / factor, looks=[look / factor for look in LOOKS])
        await publisher.log_in()
        await Digests(database, clock, POLICY, {"slack": SlackRenderer(POLICY.zone, NAMES)}).compose_due()
        pauses = [pause / factor for pause in PAUSES]
        await Delivery(database, clock, {"slack": publisher}, pauses).deliver_open()


async def _look(store: Path, url: str, ahead: float) -> None:
    def sources() -> Sources:
        return open_sources(
            arxiv_url=url,
            arxiv_listing_url=url,
            crossref_url=url,
            doi_url=url,
            openreview_url=url,
            openreview_site_url=url,
            acl_url=url,
            interval=0.05,
        )

    opened = LazySources(sources)
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    try:
        await UpdateChecks(database, _clock(ahead), POLICY.zone, opened, pause=0).run_now(1)
    finally:
        await opened.close()
        await database.close()


def _clock(ahead: float) -> Clock:
    return lambda: datetime.now(UTC) + timedelta(seconds=ahead)


async def _serve(url: str, settings: dict[str, Any], machine: str = "") -> None:
    if machine:
        lease_owner.process_space = lambda: machine
    common = {
        "database_url": url,
        "papers_file": "",
        "digest": {"max_papers": PAPERS, "when_empty": "skip"},
    }
    config = Config.model_validate({**common, **settings})
    async with open_app(config) as app:
        await runner.run(app, platforms_of(app))
