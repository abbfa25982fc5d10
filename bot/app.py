"""The composition root: the only file that names every layer and connects the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import structlog

from bot.config import Config
from bot.domain.errors import DayoriError
from bot.domain.shards import parse_shards
from bot.follow_settings import follow_settings
from bot.garbage import PausedCollector
from bot.i18n import Message
from bot.lazy_services import lazy_feeds, lazy_past_editions, lazy_sources, lazy_statistics
from bot.platforms.discord.command_names import NOTE
from bot.platforms.discord.command_names import CommandNames as DiscordNames
from bot.platforms.discord.render import DiscordRenderer
from bot.platforms.slack.command_names import CommandNames as SlackNames
from bot.platforms.slack.render import SlackRenderer
from bot.services.accounts import account_of
from bot.services.bundle import Services
from bot.services.digests.composer import Policy
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import MessageUpdates
from bot.services.feeds.scoring import Scoring
from bot.services.file_sync.papers_file import PapersFile
from bot.services.health import Health
from bot.services.heartbeats import Heartbeats
from bot.services.job_leases import FILE_SYNC, JobLeases
from bot.services.lazy_sources import LazySources
from bot.services.lookup_counter import LookupCounter
from bot.services.lost_database import require_no_loss
from bot.services.metrics import Metrics
from bot.services.papers.aliases import Aliases
from bot.services.papers.drafts import Drafts
from bot.services.papers.exporting import Exporter
from bot.services.papers.importing import Importer
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.metadata import MetadataLookup
from bot.services.papers.previews import Previews
from bot.services.papers.proposer_notices import ProposerNotices
from bot.services.papers.review import Review
from bot.services.papers.shared_links import SharedLinks
from bot.services.papers.submission import Submission
from bot.services.papers.undo import Undo
from bot.services.personal_pages import PersonalPages
from bot.services.ports import Clock, Platform, Progress, Renderer
from bot.services.rate_limit import RateLimit
from bot.services.servers import Servers
from bot.services.state import State
from bot.services.workspaces import DEFAULT, Workspaces
from bot.store.database import Database, open_database, open_to_read
from bot.store.search_index.index import SearchIndex

if TYPE_CHECKING:
    from bot.services.feeds.bundle import FeedServices
    from bot.services.file_sync.sync import FileSync, Notify
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
        metrics = Metrics()
        sources = lazy_sources(config, database, utc_now, metrics)
        metadata = MetadataLookup(database, clock, sources)
        stack.push_async_callback(metadata.close)
        names = DiscordNames()
        feeds = lazy_feeds(config, database, clock, sources, metrics)
        services = _assemble(config, clock, database, search, metadata, feeds, names, metrics)
        names.recall(await services.state.read(NOTE))
        stack.push_async_callback(services.drafts.close)
        stack.push_async_callback(services.scoring.close)
        workspace = await services.workspaces.named(DEFAULT)
        file, sync = _papers_file(config, clock, database, services.importer, workspace)
        fault = await (file.follow if serves else file.fill)(workspace) if file else None
        if serves:
            await follow_settings(config, clock, database, services.workspaces)
        yield App(config, clock, database, services, names, sources, sync if serves else None, fault)


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
    async with AsyncExitStack() as stack:
        require_no_loss(config.database_file, config.backups_path)
        database = await open_to_read(config.database_place)
        stack.push_async_callback(database.close)
        servers = _servers(config, clock, database)
        digests = Digests(database, clock, _policy(config), _renderers(config, DiscordNames()), servers)
        file, _ = _papers_file(config, clock, database, Importer(database, clock), 0)
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


def _assemble(
    config: Config,
    clock: Clock,
    database: Database,
    search: SearchIndex,
    metadata: MetadataLookup,
    feeds: Callable[[], FeedServices],
    names: DiscordNames,
    metrics: Metrics,
) -> Services:
    renderers = _renderers(config, names)
    servers = _servers(config, clock, database)
    digests = Digests(database, clock, _policy(config), renderers, servers)
    state, lookup_counter = State(database), LookupCounter(database, clock, config.zone)
    lookup = Lookup(database, search, metrics, lookup_counter.count)
    inbox, scoring = Inbox(database, clock, timedelta(days=config.inbox.keep_days)), Scoring(database)
    drafts = Drafts(database, clock, metadata)
    previews, submission = Previews(drafts, lookup, inbox), Submission(database, clock, config.additions)
    heartbeats = Heartbeats(database, clock, account_of(config.token("DISCORD_TOKEN")), config.discord.shards)
    job_leases = JobLeases(database, utc_now, heartbeats.count_others)
    return Services(
        zone=config.zone,
        locale=config.locale,
        additions=config.additions,
        curators=config.curators,
        workspaces=_workspaces(config, clock, database),
        library=Library(database, clock),
        undo=Undo(database, clock),
        importer=Importer(database, clock),
        lookup=lookup,
        exporter=Exporter(lookup),
        rate_limit=RateLimit(),
        digests=digests,
        past_editions=lazy_past_editions(database),
        statistics=lazy_statistics(config, database, clock),
        lookup_counter=lookup_counter,
        drafts=drafts,
        previews=previews,
        submission=submission,
        metadata=metadata,
        feeds=feeds,
        inbox=inbox,
        review=Review(inbox, previews, submission, clock, scoring.update_soon),
        scoring=scoring,
        proposer_notices=ProposerNotices(config.locale, renderers),
        health=Health(database, clock, digests, servers, heartbeats=heartbeats),
        job_leases=job_leases,
        metrics=metrics,
        aliases=Aliases(database),
        shared_links=SharedLinks(database, clock),
        personal_pages=PersonalPages(database, digests),
        state=state,
        servers=servers,
        delivery=partial(Delivery, database, clock, metrics=metrics, is_gone=job_leases.is_gone),
        message_updates=partial(MessageUpdates, database, renderers),
    )


def _papers_file(
    config: Config, clock: Clock, database: Database, importer: Importer, workspace: int
) -> tuple[PapersFile | None, FileSync | None]:
    if config.papers_path is None:
        return None, None
    path, name = config.papers_path, config.papers_file
    if not config.mirror:
        return PapersFile(database, importer, path, name), None
    from bot.services.file_sync.sync import FileSync

    sync = FileSync(database, clock, importer, workspace, path, name)
    return PapersFile(database, importer, path, name, sync), sync


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
