"""A trial of a feed: one poll that shows what would be offered and what is left out by which rule; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.feed_filter import CompiledFilter, FeedFilter, Reason
from bot.domain.identifiers import canonical_url
from bot.services.lazy_sources import LazySources
from bot.store import papers
from bot.store.database import Database

KNOWN, REVISION = Reason("known"), Reason("revision")


class FeedSource(Protocol):
    """Anything that can read feeds."""

    async def read_feed(self, url: str) -> FeedDocument:
        """Return what a feed holds now, within a bounded time. Raises SourceError."""

    async def close(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, slots=True)
class FeedTrial:
    """What a feed holds: the entries that would be offered, and the others by the reason that leaves them out."""

    document: FeedDocument
    matched: tuple[FeedEntry, ...]
    dropped: dict[Reason, list[FeedEntry]]


class FeedTrials:
    """Polls feeds to show what filters do."""

    def __init__(self, database: Database, sources: LazySources[FeedSource]) -> None:
        self._database, self._sources = database, sources

    async def run(self, workspace_id: int, url: str, filter: FeedFilter) -> FeedTrial:
        """Poll a feed once and hold the filter against its entries; the reason of most entries comes first.

        Raises InputError for a wrong rule, before anything is requested, and SourceError.
        """
        compiled = filter.compiled()
        document = await (await self._sources.get()).read_feed(url)
        known = await self._known_keys(workspace_id, document)
        matched, dropped = list[FeedEntry](), dict[Reason, list[FeedEntry]]()
        for entry in document.entries:
            if reason := _reason(entry, known, compiled):
                dropped.setdefault(reason, []).append(entry)
            else:
                matched.append(entry)
        by_count = sorted(dropped.items(), key=lambda each: -len(each[1]))
        return FeedTrial(document, tuple(matched), dict(by_count))

    async def _known_keys(self, workspace_id: int, document: FeedDocument) -> set[str]:
        keys = {key for entry in document.entries for key in _keys(entry)}
        async with self._database.read() as connection:
            return set(await papers.by_keys(connection, workspace_id, keys))


def _reason(entry: FeedEntry, known: set[str], filter: CompiledFilter) -> Reason | None:
    if not known.isdisjoint(_keys(entry)):
        return KNOWN
    return REVISION if entry.is_revision else filter.reason_against(entry)


def _keys(entry: FeedEntry) -> Iterator[str]:
    """Yield the keys by which the collection may have the paper; several papers may share a link to code."""
    yield from (f"{scheme}:{id.lower()}" for scheme, id in entry.metadata.identifiers.pairs())
    yield from (f"url:{canonical_url(link.url).lower()}" for link in entry.metadata.links if not link.is_code)
