"""Holds what an address announced against a feed's filter, and offers what passes to the inbox.

Each feed remembers the last entry that it was held against, in the transaction that offers; so after a crash nothing is
lost, and nothing is offered twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.domain.dates import PaperDate
from bot.domain.draft import Draft, form_of
from bot.domain.feed import Feed
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import Reason
from bot.domain.paper import Paper, make_paper
from bot.services.feeds.known_papers import known_entries
from bot.services.feeds.pacing import in_slices
from bot.services.ports import Clock
from bot.store import candidates, feed_days, feed_entries, feeds, paper_checks
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.feed_days import DayCounts
from bot.store.feed_entries import LoggedEntry

KNOWN, REVISION, DECIDED = Reason("known"), Reason("revision"), Reason("decided")
EARLIER, EXPIRED = Reason("earlier"), Reason("expired")
FIRST = 5  # entries that a feed's first poll offers
_MOST_READ = 50  # entries held in one transaction


class OfferCounts(NamedTuple):
    """How many entries a feed was held against, and how many of them are in the inbox now."""

    seen: int = 0
    offered: int = 0


class FilterResult(NamedTuple):
    """An entry that was held against a filter, and why it is dropped; None if it passes."""

    entry: LoggedEntry
    reason: Reason | None


class Offering:
    """Offers to the inbox what feeds announced."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

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
            held = await hold(feed, entries)
            async with self._database.write() as connection:
                current = await feeds.by_id(connection, feed.id)
                if current is None or current.paused_at or _cursor(current) != _cursor(feed):
                    return OfferCounts(seen, offered)  # somebody changed it, or another process held it meanwhile
                offered += await offer(connection, feed, held, self._clock(), most=FIRST if first else None)
                feed = replace(feed, entry_id=max((each.id for each in entries), default=0))
                await feeds.save(connection, feed.id, entry_id=feed.entry_id)
            seen += len(entries)
            if first or len(entries) < _MOST_READ:
                return OfferCounts(seen, offered)

    async def behind(self) -> list[Feed]:
        """Return the feeds that have not seen all entries of their address, as after a crash."""
        async with self._database.read() as connection:
            return await feeds.behind(connection)

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


async def offer(
    connection: StoreConnection, feed: Feed, held: Sequence[FilterResult], now: datetime, most: int | None = None
) -> int:
    """Offer the entries that pass, or of them only the `most` latest, count all in the ledger, and return how many.

    Of those, what the collection has, and new versions of earlier papers, are left out; a paper of the collection that
    has one is looked at in the next night.
    """
    await paper_checks.make_arxiv_due(connection, feed.workspace_id, _revised_ids(held), now)
    held = await _without_known(connection, feed.workspace_id, held)
    passing = [each for each in held if each.reason is None]
    chosen = passing if most is None else sorted(passing, key=lambda each: _day_of(each.entry, now))[-most:]
    ids = {each.entry.id for each in chosen}
    days = defaultdict[str, Counter[str]](Counter)
    dropped = defaultdict[str, Counter[tuple[str, str]]](Counter)
    for entry, reason in held:
        days[entry.day].update(("announced", "seen"))
        if reason is None:
            days[entry.day]["matched"] += 1
            reason = await _offer_one(connection, feed, entry, now) if entry.id in ids else EARLIER
            days[entry.day]["offered"] += reason is None
        if reason:
            dropped[entry.day][reason.kind, reason.rule] += 1
    for day, counts in days.items():
        await feed_days.count(
            connection, feed.workspace_id, feed.id, day, DayCounts(**counts, dropped=dict(dropped[day]))
        )
    return sum(counts["offered"] for counts in days.values())


def _revised_ids(held: Sequence[FilterResult]) -> list[str]:
    """Return the arXiv ids of the papers of which a new version is announced."""
    entries = [each.entry.entry for each in held if each.entry.entry]
    return [id for entry in entries if entry.is_revision and (id := entry.metadata.identifiers.arxiv)]


async def hold(feed: Feed, entries: Sequence[LoggedEntry]) -> list[FilterResult]:
    """Return each entry with the reason for which the feed's filter drops it."""
    compiled = feed.filter.compiled()
    return [
        FilterResult(each, compiled.reason_against(each.entry) if each.entry else EXPIRED)
        async for each in in_slices(entries)
    ]


async def _without_known(
    connection: StoreConnection, workspace_id: int, held: Sequence[FilterResult]
) -> list[FilterResult]:
    """Return what was held, with a reason for those that pass the filter and are no news to the collection."""
    passing = [each.entry.entry for each in held if each.entry.entry and not each.reason]
    known = iter(await known_entries(connection, workspace_id, passing) if passing else ())
    return [
        each
        if each.reason or not each.entry.entry
        else FilterResult(each.entry, _reason_besides(each.entry.entry, next(known)))
        for each in held
    ]


def _reason_besides(entry: FeedEntry, is_known: bool) -> Reason | None:
    if is_known:
        return KNOWN
    return REVISION if entry.is_revision else None


async def _offer_one(connection: StoreConnection, feed: Feed, entry: LoggedEntry, now: datetime) -> Reason | None:
    assert entry.entry
    paper = paper_of(entry.entry)
    form = form_of(Draft(source=paper.url or feed.url))
    outcome = await candidates.offer(connection, feed.workspace_id, feed.id, form, paper, now, entry.day)
    return DECIDED if outcome == "decided" else None


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


def _cursor(feed: Feed) -> tuple[object, ...]:
    return feed.entry_id, feed.filter, feed.address_id
