"""The services of feeds as one value, imported when somebody first uses one: a served bot may never need them."""

from __future__ import annotations

from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from bot.services.feeds.drafts import FeedDrafts
from bot.services.feeds.management import FeedManagement
from bot.services.feeds.polling import FeedSource as PolledSource
from bot.services.feeds.polling import Polling
from bot.services.feeds.trial import FeedSource, FeedTrials
from bot.services.lazy_sources import LazySources
from bot.services.ports import Clock
from bot.store.database import Database


class Source(FeedSource, PolledSource, Protocol):
    """Anything that can read and poll feeds."""


class FeedServices(NamedTuple):
    """Polling, and what curators do with feeds."""

    polling: Polling
    trials: FeedTrials
    drafts: FeedDrafts
    management: FeedManagement


def feed_services(database: Database, clock: Clock, zone: ZoneInfo, sources: LazySources[Source]) -> FeedServices:
    """Return the services; days of the ledger are those of the zone."""
    trials = FeedTrials(database, sources)
    polling = Polling(database, clock, zone, sources)
    return FeedServices(polling, trials, FeedDrafts(database, clock, trials), FeedManagement(database, clock, zone))
