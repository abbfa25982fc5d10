"""The channels that receive the digest, and the papers that each has received."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)

from bot.domain.digest import Subscription, passes_filter
from bot.domain.round_robin import round_robin
from bot.domain.schedule import parse_schedule
from bot.i18n import Message, message_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import is_among, json_items, upsert
from bot.store.papers import last_number
from bot.store.schema import edition_papers, editions, papers, seen_papers, subscriptions, workspaces

_ALIVE = subscriptions.c.ended_at.is_(None)
_TRIED_AGAIN_AFTER = timedelta(days=1)


async def active(connection: StoreConnection, workspace_id: int | None = None) -> list[Subscription]:
    """Return the subscriptions that have not ended, of one workspace or of all, by name."""
    query = select(subscriptions).where(_ALIVE).order_by(subscriptions.c.workspace_id, subscriptions.c.name)
    if workspace_id is not None:
        query = query.where(subscriptions.c.workspace_id == workspace_id)
    return [_read(row) for row in await connection.execute(query)]


async def by_name(connection: StoreConnection, workspace_id: int, name: str) -> Subscription | None:
    """Return the subscription of that name, unless it has ended."""
    query = select(subscriptions).where(
        _ALIVE, subscriptions.c.workspace_id == workspace_id, subscriptions.c.name == name
    )
    row = (await connection.execute(query)).first()
    return _read(row) if row else None


async def of_edition(connection: StoreConnection, workspace_id: int, edition_id: int) -> Subscription | None:
    """Return the subscription of an edition of this workspace."""
    query = (
        select(subscriptions)
        .join(editions, editions.c.subscription_id == subscriptions.c.id)
        .where(editions.c.id == edition_id, editions.c.workspace_id == workspace_id)
    )
    row = (await connection.execute(query)).first()
    return _read(row) if row else None


async def servers_ever(connection: StoreConnection, workspace_id: int) -> set[str]:
    """Return the servers (`discord:<server id>`) that receive the digest of a workspace or ever did."""
    query = select(subscriptions.c.channel).where(subscriptions.c.workspace_id == workspace_id)
    return {channel.partition("/")[0] for channel in await connection.scalars(query)}


async def places(connection: StoreConnection) -> list[tuple[int, str, str]]:
    """Return (id, channel, name of its workspace) of every subscription that has not ended."""
    query = select(subscriptions.c.id, subscriptions.c.channel, workspaces.c.name).join(
        workspaces, workspaces.c.id == subscriptions.c.workspace_id
    )
    return [(id, channel, name) for id, channel, name in await connection.execute(query.where(_ALIVE))]


async def configured(connection: StoreConnection) -> dict[tuple[int, str], object]:
    """Return the columns that the settings last had for the subscriptions from there, by workspace and name."""
    columns = subscriptions.c
    query = select(columns.workspace_id, columns.name, columns.configured).where(columns.configured.is_not(None))
    return {(workspace, name): values for workspace, name, values in await connection.execute(query) if values}


async def end(connection: StoreConnection, subscription_id: int, now: datetime) -> None:
    """End a subscription; the papers that its channel received are kept, in case it subscribes again."""
    await _set(connection, [subscription_id], ended_at=iso(now))


async def unconfigure(connection: StoreConnection, workspace_id: int, name: str) -> None:
    """Record that the settings do not name a subscription any more."""
    of_name = subscriptions.c.workspace_id == workspace_id, subscriptions.c.name == name
    await connection.execute(update(subscriptions).where(*of_name).values(configured=null()))


async def pause(connection: StoreConnection, subscription_id: int, reason: Message, now: datetime) -> None:
    """Pause a subscription, with a reason for its curators; it is tried again a day later."""
    again = iso(now + _TRIED_AGAIN_AFTER)
    await _set(connection, [subscription_id], paused_reason=reason.columns(), tried_again_at=again)


async def resume(connection: StoreConnection, subscription_id: int) -> None:
    """Resume a paused subscription."""
    await _set(connection, [subscription_id], paused_reason=null(), tried_again_at=None)


def is_retry_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a paused subscription's retry is due; a time too far ahead came from a wrong clock."""
    again = subscriptions.c.tried_again_at
    return or_(again.is_(None), again <= iso(now), again > iso(now + _TRIED_AGAIN_AFTER))


