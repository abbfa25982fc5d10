"""arXiv's listings of what it announced: read once for all feeds of a category, and kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.domain.arxiv_announcement import Listing, announcement_day, is_another_batch, missing_days
from bot.domain.errors import SourceError
from bot.domain.feed_entry import FeedEntry
from bot.i18n import msg
from bot.services.lazy_sources import LazySources
from bot.services.ports import Clock
from bot.store import arxiv_announcements
from bot.store.arxiv_announcements import ReadListing
from bot.store.database import Database

_AGAIN, _LATE_AGAIN = timedelta(hours=1), timedelta(hours=6)
_FURTHEST = timedelta(days=3)  # a listing is at most of tomorrow, or this machine's clock is slow
_log = structlog.get_logger()
T = TypeVar("T")


class ArxivSource(Protocol):
    """Anything that knows what arXiv announced."""

    async def arxiv_listing(self, category: str) -> Listing:
        """Return what arXiv last announced in a category. Raises SourceError."""

    async def arxiv_recent(self, category: str) -> list[Listing]:
        """Return what arXiv announced recently in a category, newest first. Raises SourceError."""

    async def arxiv_entries(self, ids: Collection[str]) -> dict[str, FeedEntry]:
        """Return papers as a feed of arXiv would announce them, by id. Raises SourceError."""

    async def close(self) -> None:
        """Close all connections."""


class ArxivListings:
    """Knows the last listings of each category."""

    def __init__(self, database: Database, clock: Clock, sources: LazySources[ArxivSource]) -> None:
        self._database, self._clock, self._sources = database, clock, sources
        self._failed_at = dict[str, datetime]()

    async def of_category(self, category: str, expected: date, entries: Mapping[str, FeedEntry]) -> list[Listing]:
        """Return the listings that feeds can hold already, newest first; none where the newest is not known.

        It is read when that was not done since the day on which an announcement is `expected`; on a day without
        announcement every six hours, or every hour while a feed's `entries` are others. Days that were passed over, as
        while the bot was down, are read from arXiv's list of recent ones.
        """
        now = self._clock()
        kept = await self._kept(category)
        if _is_due(category, kept, expected, now, entries) and (last := await self._read(category, self._last)):
            kept = await self._save(category, [last], now)
        if kept and (passed := missing_days(each.listing.day for each in kept)):
            source = await self._sources.get()
            if recent := await self._read(category, source.arxiv_recent):
                kept = await self._save(category, _announced_on(category, passed, recent), now)
        return _current(kept, expected, announcement_day(now))

    async def _last(self, category: str) -> Listing:
        listing = await (await self._sources.get()).arxiv_listing(category)
        if listing.day > announcement_day(self._clock()) + _FURTHEST:
            raise SourceError(msg("arXiv's listing is dated {day}.", day=listing.day.isoformat()))
        return listing

    async def _kept(self, category: str) -> list[ReadListing]:
        async with self._database.read() as connection:
            return await arxiv_announcements.latest(connection, category)

    async def _save(self, category: str, listings: Sequence[Listing], now: datetime) -> list[ReadListing]:
        async with self._database.write() as connection:
            await arxiv_announcements.save(connection, category, listings, now)
            return await arxiv_announcements.latest(connection, category)

    async def _read(self, category: str, read: Callable[[str], Awaitable[T]]) -> T | None:
        """Return what arXiv answers; None if it failed, or did so a moment ago when another feed asked for it."""
        failed_at, now = self._failed_at.get(category), self._clock()
        if failed_at and now - failed_at < _AGAIN / 2:
            return None
        try:
            answer = await read(category)
        except SourceError as error:
            if not failed_at:
                _log.warning("an arXiv listing cannot be read", category=category, reason=str(error))
            self._failed_at[category] = now
            return None
        self._failed_at.pop(category, None)
        return answer


def _announced_on(category: str, days: Sequence[date], recent: Sequence[Listing]) -> list[Listing]:
    """Return what was announced on days that were passed over, nothing on a holiday."""
    by_day = {listing.day: listing for listing in recent}
    if lost := [day for day in days if day < min(by_day)]:
        _log.warning(
            "arXiv does not tell any more what it announced", category=category, days=[day.isoformat() for day in lost]
        )
    return [by_day.get(day) or Listing(day, {}, 0) for day in days]


def _is_due(
    category: str, kept: Sequence[ReadListing], expected: date, now: datetime, entries: Mapping[str, FeedEntry]
) -> bool:
    if not kept:
        return True
    (listing, at), *_ = kept
    if announcement_day(at) < expected:  # also when it was read in the evening before, when it may not have been whole
        return True
    today = announcement_day(now)
    if listing.day < today and is_another_batch(category, listing, entries):
        return now - at >= _AGAIN
    return listing.day < expected == today and now - at >= _LATE_AGAIN  # a holiday, or a late announcement


def _current(kept: Sequence[ReadListing], expected: date, today: date) -> list[Listing]:
    """Return all listings but that of tomorrow: arXiv lists in the evening what feeds bring at midnight."""
    held = [each for each in kept if each.listing.day <= today]
    if not held:
        return []
    is_last = held[0] is kept[0] and announcement_day(held[0].at) >= expected
    return [each.listing for each in held] if is_last or held[0].listing.day >= expected else []
