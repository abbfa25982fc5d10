"""Leases on open editions: one owner at a time, until its lease expires or its process ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, not_, or_, select, update

from bot.i18n import Locale, Message, message_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import is_among
from bot.store.schema import editions, subscriptions
from bot.store.subscriptions import is_retry_due

_LONGEST_LEASE = timedelta(hours=1)


class OpenEdition(NamedTuple):
    """An edition that has not completely arrived."""

    id: int
    workspace_id: int
    subscription_id: int
    subscription: str
    channel: str
    locale: Locale
    number: int
    failures: int = 0  # since one of its messages last arrived
    is_trial: bool = False  # its subscription is paused, and this attempt shows whether it can resume


async def acquire(
    connection: StoreConnection,
    owner: str,
    now: datetime,
    until: datetime,
    *,
    platforms: Sequence[str],
    is_dead: Callable[[str], bool],
    most: int = 1,
    besides: Collection[int] = (),
    subscription_id: int | None = None,
) -> list[OpenEdition]:
    """Lease open editions without a living owner: the oldest of every server first, then the next of every server.

    A subscription's second edition waits for its first. Left out are editions of ended subscriptions, of paused ones
    until their retry is due, of other platforms, and those in `besides`.
    """
    conditions = [
        _is_free(now, await _dead_owners(connection, is_dead)),
        not_(is_among(editions.c.id, besides)),
        or_(*(subscriptions.c.channel.startswith(f"{name}:", autoescape=True) for name in platforms)),
    ]
    if subscription_id is not None:
        conditions.append(subscriptions.c.id == subscription_id)
    rows = list(await connection.execute(_round_robin(now, conditions).limit(most)))
    if not rows:
        return []
    free = select(editions.c.id).where(
        is_among(editions.c.id, [each.id for each in rows]), editions.c.done_at.is_(None), conditions[0]
    )
    take = update(editions).where(editions.c.id.in_(free.with_for_update(skip_locked=True)))
    lease = {"lease_owner": owner, "leased_until": iso(until)}
    taken = set(await connection.scalars(take.values(lease).returning(editions.c.id)))
    return [_opened(each) for each in rows if each.id in taken]


async def _dead_owners(connection: StoreConnection, is_dead: Callable[[str], bool]) -> list[str]:
    held = editions.c.done_at.is_(None), editions.c.lease_owner.is_not(None)
    owners = await connection.scalars(select(editions.c.lease_owner).where(*held).distinct())
    return [name for name in owners if is_dead(name)]


def _is_free(now: datetime, dead: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that nobody has an edition now; a very long lease was written by a clock that ran ahead."""
    until = editions.c.leased_until
    horizon = iso(now + _LONGEST_LEASE)
    return or_(until.is_(None), until < iso(now), until > horizon, editions.c.lease_owner.in_(dead))