async def save_turn(connection: StoreConnection, ids: Collection[int], turn: str) -> None:
    """Record that subscriptions took this turn of their schedules, even if there was nothing to send."""
    await _set(connection, ids, turn=turn)


async def turns(
    connection: StoreConnection, is_served: Callable[[str], bool] | None = None
) -> list[tuple[int, str, datetime, str | None]]:
    """Return (id, schedule, creation time, last turn) of every subscription that is neither paused nor ended, in turns.

    With `is_served`, only those whose channel it accepts.
    """
    columns = subscriptions.c
    query = select(columns.id, columns.schedule, columns.created_at, columns.turn, columns.channel).where(
        _ALIVE, columns.paused_reason.is_(None)
    )
    rows = [
        row
        for row in await connection.execute(query.order_by(columns.id))
        if is_served is None or is_served(row.channel)
    ]
    return [
        (row.id, row.schedule, datetime.fromisoformat(row.created_at), row.turn)
        for row in round_robin(rows, lambda row: row.channel)
    ]


async def by_ids(connection: StoreConnection, ids: Collection[int]) -> dict[int, Subscription]:
    """Return subscriptions by their ids; those that are paused or have ended are left out."""
    query = select(subscriptions).where(
        _ALIVE, subscriptions.c.paused_reason.is_(None), is_among(subscriptions.c.id, ids)
    )
    return {row.id: _read(row) for row in await connection.execute(query)}


async def channels_of(connection: StoreConnection, server: str) -> list[str]:
    """Return the channels of a server (`discord:<server id>`) that receive the digest now."""
    query = select(subscriptions.c.channel).where(
        _ALIVE,
        subscriptions.c.paused_reason.is_(None),
        subscriptions.c.channel.startswith(f"{server}/", autoescape=True),
    )
    in_order = query.group_by(subscriptions.c.channel).order_by(func.min(subscriptions.c.id))
    return list(await connection.scalars(in_order))


async def mark_seen(connection: StoreConnection, received: Iterable[tuple[Subscription, Sequence[int]]]) -> None:
    """Record papers that channels have received."""
    rows = [
        {"workspace_id": subscription.workspace_id, "channel": subscription.channel, "number": number}
        for subscription, numbers in received
        for number in numbers
    ]
    if rows:
        await connection.execute(upsert(seen_papers).on_conflict_do_nothing(), rows)


async def mark_older_seen(connection: StoreConnection, first: Sequence[Subscription]) -> None:
    """Count papers left out of first editions as seen; with a filter, only those passing it, as it may change."""
    for subscription in first:
        if subscription.tags:
            columns = literal(subscription.workspace_id), literal(subscription.channel), papers.c.number
            older = select(*columns).where(*await _waiting(connection, subscription))
            await connection.execute(insert(seen_papers).from_select(["workspace_id", "channel", "number"], older))
    if unfiltered := [each.id for each in first if not each.tags]:
        await _set(connection, unfiltered, starts_after=await last_number(connection))


async def unseen(connection: StoreConnection, subscription: Subscription) -> list[int]:
    """Return papers that the channel never received and that pass the filter, oldest addition first."""
    query = await _unseen(connection, subscription, newest=False)
    return list(await connection.scalars(select(query.subquery().c.number)))


async def unseen_of_each(
    connection: StoreConnection, wanted: Sequence[tuple[Subscription, bool]], limit: int
) -> dict[int, list[int]]:
    """Return those papers for each subscription, by its id: the oldest, or with True the newest, up to a limit."""
    queries = []
    for subscription, newest in wanted:
        papers_of = (await _unseen(connection, subscription, newest=newest)).limit(limit).subquery()
        queries.append(select(literal(subscription.id).label("id"), papers_of.c.number, papers_of.c.place))
    found: dict[int, list[int]] = {subscription.id: [] for subscription, _ in wanted}
    if queries:
        of_each = union_all(*queries).subquery()
        rows = await connection.execute(select(of_each.c.id, of_each.c.number).order_by(of_each.c.place))
        for id, number in rows:
            found[id].append(number)
    return {subscription.id: found[subscription.id][:: -1 if newest else 1] for subscription, newest in wanted}


