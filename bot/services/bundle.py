"""All services in one hand, with the settings that platforms need: what a platform is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from bot.i18n import Locale
from bot.services.aliases import Aliases
from bot.services.checkup import Health
from bot.services.corrections import MessageUpdates
from bot.services.delivery import Delivery
from bot.services.digests import Digests
from bot.services.drafts import Drafts
from bot.services.exports import Exporter
from bot.services.importing import Importer
from bot.services.inbox import Inbox
from bot.services.library import Library
from bot.services.lookup import Lookup
from bot.services.notes import State
from bot.services.ports import MetadataFinder, Publisher
from bot.services.rate_limit import RateLimit
from bot.services.reversal import Undo
from bot.services.servers import Servers
from bot.services.submission import Submission
from bot.services.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class Services:
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
    drafts: Drafts
    submission: Submission
    metadata: MetadataFinder
    inbox: Inbox
    health: Health
    aliases: Aliases
    state: State
    servers: Servers
    delivery: Callable[[Mapping[str, Publisher]], Delivery]
    message_updates: Callable[[Mapping[str, Publisher]], MessageUpdates]
