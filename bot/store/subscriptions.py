"""The channels that receive the digest, each with its schedule and filter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, null, or_, select, update

from bot.domain.digest import Subscription
from bot.domain.round_robin import round_robin
from bot.domain.schedule import parse_schedule
from bot.i18n import Message, message_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import is_among, upsert
from bot.store.schema import editions, messages, subscriptions, workspaces

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


async def save(connection: StoreConnection, workspace_id: int, now: datetime, **columns: object) -> None:
    """Insert or change the subscription of that `name`; an ended or paused one becomes active again."""
    places = subscriptions.c.id, subscriptions.c.channel, subscriptions.c.locale
    of_name = subscriptions.c.workspace_id == workspace_id, subscriptions.c.name == columns["name"]
    if before := (await connection.execute(select(*places).where(*of_name))).first():
        await _keep_places(connection, before, now, columns)
    values = {"paused_reason": null(), "tried_again_at": None, "ended_at": None, **columns}
    statement = upsert(subscriptions).values(workspace_id=workspace_id, created_at=iso(now), **values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "name"], set_={**values, "created_at": iso(now)}
        )
    )


async def names_of_others(connection: StoreConnection, workspace_id: int, channel: str) -> set[str]:
    """Return the names of other channels' subscriptions, which a channel's new subscription cannot have.

    Those of ended ones too, as their editions keep the name and went to their channel.
    """
    query = select(subscriptions.c.name).where(
        subscriptions.c.workspace_id == workspace_id, subscriptions.c.channel != channel
    )
    return set(await connection.scalars(query))


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


async def _keep_places(
    connection: StoreConnection, before: Row[Any], now: datetime, columns: Mapping[str, object]
) -> None:
    """Note on its editions where a subscription was before it changes.

    An edition that has not begun to arrive in the old channel is taken back, since its papers are new to the next one;
    one that has begun is not finished in another channel.
    """
    of_it = editions.c.subscription_id == before.id
    if before.locale != columns["locale"]:
        await connection.execute(
            update(editions).where(of_it, editions.c.locale.is_(None)).values(locale=before.locale)
        )
    if before.channel == columns["channel"]:
        return
    is_open = of_it, editions.c.done_at.is_(None)
    # whoever begins to send one at this moment ends first, so that the next statement sees it
    await connection.execute(select(editions.c.id).where(*is_open).order_by(editions.c.id).with_for_update())
    has_begun = exists().where(messages.c.edition_id == editions.c.id, messages.c.state != "waiting")
    await connection.execute(delete(editions).where(*is_open, ~has_begun))
    ended = {"done_at": iso(now), "lease_owner": None, "leased_until": None, "trouble": null()}
    await connection.execute(update(editions).where(*is_open).values(**ended))
    await connection.execute(update(editions).where(of_it, editions.c.channel.is_(None)).values(channel=before.channel))


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