async def _unseen(connection: StoreConnection, subscription: Subscription, *, newest: bool) -> Select[tuple[int, int]]:
    """Return the query of those papers in order, each with its place."""
    added, date, number = papers.c.added_at, papers.c.date, papers.c.number
    order = (added.desc(), date.desc().nulls_last(), number.desc()) if newest else (added, date.nulls_first(), number)
    place = func.row_number().over(order_by=order).label("place")
    return select(number, place).where(*await _waiting(connection, subscription)).order_by(*order)


async def count_unseen(connection: StoreConnection, subscription: Subscription) -> int:
    """Return how many papers pass the filter that the channel never received."""
    query = select(func.count()).select_from(papers).where(*await _waiting(connection, subscription))
    return int((await connection.execute(query)).scalar_one())


async def seen(connection: StoreConnection, subscription: Subscription, limit: int) -> list[int]:
    """Return papers that pass the filter and were sent or count as seen, those sent longest ago first."""
    last = (
        select(edition_papers.c.number, func.max(editions.c.composed_at).label("at"))
        .join(editions, editions.c.id == edition_papers.c.edition_id)
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(
            subscriptions.c.workspace_id == subscription.workspace_id, subscriptions.c.channel == subscription.channel
        )
        .where(editions.c.channel.is_(None))
        .group_by(edition_papers.c.number)
        .subquery()
    )
    query = (
        select(papers.c.number)
        .outerjoin(last, last.c.number == papers.c.number)
        .where(
            papers.c.workspace_id == subscription.workspace_id,
            *await _passing(connection, subscription),
            or_(papers.c.number <= subscription.starts_after, _had(subscription)),
        )
        .order_by(last.c.at.nulls_first(), papers.c.added_at, papers.c.number)
        .limit(limit)
    )
    return list(await connection.scalars(query))


async def _waiting(connection: StoreConnection, subscription: Subscription) -> tuple[ColumnElement[bool], ...]:
    # `+ 0` keeps SQLite from using the index by workspace and date, which would read all old papers; by number it reads
    # only new ones
    workspace_id = papers.c.workspace_id + 0 if subscription.starts_after else papers.c.workspace_id
    return (
        workspace_id == subscription.workspace_id,
        papers.c.number > subscription.starts_after,
        ~_had(subscription),
        *await _passing(connection, subscription),
    )


def _had(subscription: Subscription) -> ColumnElement[bool]:
    return exists().where(
        seen_papers.c.workspace_id == subscription.workspace_id,
        seen_papers.c.channel == subscription.channel,
        seen_papers.c.number == papers.c.number,
    )


async def _passing(connection: StoreConnection, subscription: Subscription) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a paper passes the filter, using the collection's own spellings of tags."""
    if not subscription.tags:
        return ()
    each = json_items(papers.c.tags).table_valued("value")
    query = select(each.c.value).distinct().select_from(papers.join(each, true()))
    tags = await connection.scalars(query.where(papers.c.workspace_id == subscription.workspace_id))
    filtered = [tag for tag in tags if passes_filter((tag,), subscription.tags)]
    return (exists().select_from(each).where(each.c.value.in_(filtered)),)


async def _set(connection: StoreConnection, ids: Collection[int], **columns: object) -> None:
    await connection.execute(update(subscriptions).where(is_among(subscriptions.c.id, ids)).values(**columns))


def _read(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        channel=row.channel,
        schedule=parse_schedule(row.schedule),
        tags=tuple(row.tags),
        locale=row.locale,
        created_at=datetime.fromisoformat(row.created_at),
        paused_reason=message_from(row.paused_reason) if row.paused_reason else None,
        tried_again_at=datetime.fromisoformat(row.tried_again_at) if row.tried_again_at else None,
        starts_after=row.starts_after or 0,
    )
