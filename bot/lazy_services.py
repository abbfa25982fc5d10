"""Services that a start has no use for: each is imported and made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.config import Config
from bot.services.lazy_sources import LazySources
from bot.services.metrics import Metrics
from bot.services.ports import Clock
from bot.store.database import Database

if TYPE_CHECKING:
    from bot.services.digests.past_editions import PastEditions
    from bot.services.feeds.bundle import FeedServices
    from bot.services.statistics import Statistics
    from bot.sources.lookup import Sources


def lazy_sources(config: Config, database: Database, clock: Clock, metrics: Metrics) -> LazySources[Sources]:
    """Return the sources of papers; `clock` is that of real requests, whatever time the services are told."""

    def opened() -> Sources:
        from bot.services.source_turns import SourceTurns
        from bot.sources.open_sources import open_sources

        counted = partial(metrics.count, "rate_limited")
        return open_sources(**config.sources.model_dump(), turns=SourceTurns(database, clock), on_rate_limit=counted)

    return LazySources(opened)


def lazy_feeds(
    config: Config, database: Database, clock: Clock, sources: LazySources[Sources], metrics: Metrics
) -> Callable[[], FeedServices]:
    """Return a function that returns the services of feeds."""

    @cache
    def opened() -> FeedServices:
        from bot.services.feeds.bundle import feed_services

        hosts = [urlsplit(url).hostname or "" for url in (config.sources.arxiv_url, config.sources.arxiv_listing_url)]
        return feed_services(database, clock, config.zone, sources, metrics, arxiv_hosts=hosts)

    return opened


def lazy_statistics(config: Config, database: Database, clock: Clock) -> Callable[[], Statistics]:
    """Return a function that returns the numbers of collections."""

    @cache
    def opened() -> Statistics:
        from bot.services.statistics import Statistics

        return Statistics(database, clock, config.zone)

    return opened


def lazy_past_editions(database: Database) -> Callable[[], PastEditions]:
    """Return a function that returns the editions that have arrived."""

    @cache
    def opened() -> PastEditions:
        from bot.services.digests.past_editions import PastEditions

        return PastEditions(database)

    return opened
