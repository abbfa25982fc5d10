"""arXiv's listings of what it announced in a category, which tell the date of the announcement too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from bot.domain.arxiv_announcement import Listing
from bot.domain.feed_entry import Announcement
from bot.domain.identifiers import arxiv_id
from bot.domain.metadata import date_in
from bot.sources.markup import decoded
from bot.sources.source_errors import unreadable

if TYPE_CHECKING:
    from bot.sources.http import Fetcher
    from bot.sources.parser import Parser

NAME = "arXiv"
_MOST_BYTES, _MOST_PARTS, _MOST_PAGES = 12_000_000, 300_000, 5
_MOST_SHOWN = 2000  # papers that arXiv shows on a page
# A section's heading, the beginning and end of what names a paper, and a link in it; nothing is matched across a tag.
_PART = re.compile(
    r"<h3\b[^<>]{0,300}+>([^<>]{0,300}+)</h3|<dt\b[^<>]{0,300}+>|<(/dt|dd)\b|<a\s([^<>]{0,600}+)>", re.IGNORECASE
)
_HREF = re.compile(r"""\bhref\s{0,5}=\s{0,5}["']?(?:https?://[\w.:-]{1,100})?/abs/([\w./-]{4,40})""", re.IGNORECASE)
_DAY = re.compile(r"\s{0,50}(?:showing new listings for )?[a-z]{3,9}, (\d{1,2} [a-z]{3,9} \d{4})\b", re.IGNORECASE)
_SHOWN = re.compile(r"\bshowing (?:first |last )?(\d{1,7}) of (\d{1,7}) entries", re.IGNORECASE)
_TOTAL = re.compile(r"\bTotal of (\d{1,7}) entries")
_SECTIONS: dict[str, Announcement] = {"new": "new", "cro": "cross", "rep": "replace"}


class ArxivListing:
    """Reads listings; `url` is their address without the category."""

    def __init__(self, fetcher: Fetcher, parser: Parser, url: str) -> None:
        self._fetcher, self._parser, self._url = fetcher, parser, url.rstrip("/")

    async def last(self, category: str) -> Listing:
        """Return what was last announced in a category or an archive, and its new papers from all pages.

        Raises SourceError.
        """
        listing, *_ = await self._page(f"{category}/new")
        for _ in range(_MOST_PAGES - 1):
            shown = len(listing.papers)
            if not listing.unread:
                break
            more, *_ = await self._page(f"{category}/new?skip={shown}")
            papers = {**listing.papers, **more.papers}
            if more.day != listing.day or len(papers) == shown:
                break
            listing = Listing(listing.day, papers, max(listing.announced, more.announced))
        return listing

    async def recent(self, category: str) -> list[Listing]:
        """Return the new papers of the last five announcements, newest first. Raises SourceError."""
        days = dict[date, Listing]()
        for _ in range(_MOST_PAGES):
            shown = sum(len(each.papers) for each in days.values())
            for listing in await self._page(f"{category}/recent?skip={shown}&show={_MOST_SHOWN}"):
                before = days.get(listing.day)
                papers = {**before.papers, **listing.papers} if before else listing.papers
                days[listing.day] = Listing(listing.day, papers, listing.announced)
            if sum(len(each.papers) for each in days.values()) == shown or not any(
                each.unread for each in days.values()
            ):
                break
        return sorted(days.values(), key=lambda listing: listing.day, reverse=True)

    async def _page(self, path: str) -> list[Listing]:
        answer = await self._fetcher.get(f"{self._url}/{path}", name=NAME, most=_MOST_BYTES, own=True)
        return await self._parser.listings(answer.body, answer.charset, name=NAME)


@dataclass(slots=True)
class _Section:
    day: date
    papers: dict[str, Announcement] = field(default_factory=dict)
    announced: int = 0
    kind: Announcement | None = None


def parse(body: bytes, charset: str | None = None) -> list[Listing]:
    """Return what a page of a listing shows: one announcement, or several of recent days.

    Raises SourceError when it tells no date.
    """
    page = decoded(body, charset)
    days = list[_Section]()
    for heading, id, is_cross in _parts(page):
        if day := _day_in(heading):
            days.append(_Section(day))
        if not days:
            continue
        last = days[-1]
        if heading:
            last.kind = _SECTIONS.get(heading.strip()[:3].lower())
            last.announced += int(shown[2]) if (shown := _SHOWN.search(heading)) else 0
        elif id:
            last.papers.setdefault(id, last.kind or ("cross" if is_cross else "new"))
    if not days:
        raise unreadable(NAME)
    total = _TOTAL.search(page) if len(days) == 1 else None
    least = int(total[1]) if total else 0
    return [Listing(each.day, each.papers, max(least, each.announced, len(each.papers))) for each in days]


def _parts(page: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each heading, and the id of each paper from the beginning of its entry, with whether it is a cross-list."""
    start, id = -1, None
    for part in islice(_PART.finditer(page), _MOST_PARTS):
        if part[1] is not None:
            start, id = -1, None
            yield part[1], "", False
        elif part[2] is not None:
            if id:
                yield "", id, "(cross-list" in page[start : part.start()]
            start, id = -1, None
        elif part[3] is None:
            start, id = part.end(), None
        elif start >= 0 and not id and (link := _HREF.search(part[3])):
            id = arxiv_id(link[1])


def _day_in(heading: str) -> date | None:
    match = _DAY.match(heading)
    day = date_in(match[1]) if match else None
    return date(day.year, day.month, day.day) if day else None
