"""What addresses announced: a log in the order of arrival, and the keys by which an entry is recognised again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, literal, null, select, update

from bot.domain.feed_entry import FeedEntry, entry_from, json_of_entry
from bot.store.connection import StoreConnection
from bot.store.database import batched, iso
from bot.store.dialect import upsert
from bot.store.feed_schema import feed_entries, feed_entry_keys, feeds

KEPT = 300  # entries of an address whose content is kept
_AT_ONCE = 50  # entries whose JSON is written or read in one step of the event loop
_KEYS_AT_ONCE = 500


# Built once: building them takes longer than SQLite takes to answer.
_KNOWN = select(feed_entry_keys.c.key).where(
    feed_entry_keys.c.address_id == bindparam("address"), feed_entry_keys.c.key.in_(bindparam("keys", expanding=True))
)
_INSERT, _INSERT_KEYS = insert(feed_entries), upsert(feed_entry_keys).on_conflict_do_nothing()
_AFTER = (
    select(feed_entries.c.id, feed_entries.c.entry, feed_entries.c.day)
    .where(feed_entries.c.address_id == bindparam("address"), feed_entries.c.id > bindparam("entry_id"))
    .order_by(feed_entries.c.id)
    .limit(bindparam("most"))
)


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


async def add(
    connection: StoreConnection,
    address_id: int,
    entries: Sequence[tuple[FeedEntry, Sequence[str]]],
    now: datetime,
    day: str,
) -> None:
    """Append new entries with their keys, the oldest first."""
    for batch in batched(entries, _AT_ONCE):
        rows = [
            {"address_id": address_id, "entry": json_of_entry(entry), "seen_at": iso(now), "day": day}
            for entry, _ in batch
        ]
        await connection.execute(_INSERT, rows)
        keys = [{"address_id": address_id, "key": _hash(key)} for _, keys in batch for key in keys]
        await connection.execute(_INSERT_KEYS, keys)


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


async def forget_old(connection: StoreConnection, address_id: int) -> None:
    """Delete the content of all but the newest entries, unless a feed that is not paused still has to see them."""
    of_address = feed_entries.c.address_id == address_id
    newest = select(feed_entries.c.id).where(of_address).order_by(feed_entries.c.id.desc()).limit(1).offset(KEPT)
    seen = select(func.min(func.coalesce(feeds.c.entry_id, 0))).where(
        feeds.c.address_id == address_id, feeds.c.paused_at.is_(None)
    )
    condition = (
        of_address,
        feed_entries.c.entry.is_not(None),
        feed_entries.c.id <= newest.scalar_subquery(),
        feed_entries.c.id <= func.coalesce(seen.scalar_subquery(), newest.scalar_subquery()),
    )
    await connection.execute(update(feed_entries).where(*condition).values(entry=null()))


def _hash(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _read(id: int, entry: dict[str, Any] | None, day: str) -> LoggedEntry:
    return LoggedEntry(id, entry_from(entry) if entry else None, day)
