"""The updates that were noticed, in their order, and up to which each channel was told of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, insert, select

from bot.domain.digest import FollowUp, Subscription
from bot.domain.paper_update import Update
from bot.store import papers as store_papers
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
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


async def waiting(connection: StoreConnection, subscription: Subscription, limit: int) -> FollowUps:
    """Return the next updates of papers that the channel had received before they were noticed.

    An update that was taken back meanwhile is left out.
    """
    newest, last = await _progress(connection, subscription)
    if newest <= last:
        return FollowUps((), None)
    received = exists().where(
        edition_papers.c.number == follow_ups.c.number,
        edition_papers.c.workspace_id == subscription.workspace_id,
        editions.c.id == edition_papers.c.edition_id,
        editions.c.composed_at < follow_ups.c.noticed_at,
        subscriptions.c.id == editions.c.subscription_id,
        subscriptions.c.channel == subscription.channel,
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


async def _progress(connection: StoreConnection, subscription: Subscription) -> tuple[int, int]:
    """Return the newest follow-up of all collections, and the last one that the channel has had; 0 for none."""
    columns = channel_follow_ups.c
    last = select(columns.follow_up_id).where(
        columns.workspace_id == subscription.workspace_id, columns.channel == subscription.channel
    )
    newest = select(func.max(follow_ups.c.id)).scalar_subquery()
    row = (await connection.execute(select(newest, last.scalar_subquery()))).one()
    return row[0] or 0, row[1] or 0
