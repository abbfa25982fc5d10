"""Holds what a feed of arXiv brought against arXiv's listings, and fetches what it lacks.

arXiv's feeds fail silently: a batch may be yesterday's under today's date, lack one category of several, or end early.
Every poll compares again with what the address brought so far, so one that stops in the middle loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, islice

import structlog

from bot.domain.arxiv_announcement import (
    ListedPaper,
    Listing,
    Verdict,
    announcement_day,
    categories_of,
    compare,
    expected_day,
    missing_papers,
    verdict_on,
)
from bot.domain.errors import SourceError
from bot.domain.feed_address import FeedAddress, FeedAnswer, Status
from bot.domain.feed_entry import Announcement, FeedEntry
from bot.services.feeds.arxiv_listings import ArxivListings, ArxivSource
from bot.services.feeds.verification import Verification
from bot.services.lazy_sources import LazySources
from bot.services.ports import Clock
from bot.store import feed_entries
from bot.store.database import Database

_AT_ONCE = 100  # papers that arXiv's API tells in one answer
_MOST_ANSWERS, _MOST_SECONDS = 10, 150.0  # of one verification; the rest waits for the next poll
_log = structlog.get_logger()


class ArxivVerifier:
    """Verifies what feeds of arXiv answer; `mirrors` are hosts that stand in for arXiv's."""

    def __init__(
        self, database: Database, clock: Clock, sources: LazySources[ArxivSource], mirrors: Collection[str] = ()
    ) -> None:
        self._database, self._clock, self._sources, self._mirrors = database, clock, sources, mirrors
        self._listings = ArxivListings(database, clock, sources)

    def needs_all(self, address: FeedAddress) -> bool:
        """Return whether the address is one of arXiv's feeds, which are held against listings."""
        return bool(categories_of(address.url, self._mirrors))

    async def verify(self, address: FeedAddress, answer: FeedAnswer) -> Verification:
        """Return the entries of an answer, those that it lacks of what arXiv announced, and how the feed is."""
        document, categories = answer.document, categories_of(address.url, self._mirrors)
        entries = document.entries if document else ()
        if not categories:
            return Verification.of(answer)
        until = asyncio.get_running_loop().time() + _MOST_SECONDS
        today = announcement_day(self._clock())
        papers = _by_id(entries) if document else None
        expected = expected_day(today, document.skip_days if document else ())
        listings = await self._last_listings(categories, expected, papers or {}, until)
        known = await self._known(address.id, listings.values())
        wanted = missing_papers(listings.values(), await self._since(address.id), known | set(papers or ()))
        found = await self._fetch(address.url, wanted, until)
        left = [each.day for id, each in wanted.items() if id not in found]
        hidden = sum(every[0].unread for every in listings.values())
        comparisons = [compare(category, every[0], papers, known, today) for category, every in listings.items()]
        status = _status(address, answer, verdict_on(comparisons, len(left) + hidden), self._clock())
        day = max((each.day.isoformat() for each in comparisons), default=None)
        is_whole = len(listings) == len(categories) and today not in left
        return Verification((*entries, *found.values()), day, status, is_whole)

    async def _last_listings(
        self, categories: Iterable[str], expected: date, papers: Mapping[str, FeedEntry], until: float
    ) -> dict[str, list[Listing]]:
        listings = {}
        for category in categories:
            if _is_before(until) and (last := await self._listings.of_category(category, expected, papers)):
                listings[category] = last
        return listings

    async def _known(self, address_id: int, listings: Iterable[Iterable[Listing]]) -> set[str]:
        """Return the papers of listings that earlier polls of an address brought."""
        known = set[str]()
        async with self._database.read() as connection:
            for listing in chain.from_iterable(listings):
                keys = {f"arxiv:{id.lower()}": id for id in listing.new}
                known |= {keys[key] for key in await feed_entries.known_keys(connection, address_id, keys)}
        return known

    async def _since(self, address_id: int) -> date | None:
        async with self._database.read() as connection:
            moment = await feed_entries.first_seen(connection, address_id)
        return announcement_day(moment) if moment else None

    async def _fetch(self, url: str, wanted: Mapping[str, ListedPaper], until: float) -> dict[str, FeedEntry]:
        """Return what arXiv's API tells of papers."""
        found, ids = dict[str, FeedEntry](), iter(wanted)
        for _ in range(_MOST_ANSWERS):
            batch = list(islice(ids, _AT_ONCE))
            if not batch or not _is_before(until):
                break
            try:
                answers = await (await self._sources.get()).arxiv_entries(batch)
            except SourceError as error:
                _log.warning("papers that an arXiv feed lacks cannot be read", url=url, reason=str(error))
                break
            found |= {id: _as_announced(wanted[id].announcement, id, entry) for id, entry in answers.items()}
        if found:
            _log.info("papers that an arXiv feed lacked", url=url, papers=len(found))
        return found


def _by_id(entries: Iterable[FeedEntry]) -> dict[str, FeedEntry]:
    return {id: entry for entry in entries if (id := entry.metadata.identifiers.arxiv)}


def _status(address: FeedAddress, answer: FeedAnswer, verdict: Verdict | None, now: datetime) -> Status | None:
    """Return the status to write: where nothing was found out, a feed that has not changed is as it was."""
    before = address.status
    if verdict is None:
        return None if answer.document else before
    if verdict.reason is None:
        return None
    since = before.since if before and before.state == verdict.state else now
    return Status(verdict.state, since, verdict.reason)


def _is_before(until: float) -> bool:
    return asyncio.get_running_loop().time() < until


def _as_announced(announcement: Announcement, id: str, entry: FeedEntry) -> FeedEntry:
    guid = f"oai:arXiv.org:{id}v{entry.version}"  # as in the feed, which may bring it later
    return replace(entry, guid=guid, announcement=announcement)
