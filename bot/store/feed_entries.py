"""What addresses announced: a log in the order of arrival, and the keys by which an entry is recognised again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, literal, null, select, tuple_, update

from bot.domain.feed_entry import FeedEntry, entry_from, json_of_entry
from bot.store.connection import StoreConnection
from bot.store.database import batched, iso
from bot.store.dialect import upsert
from bot.store.feed_schema import feed_addresses, feed_entries, feed_entry_keys, feeds

KEPT = 300  # entries of an address whose content is kept
_AT_ONCE = 50  # entries whose JSON is written or read in one step of the event loop
_KEYS_AT_ONCE = 500


# Built once: building them takes longer than SQLite takes to answer.
_KNOWN = select(feed_entry_keys.c.key).where(
    feed_entry_keys.c.address_id == bindparam("address"), feed_entry_keys.c.key.in_(bindparam("keys", expanding=True))
)
_KNOWN_PAIRS = select(feed_entry_keys.c.address_id, feed_entry_keys.c.key).where(
    tuple_(feed_entry_keys.c.address_id, feed_entry_keys.c.key).in_(bindparam("pairs", expanding=True))
)
_LAST = select(func.max(feed_entries.c.id))
_SINCE = select(feed_entries.c.id).where(feed_entries.c.id > bindparam("last")).order_by(feed_entries.c.id)
_INSERT = insert(feed_entries)
_INSERT_KEYS = upsert(feed_entry_keys).on_conflict_do_nothing()
_AFTER = (
    select(feed_entries.c.id, feed_entries.c.entry, feed_entries.c.day)
    .where(feed_entries.c.address_id == bindparam("address"), feed_entries.c.id > bindparam("entry_id"))
    .order_by(feed_entries.c.id)
    .limit(bindparam("most"))
)


_OF_ADDRESS = feed_entries.c.address_id == bindparam("address")
_NEWEST = select(feed_entries.c.id).where(_OF_ADDRESS).order_by(feed_entries.c.id.desc()).limit(1).offset(KEPT)
_SEEN = select(func.min(func.coalesce(feeds.c.entry_id, 0))).where(
    feeds.c.address_id == bindparam("address"), feeds.c.paused_at.is_(None)
)
_FORGET = (
    update(feed_entries)
    .where(
        _OF_ADDRESS,
        feed_entries.c.entry.is_not(None),
        feed_entries.c.id <= _NEWEST.scalar_subquery(),
        feed_entries.c.id <= func.coalesce(_SEEN.scalar_subquery(), _NEWEST.scalar_subquery()),
    )
    .values(entry=null())
)
_OLD_CONTENT = (
    select(feed_entries.c.entry.is_not(None))
    .where(feed_entries.c.address_id == feed_addresses.c.id)
    .order_by(feed_entries.c.id.desc())
    .limit(1)
    .offset(KEPT)
)
_WITH_OLD = select(feed_addresses.c.id).where(
    feed_addresses.c.id.in_(bindparam("addresses", expanding=True)), _OLD_CONTENT.scalar_subquery()
)


class News(NamedTuple):
    """What an address announces for the first time on a day, the oldest first: entries with their keys."""

    address_id: int
    day: str
    entries: Sequence[tuple[FeedEntry, Sequence[str]]]


class LoggedEntry(NamedTuple):
    """An entry in the log; `entry` is None when its content is no longer kept."""

    id: int
    entry: FeedEntry | None
    day: str


async def known_keys(connection: StoreConnection, address_id: int, keys: Iterable[str]) -> set[str]:
    """Return those of the keys under which the address has announced something."""
    known = set[str]()
    for batch in batched(list(dict.fromkeys(keys)), _KEYS_AT_ONCE):
        hashes = {_hash(key): key for key in batch}
        values = {"address": address_id, "keys": list(hashes)}
        known |= {hashes[each] for each in await connection.scalars(_KNOWN, values)}
    return known


async def known_by_address(connection: StoreConnection, keys: Mapping[int, Iterable[str]]) -> dict[int, set[str]]:
    """Return for each address those of the keys under which it has announced something."""
    pairs = {(address, _hash(key)): key for address, of_address in keys.items() for key in of_address}
    known = {address: set[str]() for address in keys}
    for batch in batched(list(pairs), _KEYS_AT_ONCE):
        for address, hashed in await connection.execute(_KNOWN_PAIRS, {"pairs": batch}):
            known[address].add(pairs[address, bytes(hashed)])
    return known


async def add(connection: StoreConnection, news: Sequence[News], now: datetime) -> list[list[LoggedEntry]]:
    """Append new entries with their keys; return them as they are in the log, for each address."""
    every = [(each.address_id, each.day, entry, keys) for each in news for entry, keys in each.entries]
    last = (await connection.execute(_LAST)).scalar() or 0
    for batch in batched(every, _AT_ONCE):
        rows = [
            {"address_id": address_id, "entry": json_of_entry(entry), "seen_at": iso(now), "day": day}
            for address_id, day, entry, _ in batch
        ]
        await connection.execute(_INSERT, rows)  # with RETURNING it would be a statement for each row
        hashes = [{"address_id": address_id, "key": _hash(key)} for address_id, _, _, keys in batch for key in keys]
        await connection.execute(_INSERT_KEYS, hashes)
    logged = iter(await connection.scalars(_SINCE, {"last": last}))
    return [[LoggedEntry(next(logged), entry, each.day) for entry, _ in each.entries] for each in news]


async def after(connection: StoreConnection, address_id: int, entry_id: int, most: int = _AT_ONCE) -> list[LoggedEntry]:
    """Return the next entries after one of them, in the order of arrival."""
    values = {"address": address_id, "entry_id": entry_id, "most": most}
    return [_read(*row) for row in await connection.execute(_AFTER, values)]


async def latest(connection: StoreConnection, address_id: int, most: int = 200) -> list[LoggedEntry]:
    """Return the last entries whose content is kept, newest first."""
    query = (
        select(feed_entries.c.id, feed_entries.c.entry, feed_entries.c.day)
        .where(feed_entries.c.address_id == address_id, feed_entries.c.entry.is_not(None))
        .order_by(feed_entries.c.id.desc())
    )
    return [_read(*row) for row in await connection.execute(query.limit(most))]


async def first_seen(connection: StoreConnection, address_id: int) -> datetime | None:
    """Return when an address's first entry was seen."""
    query = select(feed_entries.c.seen_at).where(feed_entries.c.address_id == address_id).order_by(feed_entries.c.id)
    moment = (await connection.execute(query.limit(1))).scalar()
    return datetime.fromisoformat(moment) if moment else None


async def last_id(connection: StoreConnection, address_id: int) -> int:
    """Return the number of an address's last entry, 0 if it never announced anything."""
    query = select(func.max(feed_entries.c.id)).where(feed_entries.c.address_id == address_id)
    return (await connection.execute(query)).scalar() or 0


async def copy_keys(connection: StoreConnection, from_id: int, to_id: int) -> None:
    """Let an address recognise what another one announced."""
    keys = select(literal(to_id), feed_entry_keys.c.key).where(feed_entry_keys.c.address_id == from_id)
    await connection.execute(upsert(feed_entry_keys).from_select(["address_id", "key"], keys).on_conflict_do_nothing())


async def forget_old(connection: StoreConnection, address_ids: Sequence[int]) -> None:
    """Delete the content of all but the newest entries, unless a feed that is not paused still has to see them."""
    for address_id in list(await connection.scalars(_WITH_OLD, {"addresses": list(address_ids)})):
        await connection.execute(_FORGET, {"address": address_id})


def _hash(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _read(id: int, entry: dict[str, Any] | None, day: str) -> LoggedEntry:
    return LoggedEntry(id, entry_from(entry) if entry else None, day)
