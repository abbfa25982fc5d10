"""The services of feeds as one value, imported when somebody first uses one: a served bot may never need them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from bot.services.feeds.arxiv_listings import ArxivSource
from bot.services.feeds.arxiv_verifier import ArxivVerifier
from bot.services.feeds.drafts import FeedDrafts
from bot.services.feeds.management import FeedManagement
from bot.services.feeds.poll_requests import FeedPoller
from bot.services.feeds.polling import Polling
from bot.services.feeds.trial import FeedReader, FeedTrials
from bot.services.lazy_sources import LazySources
from bot.services.metrics import Metrics
from bot.services.ports import Clock
from bot.store.database import Database


class FeedSource(FeedReader, FeedPoller, ArxivSource, Protocol):
    """Anything that can read and poll feeds, and tell what arXiv announced."""


class FeedServices(NamedTuple):
    """Polling, and what curators do with feeds."""

    polling: Polling
    trials: FeedTrials
    drafts: FeedDrafts
    management: FeedManagement


def feed_services(
    database: Database,
    clock: Clock,
    zone: ZoneInfo,
    sources: LazySources[FeedSource],
    metrics: Metrics,
    *,
    arxiv_hosts: Collection[str],
) -> FeedServices:
    """Return the services; days of the ledger are those of the zone, and `arxiv_hosts` stand in for arXiv's."""
    trials = FeedTrials(database, clock, sources)
    verifier = ArxivVerifier(database, clock, sources, arxiv_hosts)
    polling = Polling(database, clock, zone, sources, verifier, metrics)
    return FeedServices(
        polling, trials, FeedDrafts(database, clock, trials, polling), FeedManagement(database, clock, zone)
    )
