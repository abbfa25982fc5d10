"""The papers that each channel has received, and those that it has not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, exists, func, insert, literal, or_, select, true, union_all, update

from bot.domain.digest import Subscription, passes_filter
from bot.store.connection import StoreConnection
from bot.store.dialect import is_among, json_items, upsert
from bot.store.editions import edition_channel
from bot.store.papers import last_number
from bot.store.schema import edition_papers, editions, papers, seen_papers, subscriptions


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
        newest = await last_number(connection)
        of_these = update(subscriptions).where(is_among(subscriptions.c.id, unfiltered))
        await connection.execute(of_these.values(starts_after=newest))


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
        .where(subscriptions.c.workspace_id == subscription.workspace_id, edition_channel == subscription.channel)
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
