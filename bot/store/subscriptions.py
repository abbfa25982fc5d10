"""The channels that receive the digest, and which papers each has had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, null, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.digest import Subscription
from bot.domain.schedule import parse_schedule
from bot.i18n import Message
from bot.store.database import iso
from bot.store.schema import edition_papers, editions, papers, seen_papers, subscriptions

_ALIVE = subscriptions.c.ended_at.is_(None)


async def active(connection: AsyncConnection, workspace_id: int | None = None) -> list[Subscription]:
    """Return the subscriptions that have not ended, of one workspace or of all, by name."""
    query = select(subscriptions).where(_ALIVE).order_by(subscriptions.c.workspace_id, subscriptions.c.name)
    if workspace_id is not None:
        query = query.where(subscriptions.c.workspace_id == workspace_id)
    return [_read(row) for row in await connection.execute(query)]


async def by_name(connection: AsyncConnection, workspace_id: int, name: str) -> Subscription | None:
    """Return the subscription of that name, unless it has ended."""
    query = select(subscriptions).where(
        _ALIVE, subscriptions.c.workspace_id == workspace_id, subscriptions.c.name == name
    )
    row = (await connection.execute(query)).first()
    return _read(row) if row else None


async def of_edition(connection: AsyncConnection, workspace_id: int, edition_id: int) -> Subscription | None:
    """Return the subscription that an edition of this workspace went to."""
    query = (
        select(subscriptions)
        .join(editions, editions.c.subscription_id == subscriptions.c.id)
        .where(editions.c.id == edition_id, editions.c.workspace_id == workspace_id)
    )
    row = (await connection.execute(query)).first()
    return _read(row) if row else None


async def configured(connection: AsyncConnection, workspace_id: int) -> dict[str, object]:
    """Return what the settings file last said of each subscription that came from it."""
    query = select(subscriptions.c.name, subscriptions.c.configured).where(
        subscriptions.c.workspace_id == workspace_id, subscriptions.c.configured.is_not(None)
    )
    return {name: said for name, said in await connection.execute(query) if said is not None}


async def save(connection: AsyncConnection, workspace_id: int, now: datetime, **columns: object) -> None:
    """Make the subscription of that `name`, or change it; one that had ended or paused goes on."""
    values = {"paused_reason": null(), "ended_at": None, **columns}
    statement = upsert(subscriptions).values(workspace_id=workspace_id, created_at=iso(now), **values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "name"], set_={**values, "created_at": iso(now)}
        )
    )


async def end(connection: AsyncConnection, subscription_id: int, now: datetime) -> None:
    """End a subscription; what its channel has had is kept, in case it subscribes again."""
    await _set(connection, subscription_id, ended_at=iso(now), configured=null())


async def pause(connection: AsyncConnection, subscription_id: int, reason: Message) -> None:
    """Pause a subscription, with the reason that curators are shown."""
    await _set(connection, subscription_id, paused_reason=[reason.sentence, reason.values])


async def take_turn(connection: AsyncConnection, subscription_id: int, turn: str) -> None:
    """Note that a turn of its schedule was taken, or passed with nothing to send."""
    await _set(connection, subscription_id, turn=turn)


async def turns(connection: AsyncConnection) -> list[tuple[int, str, datetime, str | None]]:
    """Return (id, schedule, made at, turn taken last) of every subscription that is neither paused nor ended."""
    columns = subscriptions.c
    query = select(columns.id, columns.schedule, columns.created_at, columns.turn).where(
        _ALIVE, columns.paused_reason.is_(None)
    )
    return [(id, schedule, datetime.fromisoformat(made), turn)
            for id, schedule, made, turn in await connection.execute(query.order_by(columns.id))]  # fmt: skip


async def by_id(connection: AsyncConnection, subscription_id: int) -> Subscription | None:
    """Return a subscription, unless it is paused or has ended."""
    query = select(subscriptions).where(
        _ALIVE, subscriptions.c.paused_reason.is_(None), subscriptions.c.id == subscription_id
    )
    row = (await connection.execute(query)).first()
    return _read(row) if row else None


async def channels_of(connection: AsyncConnection, server: str) -> list[str]:
    """Return the channels of a server (`discord:<server id>`) that receive the digest now."""
    query = select(subscriptions.c.channel).where(
        _ALIVE,
        subscriptions.c.paused_reason.is_(None),
        subscriptions.c.channel.startswith(f"{server}/", autoescape=True),
    )
    return list((await connection.execute(query.order_by(subscriptions.c.id).distinct())).scalars())


async def mark_seen(connection: AsyncConnection, subscription: Subscription, numbers: Sequence[int]) -> None:
    """Note papers that the channel has had, or that it is not to be sent."""
    mine = {"workspace_id": subscription.workspace_id, "channel": subscription.channel}
    if numbers:
        statement = insert(seen_papers).prefix_with("OR IGNORE", dialect="sqlite")
        await connection.execute(statement, [{**mine, "number": number} for number in numbers])


async def unseen(connection: AsyncConnection, subscription: Subscription) -> list[tuple[int, list[str]]]:
    """Return the papers the channel never had as (number, tags), oldest addition first."""
    had = select(seen_papers.c.number).where(
        seen_papers.c.workspace_id == subscription.workspace_id, seen_papers.c.channel == subscription.channel
    )
    query = (
        select(papers.c.number, papers.c.tags)
        .where(papers.c.workspace_id == subscription.workspace_id, papers.c.number.not_in(had))
        .order_by(papers.c.added_at, papers.c.date, papers.c.number)
    )
    return [(number, tags) for number, tags in await connection.execute(query)]


async def seen(connection: AsyncConnection, subscription: Subscription) -> list[tuple[int, list[str]]]:
    """Return the papers the channel was sent as (number, tags), the longest ago first."""
    last = (
        select(edition_papers.c.number, editions.c.composed_at)
        .join(editions, editions.c.id == edition_papers.c.edition_id)
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(
            subscriptions.c.workspace_id == subscription.workspace_id, subscriptions.c.channel == subscription.channel
        )
        .subquery()
    )
    query = (
        select(papers.c.number, papers.c.tags)
        .join(seen_papers, seen_papers.c.number == papers.c.number)
        .outerjoin(last, last.c.number == papers.c.number)
        .where(papers.c.workspace_id == subscription.workspace_id, seen_papers.c.channel == subscription.channel,
               seen_papers.c.workspace_id == subscription.workspace_id)
        .order_by(last.c.composed_at, papers.c.added_at, papers.c.number)
    )  # fmt: skip
    last_first = reversed((await connection.execute(query)).all())
    return list(reversed(dict(map(tuple, last_first)).items()))


async def _set(connection: AsyncConnection, subscription_id: int, **columns: object) -> None:
    await connection.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(**columns))


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
        paused_reason=Message(*row.paused_reason) if row.paused_reason else None,
    )
