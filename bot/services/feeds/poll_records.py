"""Writes what a poll brought: first that a request leaves, then what was answered, each in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.entry_identity import keys_of
from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, FeedAnswer, host_of
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_schedule import (
    FURTHEST,
    HOUR,
    after_failure,
    after_reading,
    earliest,
    retry_moment,
    rhythm_after,
    without_future,
)
from bot.services.feeds.answer_check import Checked
from bot.services.ports import Clock
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.connection import StoreConnection
from bot.store.database import Database

GONE, TOO_MANY = 410, 429
_MANY = 200  # entries


class Lane(NamedTuple):
    """What is due of one host: the address that is requested now, as it was before, and the ids of the others.

    `first` is None when it may not be requested yet.
    """

    first: FeedAddress | None
    waiting: list[int]
    leased_until: datetime


class Finished(NamedTuple):
    """How many entries of an answer are new, the feeds that have to see them, and the address onto which it moved."""

    new: int = 0
    feeds: Sequence[Feed] = ()
    moved_to: int | None = None


class PollRecords:
    """Writes polls of addresses."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database, self._clock, self._zone = database, clock, zone

    async def claim(self, address_id: int | None = None) -> Lane | None:
        """Lease what is due of the host that has waited longest, or one address; write that the first is requested.

        None is returned when nothing is due.
        """
        now = self._clock()
        async with self._database.write() as connection:
            lane = await feed_addresses.claim(connection, now, address_id)
            if not lane:
                return None
            first = await self._begin(connection, lane[0], now)
        return Lane(first, [address.id for address in lane[1:]], feed_addresses.lease_end(now))

    async def next(self, lane: Lane) -> Lane:
        """Write that the next address of a lane is requested, and lease the others of its host anew."""
        address_id, *waiting = lane.waiting
        now = self._clock()
        async with self._database.write() as connection:
            address = await feed_addresses.get_leased(connection, address_id, lane.leased_until)
            first = await self._begin(connection, address, now) if address else None
            await feed_addresses.extend(connection, waiting, now)
        return Lane(first, waiting, feed_addresses.lease_end(now))

    async def _begin(self, connection: StoreConnection, address: FeedAddress, now: datetime) -> FeedAddress | None:
        """Write that an address is requested now; return it as it was before, None when it may not be requested."""
        limit = earliest(address, now)
        if limit > now:
            await _save(connection, replace(without_future(address, now), next_poll_at=limit))
            return None
        if address.stopped_at or now < address.next_poll_at <= now + FURTHEST:  # a 429 postponed the whole host
            await _save(connection, address)
            return None
        unconditional_at = address.unconditional_at if address.is_conditional else now
        requested = replace(address, requested_at=now, unconditional_at=unconditional_at)
        requested = replace(requested, next_poll_at=earliest(requested, now))  # for the case that this is the end
        await feed_addresses.replace_one(connection, requested, feed_addresses.lease_end(now))
        return address

    async def finish(
        self, before: FeedAddress, answer: FeedAnswer, checked: Checked, requested_at: datetime | None = None
    ) -> Finished:
        """Write an answer; `requested_at` is when it was requested without validators, unless `claim` wrote that."""
        now = self._clock()
        keys = await _keys_of(checked.entries)
        async with self._database.write() as connection:
            address = await feed_addresses.get(connection, before.id)
            if address is None or (requested_at and address.requested_at):  # polled meanwhile
                return Finished()
            if requested_at:
                address = replace(address, requested_at=requested_at, unconditional_at=requested_at)
            if answer.failure:
                await self._fail(connection, before, address, answer, now)
                return Finished()
            entries = list(zip(checked.entries, keys, strict=True))[::-1]  # most documents begin with the latest
            new = await _new_entries(connection, address.id, entries)
            day = checked.day or now.astimezone(self._zone).date().isoformat()
            await feed_entries.add(connection, address.id, new, now, day)
            of_address = await feeds.of_address(connection, address.id) if new else []
            other = await _other_address(connection, address, answer)
            moved = answer.moved if not other else None
            await self._read(connection, _moved(address, moved), answer, checked, now, is_news=bool(new))
        return Finished(len(new), [feed for feed in of_address if not feed.paused_at], other)

    async def _read(
        self,
        connection: StoreConnection,
        address: FeedAddress,
        answer: FeedAnswer,
        checked: Checked,
        now: datetime,
        *,
        is_news: bool,
    ) -> None:
        etag, last_modified = _validators(address, answer)
        after = replace(
            address,
            etag=etag,
            last_modified=last_modified,
            title=(answer.document.title if answer.document else None) or address.title,
            rhythm=rhythm_after(address, answer, now, is_news=is_news),
            read_at=now,
            news_at=now if is_news else address.news_at,
            failing_since=None,
            failures=0,
            trouble=None,
            status=checked.status,
        )
        next_poll_at = after_reading(after, now) if checked.is_whole else now + HOUR
        await _save(connection, replace(after, next_poll_at=next_poll_at))

    async def _fail(
        self,
        connection: StoreConnection,
        before: FeedAddress,
        address: FeedAddress,
        answer: FeedAnswer,
        now: datetime,
    ) -> None:
        if answer.is_postponed:
            await _save(connection, replace(address, next_poll_at=earliest(address, now)))
            return
        if not answer.was_sent:
            address = replace(address, unconditional_at=before.unconditional_at)
        if not answer.was_sent and (free := retry_moment(answer.retry_after, now)):  # it is not its turn: no failure
            await _save(connection, replace(address, requested_at=before.requested_at, next_poll_at=free))
            return
        address = replace(
            address,
            failures=address.failures + 1,
            failing_since=address.failing_since or now,
            trouble=answer.failure,
            stopped_at=now if answer.status == GONE else None,
        )
        next_poll_at = after_failure(address, answer, now)
        await _save(connection, replace(address, next_poll_at=next_poll_at))
        if answer.status == TOO_MANY:
            wanted = retry_moment(answer.retry_after, now) or now + HOUR
            await feed_addresses.postpone_host(connection, address.host, wanted)


