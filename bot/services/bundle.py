"""All services as one value, with the settings that platforms need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from bot.i18n import Locale
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import MessageUpdates
from bot.services.feeds.scoring import Scoring
from bot.services.health import Health
from bot.services.job_leases import JobLeases
from bot.services.lookup_counter import LookupCounter
from bot.services.metrics import Metrics
from bot.services.papers.aliases import Aliases
from bot.services.papers.drafts import Drafts
from bot.services.papers.exporting import Exporter
from bot.services.papers.importing import Importer
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.previews import Previews
from bot.services.papers.proposer_notices import ProposerNotices
from bot.services.papers.review import Review
from bot.services.papers.shared_links import SharedLinks
from bot.services.papers.submission import Submission
from bot.services.papers.undo import Undo
from bot.services.personal_pages import PersonalPages
from bot.services.ports import MetadataFinder, Publisher
from bot.services.rate_limit import RateLimit
from bot.services.servers import Servers
from bot.services.state import State
from bot.services.workspaces import Workspaces

if TYPE_CHECKING:
    from bot.services.digests.past_editions import PastEditions
    from bot.services.feeds.bundle import FeedServices
    from bot.services.statistics import Statistics


class Services(NamedTuple):
    """The product as a platform sees it."""

    zone: ZoneInfo
    locale: Locale
    additions: Literal["everyone", "curators"]
    curators: tuple[str, ...]
    workspaces: Workspaces
    library: Library
    undo: Undo
    importer: Importer
    lookup: Lookup
    exporter: Exporter
    rate_limit: RateLimit
    digests: Digests
    past_editions: Callable[[], PastEditions]
    statistics: Callable[[], Statistics]
    lookup_counter: LookupCounter
    drafts: Drafts
    previews: Previews
    submission: Submission
    metadata: MetadataFinder
    feeds: Callable[[], FeedServices]
    inbox: Inbox
    review: Review
    scoring: Scoring
    proposer_notices: ProposerNotices
    health: Health
    job_leases: JobLeases
    metrics: Metrics
    aliases: Aliases
    shared_links: SharedLinks
    personal_pages: PersonalPages
    state: State
    servers: Servers
    delivery: Callable[[Mapping[str, Publisher]], Delivery]
    message_updates: Callable[..., MessageUpdates]
