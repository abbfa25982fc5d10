"""What feeds brought since a subscription's last edition: exact also where two editions fall on one day.

The ledger counts by day, and entries of an earlier day may come late. So an edition notes the counts of the last days,
and the next one takes them off.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select

from bot.domain.digest import FeedCounts, Subscription
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import is_among
from bot.store.feed_schema import candidate_feeds, feed_addresses, feed_days, feeds
from bot.store.schema import candidates, editions
from bot.store.state import read_state, write_state

_WEEK = timedelta(days=7)
_ABOUT_A_WEEK = timedelta(days=1)  # by which a week may be longer or shorter


async def workspaces_with_feeds(connection: StoreConnection, workspace_ids: Iterable[int]) -> set[int]:
    """Return which of the workspaces have feeds."""
    query = select(feeds.c.workspace_id).distinct().where(is_among(feeds.c.workspace_id, workspace_ids))
    return set(await connection.scalars(query))


async def since_last_edition(
    connection: StoreConnection, subscription: Subscription, now: datetime, zone: ZoneInfo
) -> FeedCounts:
    """Return the counts since the subscription's last edition, or of the last week."""
    workspace_id = subscription.workspace_id
    last, today = await _last_edition(connection, subscription.id), now.astimezone(zone).date()
    since = last[1] if last else now - _WEEK
    note = json.loads(await read_state(connection, _note(subscription.id)) or "null")
    if last and note and note["edition"] == last[0]:
        seen, matched = await _sums(connection, workspace_id, date.fromisoformat(note["from"]))
        seen, matched = max(seen - note["seen"], 0), max(matched - note["matched"], 0)
    else:
        seen, matched = await _sums(connection, workspace_id, min(since.astimezone(zone).date(), today))
    is_week = last is None or abs(now - since - _WEEK) <= _ABOUT_A_WEEK
    accepted, broken = await _accepted(connection, workspace_id, since), await _broken(connection, workspace_id)
    return FeedCounts(seen, matched, accepted, broken, is_week=is_week)


async def note_edition(
    connection: StoreConnection, subscription: Subscription, number: int, now: datetime, zone: ZoneInfo
) -> None:
    """Note what an edition counted, so that the next one does not count it again."""
    first = now.astimezone(zone).date() - _WEEK
    seen, matched = await _sums(connection, subscription.workspace_id, first)
    note = {"edition": number, "from": first.isoformat(), "seen": seen, "matched": matched}
    await write_state(connection, _note(subscription.id), json.dumps(note))


def _note(subscription_id: int) -> str:
    return f"feeds of the last edition of subscription {subscription_id}"


async def _last_edition(connection: StoreConnection, subscription_id: int) -> tuple[int, datetime] | None:
    query = select(editions.c.number, editions.c.composed_at).where(editions.c.subscription_id == subscription_id)
    row = (await connection.execute(query.order_by(editions.c.number.desc()).limit(1))).first()
    return (row.number, datetime.fromisoformat(row.composed_at)) if row else None


async def _sums(connection: StoreConnection, workspace_id: int, first: date) -> tuple[int, int]:
    """Return how many entries were seen and matched on that day and since."""
    own = select(feeds.c.id).where(feeds.c.workspace_id == workspace_id)
    sums = select(func.coalesce(func.sum(feed_days.c.seen), 0), func.coalesce(func.sum(feed_days.c.matched), 0))
    query = sums.where(feed_days.c.feed_id.in_(own), feed_days.c.day >= first.isoformat())
    seen, matched = (await connection.execute(query)).one()
    return int(seen), int(matched)


async def _accepted(connection: StoreConnection, workspace_id: int, since: datetime) -> int:
    """Return how many finds of feeds were accepted since then; one that several feeds brought counts once."""
    query = (
        select(func.count())
        .select_from(candidates)
        .where(candidates.c.workspace_id == workspace_id, candidates.c.decision == "accepted")
        .where(candidates.c.decided_at > iso(since), exists().where(candidate_feeds.c.number == candidates.c.number))
    )
    return int((await connection.execute(query)).scalar_one())


async def _broken(connection: StoreConnection, workspace_id: int) -> int:
    """Return how many feeds cannot be read now, or are gone."""
    query = (
        select(func.count())
        .select_from(feeds.join(feed_addresses, feed_addresses.c.id == feeds.c.address_id))
        .where(feeds.c.workspace_id == workspace_id, feeds.c.paused_at.is_(None))
        .where(or_(feed_addresses.c.failing_since.is_not(None), feed_addresses.c.stopped_at.is_not(None)))
    )
    return int((await connection.execute(query)).scalar_one())
