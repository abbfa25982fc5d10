"""The composition root: the one file that names every layer and puts the parts together."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from bot.config import Config
from bot.domain.errors import ConfigError
from bot.formats.collection import read_file
from bot.formats.disk import read_regular
from bot.i18n import msg
from bot.platforms.discord.render import DiscordRenderer
from bot.services.aliases import Aliases
from bot.services.bundle import Services
from bot.services.checkup import Checkup
from bot.services.corrections import Corrections
from bot.services.delivery import Delivery
from bot.services.digests import Digests, Policy, Wanted
from bot.services.drafts import Drafts
from bot.services.exports import Exports
from bot.services.importing import Importing
from bot.services.inbox import Inbox
from bot.services.library import Library
from bot.services.lookup import Lookup
from bot.services.metadata import MetadataLookup
from bot.services.mirror import Mirror, Tell
from bot.services.notes import Notes
from bot.services.ports import Clock, Progress
from bot.services.rate_limit import RateLimit
from bot.services.reversal import Reversal
from bot.services.servers import Servers
from bot.services.submission import Submission
from bot.services.workspaces import DEFAULT, Workspaces
from bot.sources import open_sources
from bot.store import files
from bot.store.database import Database, open_database
from bot.store.search import Search

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class App:
    """The open store and all services over it."""

    config: Config
    clock: Clock
    database: Database
    services: Services
    mirror: Mirror | None


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_app(config: Config, *, clock: Clock = utc_now, progress: Progress | None = None) -> AsyncIterator[App]:
    """Open the store, follow the papers file and the settings, and lend the services.

    `progress` is told of a search index that has to be made anew.
    """
    async with AsyncExitStack() as stack:
        database = await open_database(config.database_place)
        stack.push_async_callback(database.close)
        search = await Search.open(database, progress, config.aliases)
        stack.push_async_callback(search.close)
        metadata = MetadataLookup(database, clock, partial(open_sources, **config.sources.model_dump()))
        stack.push_async_callback(metadata.close)
        services = _assemble(config, clock, database, search, metadata)
        stack.push_async_callback(services.drafts.close)
        app = App(config, clock, database, services, await _mirror(config, clock, database, services))
        if app.mirror:
            await app.mirror.write_back()
        else:
            await _follow_papers_file(app)
        await _follow_settings(app)
        yield app


@asynccontextmanager
async def mirrored(app: App, tell: Tell | None = None) -> AsyncIterator[None]:
    """Keep the papers file and the collection the same meanwhile, where the settings ask for it.

    `tell` is told what a person has to look at.
    """
    if app.mirror is None:
        yield
        return
    stop = asyncio.Event()
    app.mirror.tell = tell
    watching = asyncio.create_task(app.mirror.watch(stop))
    try:
        yield
    finally:
        stop.set()
        await watching


def _assemble(config: Config, clock: Clock, database: Database, search: Search, metadata: MetadataLookup) -> Services:
    policy = Policy(config.digest.max_papers, config.digest.when_empty, config.digest.catch_up, config.zone)
    renderers = {"discord": DiscordRenderer(config.zone)}
    servers = Servers(
        database, clock, "discord", config.sharing,
        listed=[f"discord:{id}" for id in config.discord.servers],
        named=[each.channel.partition("/")[0] for each in config.subscriptions],
    )  # fmt: skip
    digests = Digests(database, clock, policy, renderers, servers)
    notes, lookup = Notes(database), Lookup(database, search)
    return Services(
        zone=config.zone,
        locale=config.locale,
        additions=config.additions,
        curators=config.curators,
        workspaces=Workspaces(database, clock, config.sharing),
        library=Library(database, clock),
        reversal=Reversal(database, clock),
        importing=Importing(database, clock),
        lookup=lookup,
        exports=Exports(lookup),
        rate_limit=RateLimit(),
        digests=digests,
        drafts=Drafts(database, clock, metadata),
        submission=Submission(database, clock, config.additions),
        metadata=metadata,
        inbox=Inbox(database, clock),
        checkup=Checkup(database, clock, digests, notes, servers),
        aliases=Aliases(database),
        notes=notes,
        servers=servers,
        delivery=partial(Delivery, database, clock),
        corrections=partial(Corrections, database, clock, renderers),
    )


async def _mirror(config: Config, clock: Clock, database: Database, services: Services) -> Mirror | None:
    if not (config.mirror and config.papers_file):
        return None
    workspace = await services.workspaces.named(DEFAULT)
    return Mirror(database, clock, services.importing, workspace, Path(config.papers_file))


async def _follow_papers_file(app: App) -> None:
    """Import the starter collection, and later what changed in its file, into the workspace `default`."""
    if not app.config.papers_file:
        return
    path = Path(app.config.papers_file)
    try:
        content = await asyncio.to_thread(read_regular, path)
    except OSError as error:
        raise ConfigError(
            msg(
                'papers_file "{file}" cannot be read: {reason}. Correct the setting, or leave it empty ("") for none.',
                file=str(path),
                reason=error.strerror or "",
            )
        ) from error
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    workspace = await app.services.workspaces.named(DEFAULT)
    async with app.database.read() as connection:
        if await files.last_hash(connection, workspace, str(path)) == digest:
            return
    report = await app.services.importing.take(workspace, read_file(path), by=None)
    for id, why in report.conflicts:
        _log.warning("not imported", file=str(path), paper=id, reason=why.text("en"))
    async with app.database.write() as connection:
        await files.note_hash(connection, workspace, str(path), digest)


async def _follow_settings(app: App) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    wanted = [Wanted(s.name, s.channel, s.schedule, s.tags, app.config.locale) for s in app.config.subscriptions]
    await app.services.digests.follow_settings(workspace, wanted)
