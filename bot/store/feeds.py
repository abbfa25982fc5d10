"""The feeds of workspaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, insert, or_, select, update

from bot.domain.feed import Feed
from bot.domain.feed_address import host_of
from bot.domain.feed_filter import FeedFilter
from bot.store import feed_addresses
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.feed_schema import candidate_feeds, feed_entries, feeds
from bot.store.feed_schema import feed_addresses as addresses
from bot.store.schema import candidates


async def add(
    connection: StoreConnection,
    workspace_id: int,
    name: str,
    url: str,
    filter: FeedFilter,
    now: datetime,
    *,
    by: str | None = None,
    configured: dict[str, Any] | None = None,
) -> Feed:
    """Insert a feed and return it; also insert its address if nobody has a feed with it. The name must be free."""
    values = {
        "workspace_id": workspace_id,
        "name": name,
        "address_id": await address_of(connection, url, now),
        **columns_of(filter),
        "created_at": iso(now),
        "created_by": by,
        "configured": configured,
    }
    await connection.execute(insert(feeds).values(values))
    feed = await by_name(connection, workspace_id, name)
    assert feed
    return feed


async def address_of(connection: StoreConnection, url: str, now: datetime) -> int:
    """Return the id of an address, or of one that moved there for good; a new one is inserted and due at once."""
    if known := await feed_addresses.of_place(connection, url):
        return known.id
    values = {"url": url, "host": host_of(url), "next_poll_at": iso(now), "rhythm": {}}
    inserted = await connection.execute(insert(addresses).values(values).returning(addresses.c.id))
    address_id: int = inserted.scalar_one()
    return address_id


async def all_of(connection: StoreConnection, workspace_id: int) -> list[Feed]:
    """Return a workspace's feeds by name."""
    query = _SELECTION.where(feeds.c.workspace_id == workspace_id).order_by(feeds.c.name)
    return [_read(row) for row in await connection.execute(query)]


async def of_address(connection: StoreConnection, address_id: int) -> list[Feed]:
    """Return all feeds of an address, of every workspace, oldest first."""
    return [_read(row) for row in await connection.execute(_OF_ADDRESS, {"address": address_id})]


async def of_addresses(connection: StoreConnection, ids: Sequence[int]) -> list[tuple[Feed, int]]:
    """Return all feeds of addresses, oldest first, each with the last entry of its address, 0 without any."""
    rows = await connection.execute(_OF_ADDRESSES, {"addresses": list(ids)})
    return [(_read(row), row.last or 0) for row in rows]


async def of_ids(connection: StoreConnection, ids: Sequence[int]) -> dict[int, Feed]:
    """Return feeds by id."""
    return {row.id: _read(row) for row in await connection.execute(_OF_IDS, {"feeds": list(ids)})}


async def by_name(connection: StoreConnection, workspace_id: int, name: str) -> Feed | None:
    """Return the feed of that name."""
    query = _SELECTION.where(feeds.c.workspace_id == workspace_id, feeds.c.name == name)
    row = (await connection.execute(query)).first()
    return _read(row) if row else None


async def configured(connection: StoreConnection, workspace_id: int) -> dict[str, dict[str, Any]]:
    """Return what the settings last had for the feeds from there, by name."""
    query = select(feeds.c.name, feeds.c.configured).where(
        feeds.c.workspace_id == workspace_id, feeds.c.configured.is_not(None)
    )
    return dict(map(tuple, await connection.execute(query)))


async def by_id(connection: StoreConnection, feed_id: int) -> Feed | None:
    """Return a feed."""
    row = (await connection.execute(_BY_ID, {"feed": feed_id})).first()
    return _read(row) if row else None


async def behind(connection: StoreConnection) -> list[Feed]:
    """Return the feeds, without paused ones, that have not seen all entries of an address that was read."""
    unseen = or_(feeds.c.entry_id.is_(None), feeds.c.entry_id < _LAST)
    query = _SELECTION.where(feeds.c.paused_at.is_(None), addresses.c.read_at.is_not(None), unseen)
    return [_read(row) for row in await connection.execute(query.order_by(feeds.c.id))]


async def see(connection: StoreConnection, entry_ids: Mapping[int, int]) -> None:
    """Write for feeds the last entry that each was held against."""
    if entry_ids:
        rows = [{"feed": feed, "last": entry} for feed, entry in entry_ids.items()]
        await connection.execute(_SEE, rows)


async def save(connection: StoreConnection, feed_id: int, **columns: Any) -> None:
    """Change columns of a feed."""
    await connection.execute(update(feeds).where(feeds.c.id == feed_id).values(columns))


async def remove(connection: StoreConnection, feed_id: int) -> None:
    """Delete a feed and its ledger; its candidates stay."""
    await connection.execute(delete(feeds).where(feeds.c.id == feed_id))


async def count_waiting(connection: StoreConnection, feed_id: int) -> int:
    """Return how many of a feed's finds wait for a decision."""
    query = (
        select(func.count())
        .select_from(candidate_feeds.join(candidates, candidates.c.number == candidate_feeds.c.number))
        .where(candidate_feeds.c.feed_id == feed_id, candidates.c.decision.is_(None))
    )
    return int((await connection.execute(query)).scalar_one())


def columns_of(filter: FeedFilter) -> dict[str, Any]:
    """Return a filter as columns."""
    return {name: list(getattr(filter, name)) for name in ("include", "exclude", "authors", "tags")}


_SELECTION: Select[Any] = select(feeds, addresses.c.url).join(addresses, addresses.c.id == feeds.c.address_id)
_OF_ADDRESS = _SELECTION.where(feeds.c.address_id == bindparam("address")).order_by(feeds.c.id)
_BY_ID = _SELECTION.where(feeds.c.id == bindparam("feed"))
_OF_IDS = _SELECTION.where(feeds.c.id.in_(bindparam("feeds", expanding=True)))
_LAST = select(func.max(feed_entries.c.id)).where(feed_entries.c.address_id == feeds.c.address_id).scalar_subquery()
_OF_ADDRESSES = (
    _SELECTION.add_columns(_LAST.label("last"))
    .where(feeds.c.address_id.in_(bindparam("addresses", expanding=True)))
    .order_by(feeds.c.id)
)
_SEE = update(feeds).where(feeds.c.id == bindparam("feed")).values(entry_id=bindparam("last"))


def _read(row: Row[Any]) -> Feed:
    return Feed(
        id=row.id,
        workspace_id=row.workspace_id,
        address_id=row.address_id,
        name=row.name,
        url=row.url,
        filter=FeedFilter(tuple(row.include), tuple(row.exclude), tuple(row.authors), tuple(row.tags)),
        created_at=datetime.fromisoformat(row.created_at),
        paused_at=datetime.fromisoformat(row.paused_at) if row.paused_at else None,
        entry_id=row.entry_id,
        is_configured=row.configured is not None,
    )
