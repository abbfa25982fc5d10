"""Writes polls: first that requests leave, then what was answered.

What comes at one time is written in one transaction: several polls together take little more than one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.entry_identity import keys_of
from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, FeedAnswer
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_schedule import HOUR, retry_moment
from bot.services.feeds import address_states
from bot.services.feeds.offering import UnseenEntries
from bot.services.feeds.seen_items import SeenItems
from bot.services.feeds.verification import Verification
from bot.services.ports import Clock
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.feed_entries import News

_TOO_MANY = 429
_MANY = 200  # entries


class HostQueue(NamedTuple):
    """What is due of one host: the address that is requested now, as it was before, and the ids of the others.

    `first` is None when it may not be requested yet.
    """

    first: FeedAddress | None
    waiting: list[int]
    leased_until: datetime


class Poll(NamedTuple):
    """A poll of an address, which was as `before` when it was requested, and what it answered.

    `requested_at` is when it was requested without validators, unless `lease_due` wrote that.
    """

    before: FeedAddress
    answer: FeedAnswer
    verification: Verification
    requested_at: datetime | None = None


class PollOutcome(NamedTuple):
    """How many entries of an answer are new, the feeds that have to see them, and the address onto which it moved.

    Feeds that are `behind` have earlier entries to see too.
    """

    new: int = 0
    unseen: Sequence[UnseenEntries] = ()
    behind: Sequence[Feed] = ()
    moved_to: int | None = None


class PollRecords:
    """Writes polls of addresses."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, seen: SeenItems) -> None:
        self._database, self._clock, self._zone, self._seen = database, clock, zone, seen

    async def lease_due(self, most: int, address_id: int | None = None) -> list[HostQueue]:
        """Lease what is due of the hosts that have waited longest, or one address.

        Also write that the first address of each host is requested. Nothing is returned when nothing is due.
        """
        now, queues = self._clock(), dict[str, list[FeedAddress]]()
        async with self._database.write() as connection:
            for address in await feed_addresses.lease_due(connection, now, address_id, most):
                queues.setdefault(address.host, []).append(address)
            firsts = await _begin(connection, [queue[0] for queue in queues.values()], now)
        until = feed_addresses.lease_end(now)
        return [
            HostQueue(first, [address.id for address in queue[1:]], until)
            for first, queue in zip(firsts, queues.values(), strict=True)
        ]

    async def next(self, queue: HostQueue) -> HostQueue:
        """Write that the next address of a queue is requested, and lease the others of its host again."""
        address_id, *waiting = queue.waiting
        now = self._clock()
        async with self._database.write() as connection:
            address = await feed_addresses.get_leased(connection, address_id, queue.leased_until)
            (first,) = await _begin(connection, [address], now) if address else [None]
            await feed_addresses.extend(connection, waiting, now)
        return HostQueue(first, waiting, feed_addresses.lease_end(now))

    async def finish(self, polls: Sequence[Poll]) -> list[PollOutcome]:
        """Write what polls brought."""
        now = self._clock()
        keys = {each.before.id: await _keys_of(each.verification) for each in polls}
        async with self._database.write() as connection:
            addresses = await feed_addresses.of_ids(connection, keys)
            current = [each for each in polls if _is_current(each, addresses)]
            news = await self._new_entries(connection, current, keys, now)
            unseen = await self._log(connection, news, now)
            outcomes = {each.before.id: unseen.get(each.before.id, PollOutcome()) for each in polls}
            after = list[FeedAddress]()
            for each in current:
                address, is_news = addresses[each.before.id], each.before.id in news
                other = await _other_address(connection, address, each.answer)
                outcomes[address.id] = outcomes[address.id]._replace(moved_to=other)
                after.append(_after(each, address, other, now, is_news=is_news))
            await feed_addresses.replace_all(connection, after, None)
            await _postpone_hosts(connection, current, addresses, now)
        for each in current:
            if not each.answer.failure:
                self._seen.keep(each.before, now, each.answer.document.seen if each.answer.document else "")
        return [outcomes[each.before.id] for each in polls]

    async def _new_entries(
        self,
        connection: StoreConnection,
        polls: Sequence[Poll],
        keys: dict[int, Sequence[tuple[str, ...]]],
        now: datetime,
    ) -> dict[int, News]:
        """Return what addresses announce for the first time."""
        wanted = {each.before.id: list(chain.from_iterable(keys[each.before.id])) for each in polls}
        known = await feed_entries.known_by_address(connection, wanted)
        news = dict[int, News]()
        for each in polls:
            id, day = each.before.id, each.verification.day or now.astimezone(self._zone).date().isoformat()
            # most documents begin with the latest
            if new := _unknown(list(zip(each.verification.entries, keys[id], strict=True))[::-1], known[id]):
                news[id] = News(id, day, new)
        return news

    async def _log(self, connection: StoreConnection, news: dict[int, News], now: datetime) -> dict[int, PollOutcome]:
        """Append new entries to the log, and return which feeds have to see them."""
        if not news:
            return {}
        of_addresses = await feeds.of_addresses(connection, list(news))
        logged = dict(zip(news, await feed_entries.add(connection, list(news.values()), now), strict=True))
        unseen, behind = {id: list[UnseenEntries]() for id in news}, {id: list[Feed]() for id in news}
        for feed, last in of_addresses:
            if feed.paused_at:
                continue
            if feed.entry_id is not None and feed.entry_id >= last:
                unseen[feed.address_id].append(UnseenEntries(feed, logged[feed.address_id]))
            else:
                behind[feed.address_id].append(feed)
        return {id: PollOutcome(len(logged[id]), unseen[id], behind[id]) for id in news}


