"""What arXiv announced in a category, and whether a feed brought it.

arXiv announces from Sunday to Thursday at 20:00 in New York, under the date of the next day, and its feeds change at
midnight there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from bot.domain.feed_address import State
from bot.domain.feed_entry import Announcement, FeedEntry
from bot.i18n import Message, msg

Batch: TypeAlias = Literal["earlier", "absent", "fresh", "quiet"]
"""A feed's batch against a listing: that of an earlier announcement, without any of the new papers, that of the
listing, or of a day without new papers."""

_STATES: dict[Batch, State] = {"earlier": "stale", "absent": "stale", "fresh": "fresh", "quiet": "quiet"}
ZONE = ZoneInfo("America/New_York")  # arXiv announces at midnight there
_WEEKEND, _FARTHEST = (5, 6), 10
_HOST = "arxiv.org"
_PATH = re.compile(r"/(?:rss|atom)/([A-Za-z+.-]{2,1000})/?")
_CATEGORY = re.compile(r"([a-z]{2,8}(?:-[a-z]{2,8})?)(?:\.([a-z]{2,8}(?:-[a-z]{2,8})?))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing:
    """What arXiv announced in a category on a day: papers by id in the order of the page, new ones first.

    `announced` counts all of them, also those that the page did not show.
    """

    day: date
    papers: Mapping[str, Announcement]
    announced: int

    @property
    def new(self) -> list[str]:
        """Return the new and cross-listed papers."""
        return [id for id, announcement in self.papers.items() if announcement != "replace"]

    @property
    def unread(self) -> int:
        """Return how many new papers the page may not have shown, at most; replacements come last."""
        return 0 if "replace" in self.papers.values() else max(self.announced - len(self.papers), 0)


class ListedPaper(NamedTuple):
    """How and when arXiv announced a paper."""

    announcement: Announcement
    day: date


class Comparison(NamedTuple):
    """What a feed's batch is against the last listing of a category; None where that cannot be told."""

    category: str
    day: date
    batch: Batch | None


class Verdict(NamedTuple):
    """How a feed is, and why; a fresh one needs no reason."""

    state: State
    reason: Message | None


def json_of_listing(listing: Listing) -> dict[str, Any]:
    """Return a listing as JSON values."""
    return {"day": listing.day.isoformat(), "papers": dict(listing.papers), "announced": listing.announced}


def listing_from(columns: dict[str, Any]) -> Listing:
    """Return the listing from JSON values."""
    return Listing(date.fromisoformat(columns["day"]), columns["papers"], columns["announced"])


def categories_of(url: str, mirrors: Collection[str] = ()) -> tuple[str, ...]:
    """Return the categories and archives that the address of an arXiv feed names; none for any other address.

    `mirrors` are hosts that stand in for arXiv's.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    match = _PATH.fullmatch(unquote(parts.path).replace(" ", "+"))
    if not match or not (host == _HOST or host.endswith("." + _HOST) or host in mirrors):
        return ()
    names = map(_CATEGORY.fullmatch, match[1].split("+"))
    return tuple(dict.fromkeys(_name(name[1], name[2]) for name in names if name))


def announcement_day(now: datetime) -> date:
    """Return the date in New York, under which feeds are published."""
    return now.astimezone(ZONE).date()


def expected_day(today: date, skip_days: Collection[int] = ()) -> date:
    """Return the last day, today included, on which arXiv usually announces; 0 is Monday in `skip_days`."""
    earlier = (today - timedelta(days=n) for n in range(7))
    return next((day for day in earlier if day.weekday() not in (skip_days or _WEEKEND)), today)


def missing_days(days: Iterable[date]) -> list[date]:
    """Return the weekdays between some days that are not among them, at most nine back from the last, newest first."""
    among = set(days)
    last, first = max(among), min(among)
    earlier = (last - timedelta(days=n) for n in range(1, _FARTHEST))
    return [day for day in earlier if first < day and day not in among and day.weekday() not in _WEEKEND]


def belongs(entry: FeedEntry, category: str) -> bool:
    """Return whether an entry is in a category or an archive."""
    return any(each == category or each.startswith(category + ".") for each in entry.categories)


def is_another_batch(category: str, listing: Listing, entries: Mapping[str, FeedEntry]) -> bool:
    """Return whether most of a feed's new papers of a category, by arXiv id, are not in its listing."""
    batch = {id for id, entry in entries.items() if not entry.is_revision and belongs(entry, category)}
    return 2 * len(batch - listing.papers.keys()) > len(batch)


