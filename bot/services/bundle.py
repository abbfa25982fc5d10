"""All services of one store as one value; those that a start has no use for are imported when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol
from zoneinfo import ZoneInfo

from bot.domain.digest import Policy
from bot.i18n import Locale
from bot.services.heartbeats import Heartbeats
from bot.services.job_leases import JobLeases
from bot.services.lazy_sources import LazySources
from bot.services.metrics import Metrics
from bot.services.ports import Clock, MetadataFinder, Publisher, Renderer
from bot.services.servers import Servers
from bot.services.state import State
from bot.services.workspaces import Workspaces
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex

if TYPE_CHECKING:
    from bot.services.clock_watch import ClockWatch
    from bot.services.digests.composing import Digests
    from bot.services.digests.delivery import Delivery
    from bot.services.digests.message_updates import MessageUpdates
    from bot.services.digests.past_editions import PastEditions
    from bot.services.feeds.bundle import FeedServices, FeedSource
    from bot.services.feeds.scoring import Scoring
    from bot.services.lookup_counter import LookupCounter
    from bot.services.papers.aliases import Aliases
    from bot.services.papers.drafts import Drafts
    from bot.services.papers.expiry import Expiry
    from bot.services.papers.exporting import Exporter
    from bot.services.papers.importing import Importer
    from bot.services.papers.inbox import Inbox
    from bot.services.papers.library import Library
    from bot.services.papers.lookup import Lookup
    from bot.services.papers.metadata import MetadataSource
    from bot.services.papers.previews import Previews
    from bot.services.papers.proposer_notices import ProposerNotices
    from bot.services.papers.review import Review
    from bot.services.papers.shared_links import SharedLinks
    from bot.services.papers.submission import Submission
    from bot.services.papers.undo import Undo
    from bot.services.personal_pages import PersonalPages
    from bot.services.rate_limit import RateLimit
    from bot.services.statistics import Statistics
    from bot.services.token_conflicts import TokenConflicts

    class Sources(MetadataSource, FeedSource, Protocol):
        """Anything that papers' metadata and feeds come from."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What the services take from the settings; `arxiv_hosts` stand in for arXiv's."""

    zone: ZoneInfo
    locale: Locale
    additions: Literal["everyone", "curators"]
    curators: tuple[str, ...]
    policy: Policy
    keep_finds: timedelta
    arxiv_hosts: Collection[str]


class Services:
    """The product as a platform sees it; what is opened here is closed with `closing`."""

    def __init__(
        self,
        settings: ServiceSettings,
        database: Database,
        clock: Clock,
        index: SearchIndex,
        sources: LazySources[Sources],
        renderers: Mapping[str, Renderer],
        *,
        workspaces: Workspaces,
        servers: Servers,
        heartbeats: Heartbeats,
        job_leases: JobLeases,
        metrics: Metrics,
        closing: AsyncExitStack,
    ) -> None:
        self.zone, self.locale = settings.zone, settings.locale
        self.additions, self.curators = settings.additions, settings.curators
        self.workspaces, self.servers, self.state = workspaces, servers, State(database)
        self.heartbeats, self.job_leases, self.metrics = heartbeats, job_leases, metrics
        self._settings, self._database, self._clock, self._index = settings, database, clock, index
        self._sources, self._renderers, self._closing = sources, renderers, closing

    @cached_property
    def library(self) -> Library:
        from bot.services.papers.library import Library

        return Library(self._database, self._clock)

    @cached_property
    def undo(self) -> Undo:
        from bot.services.papers.undo import Undo

        return Undo(self._database, self._clock)

    @cached_property
    def importer(self) -> Importer:
        from bot.services.papers.importing import Importer

        return Importer(self._database, self._clock)

    @cached_property
    def lookup_counter(self) -> LookupCounter:
        from bot.services.lookup_counter import LookupCounter

        return LookupCounter(self._database, self._clock, self.zone)

    @cached_property
    def lookup(self) -> Lookup:
        from bot.services.papers.lookup import Lookup

        return Lookup(self._database, self._index, self.metrics, self.lookup_counter.count)

    @cached_property
    def exporter(self) -> Exporter:
        from bot.services.papers.exporting import Exporter

        return Exporter(self.lookup)

    @cached_property
    def rate_limit(self) -> RateLimit:
        from bot.services.rate_limit import RateLimit

        return RateLimit()

    @cached_property
    def digests(self) -> Digests:
        from bot.services.digests.composing import Digests

        return Digests(self._database, self._clock, self._settings.policy, self._renderers, self.servers)

    @cached_property
    def past_editions(self) -> PastEditions:
        from bot.services.digests.past_editions import PastEditions

        return PastEditions(self._database)

    @cached_property
    def statistics(self) -> Statistics:
        from bot.services.statistics import Statistics

        return Statistics(self._database, self._clock, self.zone)

    @cached_property
    def metadata(self) -> MetadataFinder:
        from bot.services.papers.metadata import MetadataLookup

        metadata = MetadataLookup(self._database, self._clock, self._sources)
        self._closing.push_async_callback(metadata.close)
        return metadata

    @cached_property
    def drafts(self) -> Drafts:
        from bot.services.papers.drafts import Drafts

        drafts = Drafts(self._database, self._clock, self.metadata)
        self._closing.push_async_callback(drafts.close)
        return drafts

    @cached_property
    def previews(self) -> Previews:
        from bot.services.papers.previews import Previews

        return Previews(self.drafts, self.lookup, self.inbox)

    @cached_property
    def submission(self) -> Submission:
        from bot.services.papers.submission import Submission

        return Submission(self._database, self._clock, self.additions)

    @cached_property
    def inbox(self) -> Inbox:
        from bot.services.papers.inbox import Inbox

        return Inbox(self._database, self._clock)

    @cached_property
    def expiry(self) -> Expiry:
        from bot.services.papers.expiry import Expiry

        return Expiry(self._database, self._clock, self._settings.keep_finds)

    @cached_property
    def review(self) -> Review:
        from bot.services.papers.review import Review

        return Review(self.inbox, self.previews, self.submission, self._clock, self.scoring.update_soon)

    @cached_property
    def scoring(self) -> Scoring:
        from bot.services.feeds.scoring import Scoring

        scoring = Scoring(self._database)
        self._closing.push_async_callback(scoring.close)
        return scoring

    @cached_property
    def feeds(self) -> FeedServices:
        from bot.services.feeds.bundle import feed_services

        return feed_services(
            self._database, self._clock, self.zone, self._sources, self.metrics, arxiv_hosts=self._settings.arxiv_hosts
        )

    @cached_property
    def proposer_notices(self) -> ProposerNotices:
        from bot.services.papers.proposer_notices import ProposerNotices

        return ProposerNotices(self.locale, self._renderers)

    @cached_property
    def token_conflicts(self) -> TokenConflicts:
        from bot.services.token_conflicts import TokenConflicts

        return TokenConflicts(self._database, self._clock, self.heartbeats)

    @cached_property
    def clock_watch(self) -> ClockWatch:
        from bot.services.clock_watch import ClockWatch

        return ClockWatch(self._clock)

    @cached_property
    def aliases(self) -> Aliases:
        from bot.services.papers.aliases import Aliases

        return Aliases(self._database)

    @cached_property
    def shared_links(self) -> SharedLinks:
        from bot.services.papers.shared_links import SharedLinks

        return SharedLinks(self._database, self._clock)

    @cached_property
    def personal_pages(self) -> PersonalPages:
        from bot.services.personal_pages import PersonalPages

        return PersonalPages(self._database, self.digests)

    def delivery(self, publishers: Mapping[str, Publisher]) -> Delivery:
        """Return a delivery to these platforms."""
        from bot.services.digests.delivery import Delivery

        return Delivery(self._database, self._clock, publishers, metrics=self.metrics, is_gone=self.job_leases.is_gone)

    def message_updates(
        self, publishers: Mapping[str, Publisher], is_ours: Callable[[], bool] = lambda: True
    ) -> MessageUpdates:
        """Return the edits of posted messages on these platforms, made while `is_ours` returns true."""
        from bot.services.digests.message_updates import MessageUpdates

        return MessageUpdates(self._database, self._renderers, publishers, is_ours)
