"""The addresses that are polled: which are due, who polls them, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, exists, func, or_, select, update

from bot.domain.feed_address import FeedAddress, Rhythm, Status
from bot.domain.feed_schedule import FURTHEST
from bot.i18n import message_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.feed_schema import feed_addresses, feeds

LEASE = timedelta(minutes=5)
_LONGEST_LEASE = timedelta(hours=1)  # a longer one was written by a clock that ran ahead
_UNUSED_KEPT = timedelta(days=1)
_TIMES = ("next_poll_at", "requested_at", "unconditional_at", "read_at", "news_at", "failing_since", "stopped_at")


async def get(connection: StoreConnection, address_id: int) -> FeedAddress | None:
    """Return an address."""
    row = (await connection.execute(_ONE, {"address": address_id})).first()
    return _read(row) if row else None


async def of_ids(connection: StoreConnection, ids: Iterable[int]) -> dict[int, FeedAddress]:
    """Return addresses by id."""
    return {row.id: _read(row) for row in await connection.execute(_OF_IDS, {"ids": list(ids)})}


async def of_place(connection: StoreConnection, url: str) -> FeedAddress | None:
    """Return the address that is this one or was moved there for good."""
    query = select(feed_addresses).where(or_(feed_addresses.c.url == url, feed_addresses.c.location == url))
    row = (await connection.execute(query.order_by(feed_addresses.c.location.is_not(None)).limit(1))).first()
    return _read(row) if row else None


async def lease_due(
    connection: StoreConnection, now: datetime, address_id: int | None = None, most: int = 1
) -> list[FeedAddress]:
    """Lease what is due of the hosts that have waited longest, until `lease_end(now)`; nobody else polls those hosts.

    With an address, only that one is leased. Nothing is returned when nothing is due.
    """
    values = {"now": iso(now), "furthest": iso(now + FURTHEST), "longest": iso(now + _LONGEST_LEASE), "most": most}
    hosts, due = (_HOSTS, _DUE_OF_HOSTS) if address_id is None else (_HOST_OF_ONE, _ONE_DUE)
    values |= {} if address_id is None else {"address": address_id}
    chosen = list(dict.fromkeys(await connection.scalars(hosts, values)))
    if not chosen:
        return []
    rows = (await connection.execute(due, values | {"hosts": chosen})).all()
    await extend(connection, [row.id for row in rows], now)
    return [_read(row) for row in rows]


async def extend(connection: StoreConnection, ids: Sequence[int], now: datetime) -> None:
    """Lease addresses from now on."""
    if ids:
        await connection.execute(_EXTEND, {"ids": list(ids), "until": iso(lease_end(now))})


async def get_leased(connection: StoreConnection, address_id: int, until: datetime) -> FeedAddress | None:
    """Return an address, if it is still leased by whoever leased it until that moment."""
    condition = (feed_addresses.c.id == address_id, feed_addresses.c.leased_until == iso(until))
    row = (await connection.execute(select(feed_addresses).where(*condition))).first()
    return _read(row) if row else None


async def lease_host(connection: StoreConnection, host: str, besides: Sequence[int], now: datetime) -> list[int] | None:
    """Lease all addresses of a host to which a redirect leads, and return them; None if somebody polls it."""
    is_leased = _leased(feed_addresses.c.leased_until, iso(now), iso(now + _LONGEST_LEASE)).label("is_leased")
    query = select(feed_addresses.c.id, is_leased).where(
        feed_addresses.c.host == host, feed_addresses.c.id.not_in(besides)
    )
    rows = (await connection.execute(query)).all()
    if any(row.is_leased for row in rows):
        return None
    ids = [row.id for row in rows]
    await extend(connection, ids, now)
    return ids


async def release(connection: StoreConnection, ids: Iterable[int]) -> None:
    """End the leases of addresses."""
    await connection.execute(_RELEASE, {"ids": list(ids)})


async def count_due(connection: StoreConnection, now: datetime) -> int:
    """Return how many addresses are due."""
    query = select(func.count()).select_from(feed_addresses).where(*_due(iso(now), iso(now + FURTHEST)))
    return int((await connection.execute(query)).scalar_one())


async def next_poll_at(connection: StoreConnection) -> datetime | None:
    """Return when the next address is due; None when none will be."""
    query = select(feed_addresses.c.next_poll_at).where(*_polled()).order_by(feed_addresses.c.next_poll_at).limit(1)
    moment = (await connection.execute(query)).scalar()
    return datetime.fromisoformat(moment) if moment else None


async def replace_all(
    connection: StoreConnection, addresses: Sequence[FeedAddress], leased_until: datetime | None
) -> None:
    """Write everything of addresses, which are leased until then, or no longer."""
    until = iso(leased_until) if leased_until else None
    rows = [
        {name: _column(name, getattr(address, name)) for name in _COLUMNS}
        | {"address": address.id, "leased_until": until}
        for address in addresses
    ]
    if rows:
        await connection.execute(_REPLACE, rows)


async def save(connection: StoreConnection, address_id: int, **columns: Any) -> None:
    """Change columns of an address; times, rhythm, trouble and status are given as FeedAddress has them."""
    values = {name: _column(name, value) for name, value in columns.items()}
    await connection.execute(update(feed_addresses).where(feed_addresses.c.id == address_id).values(values))


async def postpone_host(connection: StoreConnection, host: str, until: datetime) -> None:
    """Poll no address of a host before that moment."""
    condition = (feed_addresses.c.host == host, feed_addresses.c.next_poll_at < iso(until))
    await connection.execute(update(feed_addresses).where(*condition).values(next_poll_at=iso(until)))


async def remove_unused(connection: StoreConnection, now: datetime) -> None:
    """Delete the addresses that no feed has had for a day; the day keeps what is known of a feed that comes back."""
    unused = ~exists().where(feeds.c.address_id == feed_addresses.c.id)
    since = feed_addresses.c.leased_until  # an unused address is never polled, so its lease tells since when
    await connection.execute(delete(feed_addresses).where(unused, since < iso(now - _UNUSED_KEPT)))
    await connection.execute(update(feed_addresses).where(unused, since.is_(None)).values(leased_until=iso(now)))


def lease_end(now: datetime) -> datetime:
    """Return until when a lease holds that is taken now."""
    return now + LEASE


def _polled() -> tuple[ColumnElement[bool], ...]:
    used = exists().where(feeds.c.address_id == feed_addresses.c.id, feeds.c.paused_at.is_(None))
    return feed_addresses.c.stopped_at.is_(None), used


def _due(now: Any, furthest: Any) -> tuple[ColumnElement[bool], ...]:
    moment = feed_addresses.c.next_poll_at
    return (*_polled(), or_(moment <= now, moment > furthest))


def _leased(until: ColumnElement[Any], now: Any, longest: Any) -> ColumnElement[bool]:
    return and_(until.is_not(None), until > now, until <= longest)


# Built once: building them takes longer than SQLite takes to answer.
_COLUMNS = tuple(name for name in FeedAddress.__slots__ if name != "id")
_NOW: Any = bindparam("now")
_ADDRESS = feed_addresses.c.id == bindparam("address")
_others = feed_addresses.alias()
_POLLED_BY_OTHERS = select(_others.c.id).where(
    _others.c.host == feed_addresses.c.host, _leased(_others.c.leased_until, _NOW, bindparam("longest"))
)
_ONE = select(feed_addresses).where(_ADDRESS)
_OF_IDS = select(feed_addresses).where(feed_addresses.c.id.in_(bindparam("ids", expanding=True)))
_RELEASE = (
    update(feed_addresses).where(feed_addresses.c.id.in_(bindparam("ids", expanding=True))).values(leased_until=None)
)
_HOSTS = (
    select(feed_addresses.c.host)
    .where(*_due(_NOW, bindparam("furthest")), ~_POLLED_BY_OTHERS.exists())
    .order_by(feed_addresses.c.next_poll_at)
    .limit(bindparam("most"))
)
_HOST_OF_ONE = _HOSTS.where(_ADDRESS)
_DUE_OF_HOSTS = (
    select(feed_addresses)
    .where(*_due(_NOW, bindparam("furthest")), feed_addresses.c.host.in_(bindparam("hosts", expanding=True)))
    .order_by(feed_addresses.c.next_poll_at, feed_addresses.c.id)
)
_ONE_DUE = _DUE_OF_HOSTS.where(_ADDRESS)
_EXTEND = (
    update(feed_addresses)
    .where(feed_addresses.c.id.in_(bindparam("ids", expanding=True)))
    .values(leased_until=bindparam("until"))
)
_REPLACE = (
    update(feed_addresses).where(_ADDRESS).values({name: bindparam(name) for name in (*_COLUMNS, "leased_until")})
)


def _column(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    match name:
        case "rhythm":
            return {each: getattr(value, each) for each in Rhythm.__slots__}
        case "trouble":
            return value.columns() if value else None
        case "status":
            return [value.state, iso(value.since), value.reason.columns()] if value else None
        case _:
            return value


def _read(row: Row[Any]) -> FeedAddress:
    columns = row._asdict()
    del columns["leased_until"]
    for name in _TIMES:
        columns[name] = datetime.fromisoformat(columns[name]) if columns[name] else None
    rhythm = columns["rhythm"]
    lists = {name: tuple(rhythm[name]) for name in ("gaps", "skip_days") if name in rhythm}
    columns["rhythm"] = Rhythm(**rhythm | lists)
    columns["trouble"] = message_from(columns["trouble"]) if columns["trouble"] else None
    if status := columns["status"]:
        columns["status"] = Status(status[0], datetime.fromisoformat(status[1]), message_from(status[2]))
    return FeedAddress(**columns)
