"""Holds what an address announced against a feed's filter, and offers what passes to the inbox.

Each feed remembers the last entry that it was held against, in the transaction that offers; so after a crash nothing is
lost, and nothing is offered twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple

from bot.domain.dates import PaperDate
from bot.domain.draft import Draft, form_of
from bot.domain.feed import Feed
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import SkipReason
from bot.domain.paper import Paper, make_paper
from bot.services.feeds.known_papers import known_entries
from bot.services.feeds.time_slices import in_slices
from bot.services.ports import Clock
from bot.store import feed_days, feed_entries, feeds, paper_checks
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.feed_days import DayCounts, FeedDay
from bot.store.feed_entries import LoggedEntry
from bot.store.finds import Find, Offer
from bot.store.finds import offer as offer_finds

KNOWN, REVISION, DECIDED = SkipReason("known"), SkipReason("revision"), SkipReason("decided")
EARLIER, EXPIRED = SkipReason("earlier"), SkipReason("expired")
FIRST = 5  # entries that a feed's first poll offers
_MOST_READ = 50  # entries held in one transaction


class OfferCounts(NamedTuple):
    """How many entries a feed was held against, and how many of them are in the inbox now."""

    seen: int = 0
    offered: int = 0


class FilterResult(NamedTuple):
    """An entry that was held against a filter, and why it is dropped; None if it passes."""

    entry: LoggedEntry
    reason: SkipReason | None


class UnseenEntries(NamedTuple):
    """A feed, and all entries of its address that it has not seen."""

    feed: Feed
    entries: Sequence[LoggedEntry]


class FilterRun(NamedTuple):
    """A feed with the entries that it was held against; of those that pass only the `most` latest are offered."""

    feed: Feed
    results: list[FilterResult]
    most: int | None = None

    @property
    def last_id(self) -> int:
        """Return the last of the entries, 0 without any."""
        return max((each.entry.id for each in self.results), default=0)


class Offering:
    """Offers to the inbox what feeds announced."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def offer_news(self, news: Sequence[UnseenEntries]) -> Counter[int]:
        """Hold feeds against what is new to them, which is all that they have not seen; return what each offered."""
        runs = [FilterRun(each.feed, await run_filter(each.feed, each.entries)) for each in news]
        async with self._database.write() as connection:
            return await self._write(connection, runs)

    async def catch_up(self, feed: Feed) -> OfferCounts:
        """Hold a feed against every entry of its address that it has not seen, and return the counts.

        A feed that is paused sees none.
        """
        seen = offered = 0
        first = feed.entry_id is None
        while True:
            entries = await (self._all(feed) if first else self._next(feed))
            if not entries and not first:
                return OfferCounts(seen, offered)
            run = FilterRun(feed, await run_filter(feed, entries), FIRST if first else None)
            async with self._database.write() as connection:
                counts = await self._write(connection, [run])
            if feed.id not in counts:
                return OfferCounts(seen, offered)
            seen, offered = seen + len(entries), offered + counts[feed.id]
            feed = replace(feed, entry_id=run.last_id)
            if first or len(entries) < _MOST_READ:
                return OfferCounts(seen, offered)

    async def behind(self) -> list[Feed]:
        """Return the feeds that have not seen all entries of their address, as after a crash."""
        async with self._database.read() as connection:
            return await feeds.behind(connection)

    async def _write(self, connection: StoreConnection, runs: Sequence[FilterRun]) -> Counter[int]:
        """Offer, and write what feeds have seen now, but for a feed that changed or that another process held."""
        current = await feeds.of_ids(connection, [each.feed.id for each in runs])
        runs = [each for each in runs if _is_as_before(each.feed, current.get(each.feed.id))]
        offered = await offer(connection, runs, self._clock())
        await feeds.see(connection, {each.feed.id: each.last_id for each in runs})
        return offered

    async def _next(self, feed: Feed) -> list[LoggedEntry]:
        async with self._database.read() as connection:
            return await feed_entries.after(connection, feed.address_id, feed.entry_id or 0, _MOST_READ)

    async def _all(self, feed: Feed) -> list[LoggedEntry]:
        """Return all entries that are kept, the oldest first."""
        entries, last = list[LoggedEntry](), 0
        async with self._database.read() as connection:
            while batch := await feed_entries.after(connection, feed.address_id, last, _MOST_READ):
                entries += (each for each in batch if each.entry)
                last = batch[-1].id
        return entries


async def offer(connection: StoreConnection, runs: Sequence[FilterRun], now: datetime) -> Counter[int]:
    """Offer the entries that pass, count all in the ledger, and return how many each feed offered, by its id.

    Of those, what the collection has, and new versions of earlier papers, are left out; a paper of the collection that
    has one is looked at in the next night.
    """
    offered = Counter[int]()
    for workspace_id in dict.fromkeys(each.feed.workspace_id for each in runs):
        of_workspace = [each for each in runs if each.feed.workspace_id == workspace_id]
        offered.update(await _offer_in(connection, workspace_id, of_workspace, now))
    return offered


