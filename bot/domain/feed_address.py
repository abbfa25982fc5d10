"""An address that is polled, once for all feeds that have it, and what it answered to one poll."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from bot.domain.feed_entry import FeedDocument
from bot.i18n import Message

State: TypeAlias = Literal["fresh", "quiet", "stale", "failing", "stopped", "paused"]


class Status(NamedTuple):
    """How a feed is, since when, and why, in a sentence."""

    state: State
    since: datetime
    reason: Message


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often an address changes, and how often it wants to be polled.

    `gaps` are the seconds between its last changes, newest last; `ttl` are minutes, `max_age` seconds, `skip_days`
    weekdays (0 is Monday) in UTC.
    """

    gaps: tuple[int, ...] = ()
    ttl: int | None = None
    max_age: int | None = None
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """An address with what is known of it.

    `location` is where a permanent redirect moved it, `host` that of the place that is requested. `requested_at` and
    `unconditional_at` are written before a request leaves; `read_at` is its last answer as a feed or with 304, and
    `news_at` when it last brought something new. `status` is what a check of its last answer found, None where the
    times tell enough.
    """

    id: int
    url: str
    host: str
    next_poll_at: datetime
    location: str | None = None
    title: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    requested_at: datetime | None = None
    unconditional_at: datetime | None = None
    read_at: datetime | None = None
    news_at: datetime | None = None
    rhythm: Rhythm = field(default_factory=Rhythm)
    failing_since: datetime | None = None
    failures: int = 0
    trouble: Message | None = None
    stopped_at: datetime | None = None
    status: Status | None = None

    @property
    def place(self) -> str:
        """Return the address that is requested."""
        return self.location or self.url

    @property
    def is_conditional(self) -> bool:
        """Return whether the next request can ask only for what changed."""
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What an address answered: a `document`, nothing new (status 304), or a `failure` in one sentence.

    The validators are those of the answer, byte for byte, None where it has none. `max_age` are the seconds of
    Cache-Control, `retry_after` is the header as it came, `moved` where permanent redirects led. Without `was_sent`, no
    server answered the request at all. One that `is_postponed` led to a host that is polled at the moment.
    """

    status: int = 0
    document: FeedDocument | None = None
    failure: Message | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: int | None = None
    retry_after: str | None = None
    moved: str | None = None
    was_sent: bool = True
    is_postponed: bool = False

    @property
    def outcome(self) -> Literal["read", "unchanged", "failed", "unsent", "postponed"]:
        """Return in one word what came of the poll."""
        if self.failure:
            return "postponed" if self.is_postponed else "failed" if self.was_sent else "unsent"
        return "read" if self.document else "unchanged"


class Look(NamedTuple):
    """What an address answered to a look at it before it was polled, and when it was requested."""

    answer: FeedAnswer
    requested_at: datetime


def host_of(url: str) -> str:
    """Return the host of an address, with its port unless that is the usual one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return host if parts.port in (None, 80, 443) else f"{host}:{parts.port}"
