"""The updates that were noticed, in their order, and up to which each channel was told of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, insert, select

from bot.domain.digest import FollowUp, Subscription
from bot.domain.paper_update import Update
from bot.store import papers as store_papers
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.editions import edition_channel
from bot.store.papers import update_from, updates_columns
from bot.store.schema import edition_papers, editions, subscriptions
from bot.store.update_schema import channel_follow_ups, follow_ups


class FollowUps(NamedTuple):
    """What an edition tells of earlier papers; `last` is the last one that its channel then had, if new."""

    follow_ups: tuple[FollowUp, ...]
    last: int | None


async def add(
    connection: StoreConnection, workspace_id: int, number: int, updates: Iterable[Update], now: datetime
) -> None:
    """Record updates of a paper, to be told in the next editions."""
    for update in updates_columns(updates) or ():
        values = {"workspace_id": workspace_id, "number": number, "update": update, "noticed_at": iso(now)}
        await connection.execute(insert(follow_ups).values(values))


async def waiting(connection: StoreConnection, wanted: Sequence[Subscription], limit: int) -> dict[int, FollowUps]:
    """Return, by the subscription's id, the next updates of papers that its channel had received before them.

    An update that was taken back meanwhile is left out.
    """
    newest = (await connection.execute(select(func.max(follow_ups.c.id)))).scalar() or 0
    last = await _last_told(connection, wanted) if newest else {}
    return {
        each.id: await _of(connection, each, last.get((each.workspace_id, each.channel), 0), newest, limit)
        for each in wanted
    }


async def _of(connection: StoreConnection, subscription: Subscription, last: int, newest: int, limit: int) -> FollowUps:
    if newest <= last:
        return FollowUps((), None)
    received = exists().where(
        edition_papers.c.number == follow_ups.c.number,
        edition_papers.c.workspace_id == subscription.workspace_id,
        editions.c.id == edition_papers.c.edition_id,
        editions.c.composed_at < follow_ups.c.noticed_at,
        subscriptions.c.id == editions.c.subscription_id,
        edition_channel == subscription.channel,
    )
    query = (
        select(follow_ups.c.id, follow_ups.c.number, follow_ups.c.update)
        .where(follow_ups.c.workspace_id == subscription.workspace_id)
        .where(follow_ups.c.id > last, received)
        .order_by(follow_ups.c.id)
        .limit(limit)
    )
    rows = (await connection.execute(query)).all()
    numbers = list(dict.fromkeys(row.number for row in rows))
    found = await store_papers.by_numbers(connection, subscription.workspace_id, numbers)
    updates = [(found.get(row.number), update_from(row.update)) for row in rows]
    still = (FollowUp(paper, update) for paper, update in updates if paper and update in paper.updates)
    return FollowUps(tuple(still), rows[-1].id if len(rows) == limit else newest)


async def mark_told(connection: StoreConnection, subscription: Subscription, last: int) -> None:
    """Record that the channel has been told of the updates up to that one."""
    new = upsert(channel_follow_ups).values(
        workspace_id=subscription.workspace_id, channel=subscription.channel, follow_up_id=last
    )
    await connection.execute(
        new.on_conflict_do_update(index_elements=["workspace_id", "channel"], set_={"follow_up_id": last})
    )


async def _last_told(connection: StoreConnection, wanted: Sequence[Subscription]) -> dict[tuple[int, str], int]:
    """Return the last follow-up that each (workspace, channel) has had."""
    columns = channel_follow_ups.c
    query = select(columns.workspace_id, columns.channel, columns.follow_up_id)
    of_these = query.where(columns.channel.in_([each.channel for each in wanted]))
    return {(workspace_id, channel): last for workspace_id, channel, last in await connection.execute(of_these)}
