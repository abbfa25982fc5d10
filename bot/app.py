"""The composition root: the only file that names every layer and connects the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import structlog

from bot.config import Config
from bot.domain.digest import Policy
from bot.domain.errors import DayoriError
from bot.domain.shards import parse_shards
from bot.follow_settings import follow_settings
from bot.garbage_collection import PausedCollector
from bot.i18n import Message
from bot.platforms.discord.command_names import NOTE
from bot.platforms.discord.command_names import CommandNames as DiscordNames
from bot.platforms.discord.render import DiscordRenderer
from bot.platforms.slack.command_names import CommandNames as SlackNames
from bot.platforms.slack.render import SlackRenderer
from bot.services.accounts import account_of
from bot.services.bundle import Services, ServiceSettings
from bot.services.file_sync.papers_file import PapersFile
from bot.services.heartbeats import Heartbeats
from bot.services.job_leases import FILE_SYNC, JobLeases
from bot.services.lazy_sources import LazySources
from bot.services.lost_database import require_no_loss
from bot.services.metrics import Metrics
from bot.services.ports import Clock, Platform, Progress, Renderer
from bot.services.servers import Servers
from bot.services.workspaces import DEFAULT, Workspaces
from bot.store.database import Database, open_database, open_to_read
from bot.store.search_index.index import SearchIndex

if TYPE_CHECKING:
    from bot.services.file_sync.sync import FileSync, Notify
    from bot.services.health import Health
    from bot.sources.lookup import Sources

_log = structlog.get_logger()


class App(NamedTuple):
    """The open store and all services on it; `fault` is what is wrong with the papers file."""

    config: Config
    clock: Clock
    database: Database
    services: Services
    command_names: DiscordNames
    sources: LazySources[Sources]
    file_sync: FileSync | None = None
    fault: Message | None = None


def utc_now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_app(
    config: Config, *, clock: Clock = utc_now, progress: Progress | None = None, serves: bool = True
) -> AsyncIterator[App]:
    """Open the store and yield the services; with `serves`, apply the papers file and the settings' subscriptions.

    Otherwise the papers file only fills a new collection. `progress` is called while the search index is rebuilt.
    """
    async with AsyncExitStack() as stack:
        require_no_loss(config.database_file, config.backups_path)
        database = await open_database(config.database_place)
        stack.push_async_callback(database.close)
        if serves:
            await database.require_changes()
        search = await SearchIndex.open(database, progress, config.aliases)
        stack.push_async_callback(search.close)
        names, metrics = DiscordNames(), Metrics()
        sources = _lazy_sources(config, database, metrics)
        stack.push_async_callback(sources.close)
        services = _services(config, clock, database, search, sources, metrics, names, stack)
        names.recall(await services.state.read(NOTE))
        workspace = await services.workspaces.named(DEFAULT)
        file, sync = _papers_file(config, clock, database, workspace)
        fault = await (file.follow if serves else file.fill)(workspace) if file else None
        if serves:
            await follow_settings(config, clock, database, services.workspaces)
        yield App(config, clock, database, services, names, sources, sync if serves else None, fault)


def _services(
    config: Config,
    clock: Clock,
    database: Database,
    search: SearchIndex,
    sources: LazySources[Sources],
    metrics: Metrics,
    names: DiscordNames,
    closing: AsyncExitStack,
) -> Services:
    heartbeats = Heartbeats(database, clock, account_of(config.token("DISCORD_TOKEN")), config.discord.shards)
    return Services(
        _service_settings(config),
        database,
        clock,
        search,
        sources,
        _renderers(config, names),
        workspaces=_workspaces(config, clock, database),
        servers=_servers(config, clock, database),
        heartbeats=heartbeats,
        job_leases=JobLeases(database, utc_now, heartbeats.count_others),
        metrics=metrics,
        closing=closing,
    )


def platforms_of(app: App) -> tuple[Platform, ...]:
    """Return the platforms that have a token; what only one of them needs is imported for it alone."""
    config, platforms = app.config, list[Platform]()
    if token := config.token("DISCORD_TOKEN"):
        with PausedCollector():
            from bot.platforms.discord.platform import DiscordPlatform

        shards = parse_shards(config.discord.shards)
        platforms.append(DiscordPlatform(app.services, config.discord.api_url, token, app.command_names, shards))
    bot_token, app_token = config.token("SLACK_BOT_TOKEN"), config.token("SLACK_APP_TOKEN")
    if bot_token or app_token:
        with PausedCollector():
            from bot.platforms.slack.platform import SlackPlatform

        names, unfurls = SlackNames(config.slack.command), config.slack.unfurl
        platforms.append(
            SlackPlatform(app.services, config.slack.api_url, names, bot_token, app_token, unfurls=unfurls)
        )
    return tuple(platforms)


@asynccontextmanager
async def open_health(config: Config, *, clock: Clock = utc_now) -> AsyncIterator[tuple[Health, Database]]:
    """Yield the health check without writing anything, not even a file or a folder.

    Raises StoreError when there is no database yet, or one of another version.
    """
    from bot.services.digests.composing import Digests
    from bot.services.health import Health

    async with AsyncExitStack() as stack:
        require_no_loss(config.database_file, config.backups_path)
        database = await open_to_read(config.database_place)
        stack.push_async_callback(database.close)
        servers = _servers(config, clock, database)
        digests = Digests(database, clock, _policy(config), _renderers(config, DiscordNames()), servers)
        file, _ = _papers_file(config, clock, database, 0)
        workspaces = _workspaces(config, clock, database)
        yield (
            Health(database, clock, digests, servers, file, workspaces, config.backups_path),
            database,
        )


@asynccontextmanager
async def synced(app: App, notify: Notify | None = None) -> AsyncIterator[None]:
    """Keep the papers file and the collection in sync inside this block, if the settings ask for it.

    `notify` receives what a person has to look at.
    """
    if app.file_sync is None:
        yield
        return
    stop, leases = asyncio.Event(), app.services.job_leases
    leases.want(FILE_SYNC)
    app.file_sync.notify, app.file_sync.is_ours = notify, partial(leases.holds, FILE_SYNC)
    watching = asyncio.create_task(app.file_sync.watch(stop))
    try:
        yield
    finally:
        stop.set()
        await watching
        try:
            if leases.holds(FILE_SYNC):
                await app.file_sync.sync()
        except DayoriError as error:
            _log.warning("the papers file does not hold the last changes", reason=str(error))


def _service_settings(config: Config) -> ServiceSettings:
    hosts = [urlsplit(url).hostname or "" for url in (config.sources.arxiv_url, config.sources.arxiv_listing_url)]
    return ServiceSettings(
        zone=config.zone,
        locale=config.locale,
        additions=config.additions,
        curators=config.curators,
        policy=_policy(config),
        keep_finds=timedelta(days=config.inbox.keep_days),
        arxiv_hosts=hosts,
    )


def _lazy_sources(config: Config, database: Database, metrics: Metrics) -> LazySources[Sources]:
    """Return the sources of papers; their turns go by real time, whatever time the services are told."""

    def opened() -> Sources:
        from bot.services.source_turns import SourceTurns
        from bot.sources.open_sources import open_sources

        counted = partial(metrics.count, "rate_limited")
        return open_sources(**config.sources.model_dump(), turns=SourceTurns(database, utc_now), on_rate_limit=counted)

    return LazySources(opened)


def _papers_file(
    config: Config, clock: Clock, database: Database, workspace: int
) -> tuple[PapersFile | None, FileSync | None]:
    if config.papers_path is None:
        return None, None
    path, name = config.papers_path, config.papers_file
    if not config.mirror:
        return PapersFile(database, clock, path, name), None
    from bot.services.file_sync.sync import FileSync
    from bot.services.papers.importing import Importer

    sync = FileSync(database, clock, Importer(database, clock), workspace, path, name)
    return PapersFile(database, clock, path, name, sync), sync


def _renderers(config: Config, names: DiscordNames) -> dict[str, Renderer]:
    slack_names = SlackNames(config.slack.command)
    return {"discord": DiscordRenderer(config.zone, names), "slack": SlackRenderer(config.zone, slack_names)}


def _policy(config: Config) -> Policy:
    return Policy(config.digest.max_papers, config.digest.when_empty, config.digest.catch_up, config.zone)


def _workspaces(config: Config, clock: Clock, database: Database) -> Workspaces:
    return Workspaces(database, clock, config.sharing, config.tied_servers)


def _servers(config: Config, clock: Clock, database: Database) -> Servers:
    servers = [*(each.channel.partition("/")[0] for each in config.subscriptions), *config.tied_servers]
    return Servers(
        database,
        clock,
        "discord",
        config.sharing,
        listed=[f"discord:{id}" for id in config.discord.servers],
        named=[server for server in servers if server.startswith("discord:")],
    )