def _is_current(poll: Poll, addresses: dict[int, FeedAddress]) -> bool:
    """Return whether an address is still there, and was not polled during a look at it."""
    address = addresses.get(poll.before.id)
    return address is not None and not (poll.requested_at and address.requested_at)


def _after(poll: Poll, address: FeedAddress, other: int | None, now: datetime, *, is_news: bool) -> FeedAddress:
    """Return the address as it is after an answer."""
    before, answer, verification, requested_at = poll
    if requested_at:
        address = replace(address, requested_at=requested_at, unconditional_at=requested_at)
    if answer.failure:
        return address_states.failed(before, address, answer, now)
    return address_states.read(address, answer, verification, now, None if other else answer.moved, is_news=is_news)


async def _begin(
    connection: StoreConnection, addresses: Sequence[FeedAddress], now: datetime
) -> list[FeedAddress | None]:
    """Write that addresses are requested now; return each as it was before, None when it may not be requested."""
    postponed = [address_states.postponed(address, now) for address in addresses]
    firsts = [address if later is None else None for address, later in zip(addresses, postponed, strict=True)]
    begun = [address_states.requested(address, now) for address in firsts if address]
    await feed_addresses.replace_all(connection, begun, feed_addresses.lease_end(now))
    await feed_addresses.replace_all(connection, [each for each in postponed if each], None)
    return firsts


async def _postpone_hosts(
    connection: StoreConnection, polls: Sequence[Poll], addresses: dict[int, FeedAddress], now: datetime
) -> None:
    """Poll no address of a host that wants fewer requests."""
    for before, answer, *_ in polls:
        if answer.failure and answer.status == _TOO_MANY and not answer.is_postponed:
            wanted = retry_moment(answer.retry_after, now) or now + HOUR
            await feed_addresses.postpone_host(connection, addresses[before.id].host, wanted)


async def _keys_of(verification: Verification) -> Sequence[tuple[str, ...]]:
    """Return the entries' keys; those of many are found in a thread, since that takes a while."""
    entries = verification.entries
    if len(verification.keys) == len(entries):
        return verification.keys
    return keys_of(entries) if len(entries) < _MANY else await asyncio.to_thread(keys_of, entries)


def _unknown(
    entries: Sequence[tuple[FeedEntry, tuple[str, ...]]], known: Collection[str]
) -> list[tuple[FeedEntry, tuple[str, ...]]]:
    """Return the entries that were not announced under any of their keys, each once."""
    known, new = set(known), list[tuple[FeedEntry, tuple[str, ...]]]()
    for entry, keys in entries:
        if known.isdisjoint(keys):
            new.append((entry, keys))
            known.update(keys)
    return new


async def _other_address(connection: StoreConnection, address: FeedAddress, answer: FeedAnswer) -> int | None:
    """Return the known address onto which an address moved for good."""
    other = await feed_addresses.of_place(connection, answer.moved) if answer.moved and not answer.failure else None
    return other.id if other and other.id != address.id else None
