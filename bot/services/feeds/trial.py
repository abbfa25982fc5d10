"""A trial of a feed: one poll that shows what would be offered and what is left out by which rule.

What a feed answered is remembered for some minutes, so that whoever tries several filters does not poll it each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.domain.errors import FeedElsewhereError
from bot.domain.feed_address import FeedAnswer, Look
from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.feed_filter import CompiledFilter, FeedFilter, SkipReason
from bot.services.feeds.known_papers import known_entries
from bot.services.feeds.time_slices import in_slices
from bot.services.lazy_sources import LazySources
from bot.services.ports import Clock
from bot.store.database import Database

KNOWN, REVISION = SkipReason("known"), SkipReason("revision")
_REMEMBERED, _MOST_REMEMBERED = timedelta(minutes=10), 4  # of documents


class FeedReader(Protocol):
    """Anything that can read feeds."""

    async def read_feed(self, url: str) -> FeedAnswer:
        """Return an answer with the document that a feed holds now, within a bounded time. Raises SourceError."""

    async def close(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, slots=True)
class FeedTrial:
    """What a feed holds: the entries that would be offered, and the others by the reason that leaves them out."""

    document: FeedDocument
    matched: tuple[FeedEntry, ...]
    dropped: dict[SkipReason, list[FeedEntry]]


class FeedTrials:
    """Polls feeds to show what filters do."""

    def __init__(self, database: Database, clock: Clock, sources: LazySources[FeedReader]) -> None:
        self._database, self._clock, self._sources = database, clock, sources
        self._recent: dict[str, Look] = {}

    async def run(self, workspace_id: int, url: str, filter: FeedFilter) -> FeedTrial:
        """Poll a feed once and hold the filter against its entries; the reason of most entries comes first.

        Raises InputError for a wrong rule, before anything is requested, and SourceError.
        """
        filter.compiled()
        return await self.apply(workspace_id, await self._read(url), filter)

    async def find(self, workspace_id: int, url: str, filter: FeedFilter) -> tuple[str, FeedTrial]:
        """Try the feed at an address, or the one that the web page there names; return where it is too.

        Raises InputError for a wrong rule, before anything is requested, and SourceError.
        """
        filter.compiled()
        try:
            document = await self._read(url)
        except FeedElsewhereError as error:
            url = error.address
            document = await self._read(url)
        return url, await self.apply(workspace_id, document, filter)

    async def apply(self, workspace_id: int, document: FeedDocument, filter: FeedFilter) -> FeedTrial:
        """Hold a filter against a document's entries. Raises InputError."""
        verdicts = await self.verdicts(workspace_id, document.entries, filter)
        matched, dropped = list[FeedEntry](), dict[SkipReason, list[FeedEntry]]()
        for entry, (reason,) in verdicts:
            if reason:
                dropped.setdefault(reason, []).append(entry)
            else:
                matched.append(entry)
        by_count = sorted(dropped.items(), key=lambda each: -len(each[1]))
        return FeedTrial(document, tuple(matched), dict(by_count))

    async def verdicts(
        self, workspace_id: int, entries: Iterable[FeedEntry], *filters: FeedFilter
    ) -> list[tuple[FeedEntry, tuple[SkipReason | None, ...]]]:
        """Return each entry with the reason for which each filter leaves it out, None where it comes in."""
        entries, compiled = tuple(entries), [filter.compiled() for filter in filters]
        async with self._database.read() as connection:
            known = await known_entries(connection, workspace_id, entries)
        return [
            (entry, tuple(KNOWN if is_known else _reason(entry, each) for each in compiled))
            async for entry, is_known in in_slices(zip(entries, known, strict=True))
        ]

    def recent(self, url: str) -> Look | None:
        """Return what an address answered, if that is still remembered."""
        look = self._recent.get(url)
        return look if look and timedelta(0) <= self._clock() - look.requested_at < _REMEMBERED else None

    async def _read(self, url: str) -> FeedDocument:
        """Return what a feed holds now, or held some minutes ago."""
        look = self.recent(url)
        if look is None:
            requested_at = self._clock()
            look = Look(await (await self._sources.get()).read_feed(url), requested_at)
            self._recent.pop(url, None)
            while len(self._recent) >= _MOST_REMEMBERED:
                self._recent.pop(next(iter(self._recent)))
            self._recent[url] = look
        assert look.answer.document
        return look.answer.document


def _reason(entry: FeedEntry, filter: CompiledFilter) -> SkipReason | None:
    return REVISION if entry.is_revision else filter.reason_against(entry)
