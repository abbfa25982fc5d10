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
from bot.services.feeds.answer_check import Checked
from bot.services.feeds.offering import Unseen
from bot.services.feeds.seen_items import SeenItems
from bot.services.ports import Clock
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.feed_entries import News

_TOO_MANY = 429
_MANY = 200  # entries


class Lane(NamedTuple):
    """What is due of one host: the address that is requested now, as it was before, and the ids of the others.

    `first` is None when it may not be requested yet.
    """

    first: FeedAddress | None
    waiting: list[int]
    leased_until: datetime


class Answered(NamedTuple):
    """What an address answered, which was as `before` when it was requested.

    `requested_at` is when it was requested without validators, unless `claim` wrote that.
    """

    before: FeedAddress
    answer: FeedAnswer
    checked: Checked
    requested_at: datetime | None = None


class Finished(NamedTuple):
    """How many entries of an answer are new, the feeds that have to see them, and the address onto which it moved.

    Feeds that are `behind` have earlier entries to see too.
    """

    new: int = 0
    unseen: Sequence[Unseen] = ()
    behind: Sequence[Feed] = ()
    moved_to: int | None = None


class PollRecords:
    """Writes polls of addresses."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, seen: SeenItems) -> None:
        self._database, self._clock, self._zone, self._seen = database, clock, zone, seen

    async def claim(self, most: int, address_id: int | None = None) -> list[Lane]:
        """Lease what is due of the hosts that have waited longest, or one address.

        Also write that the first address of each host is requested. Nothing is returned when nothing is due.
        """
        now, lanes = self._clock(), dict[str, list[FeedAddress]]()
        async with self._database.write() as connection:
            for address in await feed_addresses.claim(connection, now, address_id, most):
                lanes.setdefault(address.host, []).append(address)
            firsts = await _begin(connection, [lane[0] for lane in lanes.values()], now)
        until = feed_addresses.lease_end(now)
        return [
            Lane(first, [address.id for address in lane[1:]], until)
            for first, lane in zip(firsts, lanes.values(), strict=True)
        ]

    async def next(self, lane: Lane) -> Lane:
        """Write that the next address of a lane is requested, and lease the others of its host anew."""
        address_id, *waiting = lane.waiting
        now = self._clock()
        async with self._database.write() as connection:
            address = await feed_addresses.get_leased(connection, address_id, lane.leased_until)
            (first,) = await _begin(connection, [address], now) if address else [None]
            await feed_addresses.extend(connection, waiting, now)
        return Lane(first, waiting, feed_addresses.lease_end(now))

    async def finish(self, answered: Sequence[Answered]) -> list[Finished]:
        """Write answers."""
        now = self._clock()
        keys = {each.before.id: await _keys_of(each.checked) for each in answered}
        async with self._database.write() as connection:
            addresses = await feed_addresses.of_ids(connection, keys)
            current = [each for each in answered if _is_current(each, addresses)]
            news = await self._new_entries(connection, current, keys, now)
            unseen = await self._log(connection, news, now)
            finished = {each.before.id: unseen.get(each.before.id, Finished()) for each in answered}
            after = list[FeedAddress]()
            for each in current:
                address, is_news = addresses[each.before.id], each.before.id in news
                other = await _other_address(connection, address, each.answer)
                finished[address.id] = finished[address.id]._replace(moved_to=other)
                after.append(_after(each, address, other, now, is_news=is_news))
            await feed_addresses.replace_all(connection, after, None)
            await _postpone_hosts(connection, current, addresses, now)
        for each in current:
            if not each.answer.failure:
                self._seen.keep(each.before, now, each.answer.document.seen if each.answer.document else "")
        return [finished[each.before.id] for each in answered]

    async def _new_entries(
        self,
        connection: StoreConnection,
        answered: Sequence[Answered],
        keys: dict[int, Sequence[tuple[str, ...]]],
        now: datetime,
    ) -> dict[int, News]:
        """Return what addresses announce for the first time."""
        wanted = {each.before.id: list(chain.from_iterable(keys[each.before.id])) for each in answered}
        known = await feed_entries.known_by_address(connection, wanted)
        news = dict[int, News]()
        for each in answered:
            id, day = each.before.id, each.checked.day or now.astimezone(self._zone).date().isoformat()
            # most documents begin with the latest
            if new := _unknown(list(zip(each.checked.entries, keys[id], strict=True))[::-1], known[id]):
                news[id] = News(id, day, new)
        return news

    async def _log(self, connection: StoreConnection, news: dict[int, News], now: datetime) -> dict[int, Finished]:
        """Append new entries to the log, and return which feeds have to see them."""
        if not news:
            return {}
        of_addresses = await feeds.of_addresses(connection, list(news))
        logged = dict(zip(news, await feed_entries.add(connection, list(news.values()), now), strict=True))
        unseen, behind = {id: list[Unseen]() for id in news}, {id: list[Feed]() for id in news}
        for feed, last in of_addresses:
            if feed.paused_at:
                continue
            if feed.entry_id is not None and feed.entry_id >= last:
                unseen[feed.address_id].append(Unseen(feed, logged[feed.address_id]))
            else:
                behind[feed.address_id].append(feed)
        return {id: Finished(len(logged[id]), unseen[id], behind[id]) for id in news}


def _is_current(answered: Answered, addresses: dict[int, FeedAddress]) -> bool:
    """Return whether an address is still there, and was not polled during a look at it."""
    address = addresses.get(answered.before.id)
    return address is not None and not (answered.requested_at and address.requested_at)


def _after(answered: Answered, address: FeedAddress, other: int | None, now: datetime, *, is_news: bool) -> FeedAddress:
    """Return the address as it is after an answer."""
    before, answer, checked, requested_at = answered
    if requested_at:
        address = replace(address, requested_at=requested_at, unconditional_at=requested_at)
    if answer.failure:
        return address_states.failed(before, address, answer, now)
    return address_states.read(address, answer, checked, now, None if other else answer.moved, is_news=is_news)


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
    connection: StoreConnection, answered: Sequence[Answered], addresses: dict[int, FeedAddress], now: datetime
) -> None:
    """Poll no address of a host that wants fewer requests."""
    for before, answer, *_ in answered:
        if answer.failure and answer.status == _TOO_MANY and not answer.is_postponed:
            wanted = retry_moment(answer.retry_after, now) or now + HOUR
            await feed_addresses.postpone_host(connection, addresses[before.id].host, wanted)


async def _keys_of(checked: Checked) -> Sequence[tuple[str, ...]]:
    """Return the entries' keys; those of many are found in a thread, since that takes a while."""
    entries = checked.entries
    if len(checked.keys) == len(entries):
        return checked.keys
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