async def _keys_of(entries: Sequence[FeedEntry]) -> list[tuple[str, ...]]:
    """Return the entries' keys; those of many are found in a thread, since that takes a while."""
    return keys_of(entries) if len(entries) < _MANY else await asyncio.to_thread(keys_of, entries)


async def _new_entries(
    connection: StoreConnection, address_id: int, entries: Sequence[tuple[FeedEntry, tuple[str, ...]]]
) -> list[tuple[FeedEntry, tuple[str, ...]]]:
    """Return the entries that the address has not announced under any of their keys, each once."""
    known = await feed_entries.known_keys(connection, address_id, [key for _, keys in entries for key in keys])
    new = list[tuple[FeedEntry, tuple[str, ...]]]()
    for entry, keys in entries:
        if known.isdisjoint(keys):
            new.append((entry, keys))
            known.update(keys)
    return new


async def _save(connection: StoreConnection, address: FeedAddress, leased_until: datetime | None = None) -> None:
    await feed_addresses.replace_one(connection, address, leased_until)


async def _other_address(connection: StoreConnection, address: FeedAddress, answer: FeedAnswer) -> int | None:
    """Return the known address onto which an address moved for good."""
    other = await feed_addresses.of_place(connection, answer.moved) if answer.moved else None
    return other.id if other and other.id != address.id else None


def _moved(address: FeedAddress, place: str | None) -> FeedAddress:
    if place is None:
        return address
    return replace(address, location=None if place == address.url else place, host=host_of(place))


def _validators(address: FeedAddress, answer: FeedAnswer) -> tuple[str | None, str | None]:
    """Return the validators to keep: the answer's, or the old ones where a 304 or a part of a document has none."""
    if answer.document and not answer.document.is_broken:
        return answer.etag, answer.last_modified
    return answer.etag or address.etag, answer.last_modified or address.last_modified