def _round_robin(now: datetime, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Return the query of the open editions in the order of `round_robin`."""
    oldest = select(func.min(editions.c.id)).where(editions.c.done_at.is_(None)).group_by(editions.c.subscription_id)
    channel = subscriptions.c.channel
    server = func.rtrim(channel, func.replace(channel, "/", ""))  # what is left of the last slash
    turn = func.row_number().over(partition_by=server, order_by=editions.c.id)
    return (
        select(
            editions.c.id,
            editions.c.workspace_id,
            editions.c.subscription_id,
            subscriptions.c.name,
            channel,
            subscriptions.c.locale,
            editions.c.number,
            editions.c.failures,
            subscriptions.c.paused_reason,
        )
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(editions.c.id.in_(oldest))
        .where(subscriptions.c.ended_at.is_(None), or_(subscriptions.c.paused_reason.is_(None), is_retry_due(now)))
        .where(*conditions)
        .order_by(turn, editions.c.id)
    )


def _opened(row: Row[Any]) -> OpenEdition:
    return OpenEdition(
        row.id,
        row.workspace_id,
        row.subscription_id,
        row.name,
        row.channel,
        row.locale,
        row.number,
        row.failures,
        row.paused_reason is not None,
    )


async def renew(connection: StoreConnection, owner: str, edition_ids: Collection[int], until: datetime) -> None:
    """Extend the leases of editions that are still held."""
    held = await holds(connection, owner, edition_ids, keeps=True)
    await connection.execute(update(editions).where(is_among(editions.c.id, held)).values(leased_until=iso(until)))


async def holds(
    connection: StoreConnection, owner: str, edition_ids: Collection[int], *, keeps: bool = False
) -> set[int]:
    """Return which of the editions the owner still holds; with `keeps`, it does so until the transaction ends."""
    query = select(editions.c.id).where(is_among(editions.c.id, edition_ids), editions.c.lease_owner == owner)
    if keeps:  # always in the same order, so that no two transactions wait for each other
        query = query.order_by(editions.c.id).with_for_update()
    return set(await connection.scalars(query))


async def release(
    connection: StoreConnection,
    owner: str,
    edition_id: int,
    until: datetime | None = None,
    trouble: Message | None = None,
) -> None:
    """Release an edition if it is still held; with `until`, it is not leased again before that time."""
    conditions = (editions.c.id == edition_id, editions.c.lease_owner == owner)
    free = {"lease_owner": None, "leased_until": iso(until) if until else None}
    why = {"trouble": trouble.columns()} if trouble else {}
    await connection.execute(update(editions).where(*conditions).values(**free, **why))


async def wake(connection: StoreConnection, place: str) -> None:
    """Make the postponed editions of a channel or a server (`discord:<server id>`) due at once."""
    channel = subscriptions.c.channel
    is_there = or_(channel == place, channel.startswith(f"{place}/", autoescape=True))
    ids = select(subscriptions.c.id).where(is_there)
    conditions = (editions.c.done_at.is_(None), editions.c.lease_owner.is_(None), editions.c.subscription_id.in_(ids))
    await connection.execute(update(editions).where(*conditions).values(leased_until=None, failures=0))


async def count_failure(connection: StoreConnection, owner: str, edition_id: int) -> tuple[int, str | None] | None:
    """Count a failure of an edition; return the earlier failures since it last made progress and the reported trouble.

    Returns None when another owner holds it now.
    """
    conditions = (editions.c.id == edition_id, editions.c.lease_owner == owner)
    query = select(editions.c.failures, editions.c.reported_trouble).where(*conditions)
    row = (await connection.execute(query)).first()
    await connection.execute(update(editions).where(*conditions).values(failures=editions.c.failures + 1))
    return (row.failures, row.reported_trouble) if row else None


async def forget_failures(connection: StoreConnection, edition_id: int) -> None:
    """Reset the failures of an edition, after one of its messages arrived."""
    await connection.execute(update(editions).where(editions.c.id == edition_id).values(failures=0))


async def note_reported(connection: StoreConnection, edition_id: int, trouble: Message) -> None:
    """Record which trouble the curators were told of."""
    await connection.execute(
        update(editions).where(editions.c.id == edition_id).values(reported_trouble=trouble.sentence)
    )


async def postponed(
    connection: StoreConnection, now: datetime, subscription_id: int | None = None
) -> list[tuple[str, Message | None, Message | None]]:
    """Return (subscription, why it is paused, why its edition was postponed) for all that are paused or postponed."""
    postponed = editions.alias()
    first = (
        select(func.min(postponed.c.id))
        .where(postponed.c.subscription_id == subscriptions.c.id, postponed.c.done_at.is_(None))
        .where(postponed.c.lease_owner.is_(None), postponed.c.leased_until > iso(now), postponed.c.trouble.is_not(None))
        .scalar_subquery()
    )
    query = (
        select(subscriptions.c.name, subscriptions.c.paused_reason, editions.c.trouble)
        .select_from(subscriptions.outerjoin(editions, editions.c.id == first))
        .where(subscriptions.c.ended_at.is_(None))
        .where(or_(subscriptions.c.paused_reason.is_not(None), editions.c.id.is_not(None)))
        .order_by(subscriptions.c.name, subscriptions.c.id)
    )
    if subscription_id is not None:
        query = query.where(subscriptions.c.id == subscription_id)
    return [
        (name, message_from(paused) if paused else None, message_from(trouble) if trouble else None)
        for name, paused, trouble in await connection.execute(query)
    ]
