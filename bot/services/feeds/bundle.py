"""The services of feeds as one value, imported when somebody first uses one: a served bot may never need them."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.services.feeds.drafts import FeedDrafts
from bot.services.feeds.management import FeedManagement
from bot.services.feeds.trial import FeedSource, FeedTrials
from bot.services.lazy_sources import LazySources
from bot.services.ports import Clock
from bot.store.database import Database


class FeedServices(NamedTuple):
    """What curators do with feeds."""

    trials: FeedTrials
    drafts: FeedDrafts
    management: FeedManagement


def feed_services(database: Database, clock: Clock, zone: ZoneInfo, sources: LazySources[FeedSource]) -> FeedServices:
    """Return the services; days of the ledger are those of the zone."""
    trials = FeedTrials(database, sources)
    return FeedServices(trials, FeedDrafts(database, clock, trials), FeedManagement(database, clock, zone))
