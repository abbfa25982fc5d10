"""arXiv in the trial of feeds: batches that are old, empty, cut or without a category, and the listings and the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from tests.doubles.web.answers import Page, atom
from tests.doubles.web.arxiv import LISTED_FROM, Announced, listing, recent
from trials.feed_documents import Item, arxiv

if TYPE_CHECKING:
    from trials.feed_world import WebFeed

CATEGORIES = ("cs.CL", "cs.LG", "cs.CV", "cs.AI", "cs.IR", "cs.SD", "stat.ML")
_EASTERN = ZoneInfo("America/New_York")
_DAY, _HOLIDAY = timedelta(days=1), date(2026, 11, 26)
_FAULTS, _MENDED_AT = 8, 9  # faults by the day; half of the batches are mended at that hour


def announcements(dice: Random, papers: int, start: datetime, days: int) -> list[datetime]:
    """Return a moment for each paper of arXiv's daily batches, from some days before the start."""
    first = (start - 5 * _DAY).astimezone(_EASTERN).date()
    dates = [first + timedelta(days=n) for n in range(days + 6)]
    working = [day for day in dates if day.weekday() < 5 and day != _HOLIDAY]
    moments = [_midnight(day) for day in working]
    end = start + timedelta(days=days)
    return [each for each in moments if each < end for _ in range(dice.randrange(papers // 2, papers))]


def document(feed: WebFeed, at: datetime) -> tuple[bytes, datetime]:
    """Return what an arXiv feed holds, under today's date, and the midnight since which it holds it."""
    day = at.astimezone(_EASTERN).date()
    midnight, new = _midnight(day), _batch(feed, at)
    earlier = [item for item in feed.items if timedelta(0) < midnight - item.published < 6 * _DAY][::7]
    revised = [Item(item.number, item.published, 2) for item in earlier] if new else []
    return arxiv(new, revised, _names(feed)), midnight


def _batch(feed: WebFeed, at: datetime) -> list[Item]:
    local = at.astimezone(_EASTERN)
    midnight, ordinal = _midnight(local.date()), local.date().toordinal()
    new = [item for item in feed.items if item.published == midnight]
    if not new or (ordinal % 2 and local.hour >= _MENDED_AT):
        return new
    match (ordinal + int(feed.name[1:])) % _FAULTS:
        case 1:
            before = max((item.published for item in feed.items if item.published < midnight), default=None)
            return [item for item in feed.items if item.published == before]
        case 3:
            return []
        case 5:
            return new[: len(new) // 3]
        case 6 | 7 if "+" in feed.path:
            return [item for item in new if item.number % 2]  # those of its first category
        case _:
            return new


@dataclass(frozen=True, slots=True)
class ArxivHosts:
    """arXiv's listings and its API, which tell what its feeds lack."""

    feeds: Sequence[WebFeed]

    def page(self, path: str, at: datetime) -> Page:
        """Return the answer to a request."""
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        if parts.path == "/api/query":
            return atom(dict(self._papers(set(query["id_list"][0].split(",")))))
        _, _, category, name = parts.path.split("/")
        days = self._days(category, at)
        skip = int(query.get("skip", ["0"])[0])
        if name == "recent":
            return recent({day: days[day] for day in sorted(days, reverse=True)[:5]}, skip, 2000)
        last = max(day for each in self.feeds for day in self._days(each.path[5:], at))
        return listing(last, days.get(last, []), skip)

    def _days(self, category: str, at: datetime) -> dict[date, list[Announced]]:
        days = dict[date, list[Announced]]()
        [feed] = [each for each in self.feeds if each.path == f"/rss/{category}"]
        for item in feed.items:
            if item.published <= at + LISTED_FROM:
                day = item.published.astimezone(_EASTERN).date()
                days.setdefault(day, []).append(Announced(item.arxiv, "new", (category,)))
        return days

    def _papers(self, ids: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
        for feed in self.feeds:
            for item in feed.items:
                if item.arxiv in ids:
                    yield (
                        f"{item.arxiv}v1",
                        {
                            "title": item.title,
                            "authors": ["Ada Núñez", "Bo Field"],
                            "published": item.published.isoformat(),
                            "categories": _names(feed),
                        },
                    )


def _names(feed: WebFeed) -> list[str]:
    return feed.path.rpartition("/")[2].split("+")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _EASTERN).astimezone(UTC)