def compare(
    category: str, listing: Listing, entries: Mapping[str, FeedEntry] | None, known: Set[str], today: date
) -> Comparison:
    """Return what a feed's entries, by arXiv id, are against the last listing of a category.

    `entries` is None for a feed that has not changed; `known` are the ids that earlier polls brought. Replacements
    count for nothing, since they are offered to nobody.
    """
    is_today = listing.day == today
    if entries is None:
        is_earlier = is_today and 2 * len(known & set(listing.new)) < len(listing.new)
        batch: Batch | None = "earlier" if is_earlier else None
    elif is_another_batch(category, listing, entries):
        batch = "earlier" if is_today else None  # on another day, the listing may be the one that is behind
    elif not is_today or not listing.new:
        batch = "quiet"
    else:
        submissions = [id for id in listing.new if listing.papers[id] == "new"] or listing.new
        batch = "fresh" if any(id in entries for id in submissions) else "absent"
    return Comparison(category, listing.day, batch)


def missing_papers(
    listings: Iterable[Sequence[Listing]], since: date | None, brought: Collection[str]
) -> dict[str, ListedPaper]:
    """Return the papers that a feed never brought, by id: new ones before cross-lists, the latest first.

    `listings` are those of its categories, newest first; earlier ones than the newest count if they are not before
    `since`, the day on which the feed was first polled.
    """
    counting = [
        listing for every in listings for listing in every if listing is every[0] or (since and since <= listing.day)
    ]
    papers = [
        (id, ListedPaper(announcement, listing.day))
        for listing in counting
        for id, announcement in listing.papers.items()
        if announcement != "replace" and id not in brought
    ]
    by_id = dict[str, ListedPaper]()
    for id, announced in sorted(papers, key=lambda paper: paper[1].announcement != "new"):
        by_id.setdefault(id, announced)
    return by_id


def verdict_on(comparisons: Iterable[Comparison], waiting: int) -> Verdict | None:
    """Return how a feed is after all its categories were compared; None where that cannot be told.

    `waiting` new papers of the listings could not be read yet.
    """
    found: dict[Batch, list[Comparison]] = {}
    for each in comparisons:
        if each.batch:
            found.setdefault(each.batch, []).append(each)
    for batch in _STATES:
        if batch in found:
            return Verdict(_STATES[batch], _with_waiting(_reason(batch, found[batch]), waiting))
    return None


def _name(archive: str, subject: str | None) -> str:
    if not subject:
        return archive.lower()
    return f"{archive.lower()}.{subject.upper() if len(subject) == 2 else subject.lower()}"


def _reason(batch: Batch, comparisons: list[Comparison]) -> Message | None:
    day = max(each.day for each in comparisons).isoformat()
    categories = ", ".join(each.category for each in comparisons)
    if batch == "quiet":
        return msg("arXiv announced nothing new today; its last announcement is of {day}.", day=day)
    if batch == "absent":
        return msg(
            "The feed lacks the new papers of {categories}; those of {day} are taken from arXiv's listing.",
            categories=categories,
            day=day,
        )
    if batch == "earlier":
        return msg(
            "The feed still holds an earlier announcement of {categories}; the papers of {day} are taken from arXiv's"
            " listing.",
            categories=categories,
            day=day,
        )
    return None


def _with_waiting(reason: Message | None, waiting: int) -> Message | None:
    if not waiting:
        return reason
    more = msg("Papers of arXiv's listing that could not be read yet and are asked for again: {count}.", count=waiting)
    return msg("{reason} {more}", reason=reason, more=more) if reason else more
