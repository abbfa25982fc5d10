"""Composes `dayori doctor`: all checks of the installation, none of which writes anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bot.app import open_health, utc_now
from bot.config import Config
from bot.domain.errors import DamagedStoreError, MissingStoreError, ServerStoreError, StoreError
from bot.i18n import Message
from bot.services.backup_folder import newest_copy
from bot.services.backups import restore_hint
from bot.services.check import Check
from bot.services.doctor.clock import ClockComparison, timezone_check
from bot.services.doctor.due_feeds import DueFeed, due_feeds, new_feeds
from bot.services.doctor.listening import listen_check
from bot.services.doctor.online_checks import online_checks
from bot.services.doctor.versions import version_checks
from bot.services.health import HealthReport
from bot.services.ports import Clock, DigestChannel, Inspector, Progress
from bot.services.storage_checks import secrets_checks, site_check, storage_checks
from bot.services.workspaces import DEFAULT, require_workspace
from bot.store import source_turns
from bot.store.clock_offset import clock_offset

if TYPE_CHECKING:
    from bot.sources.probe import Probe


class _Knowledge(NamedTuple):
    """What the store tells; of a store that cannot be read, only that."""

    report: HealthReport
    due_feeds: list[DueFeed]
    arxiv_busy_until: datetime | None = None


async def examine(
    config: Config, workspace: str, progress: Progress, *, offline: bool, clock: Clock = utc_now
) -> HealthReport:
    """Check everything, without the network if `offline`. Raises NotFoundError for an unknown workspace."""
    inspectors = tuple(_inspectors(config))
    known = await _ask_store(config, workspace, clock)
    checks = [
        *version_checks(),
        timezone_check(config.zone, clock()),
        *known.report.checks,
        *secrets_checks(config.project / ".env", config.secrets),
        *([await asyncio.to_thread(site_check, config.site_path)] if config.site_path else ()),
        *([await listen_check(config.health.listen)] if config.health.listen else ()),
        *(check for each in inspectors for check in each.offline_checks()),
    ]
    if not offline:
        checks += await _ask_network(config, inspectors, known, progress, clock)
    return HealthReport(tuple(checks), known.report.subscriptions)


async def _ask_store(config: Config, workspace: str, clock: Clock) -> _Knowledge:
    feeds = {feed.name: feed.url for feed in config.feeds}
    try:
        async with open_health(config, clock=clock) as (health, database):
            settled = (DEFAULT, *config.workspaces)
            id = await require_workspace(database, workspace, settled)
            named = {name: await require_workspace(database, name, settled) for name in config.workspaces}
            others = named if workspace == DEFAULT else {}
            report = await health.check(id, config.tokens, config.missing_tokens, others)
            async with database.read() as connection:
                due = await due_feeds(connection, [id, *others.values()], feeds, clock())
                offset = await clock_offset(connection)
                busy_until = await source_turns.busy_until(connection, "arxiv", clock() + offset)
            return _Knowledge(report, [] if await health.is_running() else due, busy_until and busy_until - offset)
    except StoreError as error:
        file = config.database_file
        place = await asyncio.to_thread(list, storage_checks(file, config.backups_path, clock())) if file else []
        return _Knowledge(
            HealthReport((Check("database", "fault", error.message, _remedy(error, config)), *place), ()),
            new_feeds(feeds),
        )


def _remedy(error: StoreError, config: Config) -> Message | None:
    """Return what to do about a server, or how a file is brought back: one that is damaged, or gone beside copies."""
    if isinstance(error, ServerStoreError):
        return error.remedy
    if config.database_file is None:
        return None
    copies = config.backups_path
    is_gone = isinstance(error, MissingStoreError) and copies and newest_copy(copies)
    return restore_hint(copies) if is_gone or isinstance(error, DamagedStoreError) else None


async def _ask_network(
    config: Config, inspectors: tuple[Inspector, ...], known: _Knowledge, progress: Progress, clock: Clock
) -> list[Check]:
    from bot.sources.http import Fetcher  # slow to import, and not needed offline
    from bot.sources.network import place_of
    from bot.sources.probe import Probe

    sources, comparison = config.sources, ClockComparison(clock)
    slow = ("arxiv.org", place_of(sources.arxiv_url), place_of(sources.arxiv_listing_url))
    probe = Probe(Fetcher(contact=sources.contact, allowed_hosts=sources.allowed_hosts, slow_hosts=slow))
    parts: dict[str, AsyncIterator[Check]] = {
        each.name: each.online_checks(_channels(config, known.report, each.name), comparison.note)
        for each in inspectors
    }
    parts |= _address_parts(config, known, probe, comparison, clock)
    try:
        return [*await online_checks(parts, progress), *comparison.checks()]
    finally:
        await probe.close()


def _address_parts(
    config: Config, known: _Knowledge, probe: Probe, comparison: ClockComparison, clock: Clock
) -> dict[str, AsyncIterator[Check]]:
    from bot.services.doctor.feed_addresses import feed_address_checks
    from bot.services.doctor.source_addresses import SourceAddresses

    addresses = {name: url for name, url in config.sources.model_dump().items() if name.endswith("_url")}
    sources = SourceAddresses(addresses, probe, clock, comparison.note, known.arxiv_busy_until)
    return {"sources": sources.checks(), "feeds": feed_address_checks(known.due_feeds, probe, comparison.note)}


def _channels(config: Config, report: HealthReport, platform: str) -> list[DigestChannel]:
    """Return the channels of a platform that the store has, and those that the next start takes from the settings."""
    kept = [(each.subscription.channel, each.subscription.name) for each in report.subscriptions]
    new = [(each.channel, each.name) for each in config.subscriptions]
    names = dict([*new, *kept])
    return [DigestChannel(name, each) for each, name in names.items() if each.startswith(f"{platform}:")]


def _inspectors(config: Config) -> Iterator[Inspector]:
    if token := config.token("DISCORD_TOKEN"):
        from bot.platforms.discord.inspector import DiscordInspector

        yield DiscordInspector(config.discord.api_url, token)
    bot_token, app_token = config.token("SLACK_BOT_TOKEN"), config.token("SLACK_APP_TOKEN")
    if bot_token or app_token:
        from bot.platforms.slack.inspector import SlackInspector

        yield SlackInspector(config.slack.api_url, bot_token, app_token, unfurls=config.slack.unfurl)