async def _offer_in(
    connection: StoreConnection, workspace_id: int, runs: Sequence[FilterRun], now: datetime
) -> dict[int, int]:
    results = [result for each in runs for result in each.results]
    await paper_checks.make_arxiv_due(connection, workspace_id, _revised_ids(results), now)
    rest = iter(await _without_known(connection, workspace_id, results))
    runs = [each._replace(results=list(islice(rest, len(each.results)))) for each in runs]
    chosen = [_chosen(each, now) for each in runs]
    finds = [_find(feed, entry) async for feed, entry in in_slices(chain.from_iterable(chosen))]
    outcomes = iter(await offer_finds(connection, workspace_id, finds, now))
    by_entry = [{entry.id: next(outcomes) for _, entry in of_feed} for of_feed in chosen]
    ledger = dict[FeedDay, DayCounts]()
    for each, of_feed in zip(runs, by_entry, strict=True):
        ledger |= _counted(each, of_feed)
    await feed_days.count(connection, ledger)
    return {
        each.feed.id: sum(outcome != "decided" for outcome in of_feed.values())
        for each, of_feed in zip(runs, by_entry, strict=True)
    }


def _chosen(run: FilterRun, now: datetime) -> list[tuple[Feed, LoggedEntry]]:
    """Return the entries to offer: those that pass, or the latest of them."""
    passing = [each.entry for each in run.results if each.reason is None]
    if run.most is not None:
        latest = {entry.id for entry in sorted(passing, key=lambda entry: _day_of(entry, now))[-run.most :]}
        passing = [entry for entry in passing if entry.id in latest]
    return [(run.feed, entry) for entry in passing]


def _find(feed: Feed, entry: LoggedEntry) -> Find:
    assert entry.entry
    paper = paper_of(entry.entry)
    return Find(feed.id, entry.day, form_of(Draft(source=paper.url or feed.url)), paper)


def _counted(run: FilterRun, outcomes: Mapping[int, Offer]) -> dict[FeedDay, DayCounts]:
    """Return what became of the entries that a feed was held against, by day."""
    days, dropped = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[tuple[str, str]]](Counter)
    for entry, reason in run.results:
        days[entry.day].update(("announced", "seen"))
        if reason is None:
            days[entry.day]["matched"] += 1
            outcome = outcomes.get(entry.id)
            reason = EARLIER if outcome is None else DECIDED if outcome == "decided" else None
            days[entry.day]["offered"] += reason is None
        if reason:
            dropped[entry.day][reason.kind, reason.rule] += 1
    feed = run.feed
    return {
        FeedDay(feed.workspace_id, feed.id, day): DayCounts(**counts, dropped=dict(dropped[day]))
        for day, counts in days.items()
    }


def _revised_ids(results: Sequence[FilterResult]) -> list[str]:
    """Return the arXiv ids of the papers of which a new version is announced."""
    entries = [each.entry.entry for each in results if each.entry.entry]
    return [id for entry in entries if entry.is_revision and (id := entry.metadata.identifiers.arxiv)]


async def run_filter(feed: Feed, entries: Sequence[LoggedEntry]) -> list[FilterResult]:
    """Return each entry with the reason for which the feed's filter drops it."""
    compiled = feed.filter.compiled()
    return [
        FilterResult(each, compiled.reason_against(each.entry) if each.entry else EXPIRED)
        async for each in in_slices(entries)
    ]


async def _without_known(
    connection: StoreConnection, workspace_id: int, results: Sequence[FilterResult]
) -> list[FilterResult]:
    """Return the results, with a reason for those that pass the filter and are no news to the collection."""
    passing = [each.entry.entry for each in results if each.entry.entry and not each.reason]
    known = iter(await known_entries(connection, workspace_id, passing) if passing else ())
    return [
        each
        if each.reason or not each.entry.entry
        else FilterResult(each.entry, _reason_besides(each.entry.entry, next(known)))
        for each in results
    ]


def _reason_besides(entry: FeedEntry, is_known: bool) -> SkipReason | None:
    if is_known:
        return KNOWN
    return REVISION if entry.is_revision else None


def paper_of(entry: FeedEntry) -> Paper:
    """Return the paper that an entry announces."""
    about = entry.metadata
    return make_paper(
        title=about.title or entry.guid,
        date=about.date,
        excerpt=about.excerpt,
        venue=about.venue,
        organization=about.organization,
        authors=about.authors,
        links=about.links,
        identifiers=about.identifiers,
    )


def _day_of(entry: LoggedEntry, now: datetime) -> tuple[str, int]:
    """Return by what the latest entries are chosen: the day of publication, never one in the future, then the order."""
    date: PaperDate | None = entry.entry.metadata.date if entry.entry else None
    return min(str(date or ""), now.date().isoformat()), entry.id


def _is_as_before(feed: Feed, current: Feed | None) -> bool:
    return current is not None and not current.paused_at and _cursor(current) == _cursor(feed)


def _cursor(feed: Feed) -> tuple[object, ...]:
    return feed.entry_id, feed.filter, feed.address_id
