"""The outbox: editions and their messages, all written before the first one is sent, and then marked one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, insert, null, select, update

from bot.domain.digest import Choice, Payload, Subscription
from bot.i18n import Message, message_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import is_among
from bot.store.schema import edition_papers, editions, messages, subscriptions

State = Literal["waiting", "sending", "sent"]
edition_channel: ColumnElement[str] = func.coalesce(editions.c.channel, subscriptions.c.channel).label("channel")
edition_locale: ColumnElement[Any] = func.coalesce(editions.c.locale, subscriptions.c.locale)
"""Where an edition went and in which language, in a query that joins both tables."""
_MESSAGE = update(messages).where(
    messages.c.edition_id == bindparam("edition"), messages.c.position == bindparam("place")
)


class OutboxMessage(NamedTuple):
    """One message of an edition: a payload ready to send, and the nonce and marker by which it is recognised."""

    position: int
    payload: Payload
    nonce: str
    marker: str
    state: State = "waiting"
    anchor: str = ""


async def last_numbers(connection: StoreConnection, subscription_ids: Collection[int]) -> dict[int, int]:
    """Return the number of each subscription's newest edition; none before the first."""
    query = select(editions.c.subscription_id, func.max(editions.c.number))
    of_these = query.where(is_among(editions.c.subscription_id, subscription_ids)).group_by(editions.c.subscription_id)
    return dict(map(tuple, await connection.execute(of_these)))


async def newest(connection: StoreConnection) -> int:
    """Return the id of the edition that was composed last, of all workspaces; 0 before the first."""
    return (await connection.execute(select(func.max(editions.c.id)))).scalar() or 0


async def composed(connection: StoreConnection, turns: Mapping[int, str]) -> set[int]:
    """Return which subscriptions have an edition for their turn."""
    query = select(editions.c.subscription_id, editions.c.period).where(
        is_among(editions.c.subscription_id, turns), editions.c.period.in_(set(turns.values()))
    )
    return {id for id, period in await connection.execute(query) if turns[id] == period}


async def is_open(connection: StoreConnection, subscription_id: int) -> bool:
    """Return whether an edition of the subscription has not completely arrived."""
    query = select(editions.c.id).where(editions.c.subscription_id == subscription_id, editions.c.done_at.is_(None))
    return (await connection.execute(query)).first() is not None


async def is_delivered(connection: StoreConnection, edition_id: int) -> bool:
    """Return whether an edition has completely arrived."""
    query = select(editions.c.id).where(editions.c.id == edition_id, editions.c.done_at.is_not(None))
    return (await connection.execute(query)).first() is not None


async def outbox(connection: StoreConnection) -> tuple[int, datetime | None]:
    """Return how many editions of all workspaces have not arrived, and when the oldest was composed.

    Those of ended subscriptions wait until their channel subscribes again, perhaps forever.
    """
    is_alive = exists().where(subscriptions.c.id == editions.c.subscription_id, subscriptions.c.ended_at.is_(None))
    query = select(func.count(), func.min(editions.c.composed_at)).where(editions.c.done_at.is_(None), is_alive)
    n, since = (await connection.execute(query)).one()
    return n, datetime.fromisoformat(since) if since else None


class NewEdition(NamedTuple):
    """An edition that is to be written: its subscription, its number, its turn and its papers."""

    subscription: Subscription
    number: int
    period: str
    choice: Choice


async def write_editions(connection: StoreConnection, new: Sequence[NewEdition], now: datetime) -> dict[int, int]:
    """Insert an edition for each of several subscriptions, with its papers; return their ids by the subscription's."""
    rows = [
        {
            "workspace_id": each.subscription.workspace_id,
            "subscription_id": each.subscription.id,
            "number": each.number,
            "period": each.period,
            "reason": each.choice.reason,
            "remaining": each.choice.remaining,
            "composed_at": iso(now),
        }
        for each in new
    ]
    returned = insert(editions).values(rows).returning(editions.c.subscription_id, editions.c.id)
    ids: dict[int, int] = dict(map(tuple, await connection.execute(returned)))
    chosen = [
        {
            "workspace_id": each.subscription.workspace_id,
            "edition_id": ids[each.subscription.id],
            "position": position,
            "number": paper,
        }
        for each in new
        for position, paper in enumerate(each.choice.numbers)
    ]
    if chosen:
        await connection.execute(insert(edition_papers), chosen)
    return ids


async def write_messages(
    connection: StoreConnection, outgoing: Sequence[tuple[int, int, Sequence[OutboxMessage]]]
) -> None:
    """Insert the messages of editions, given as (workspace, edition, messages); all are waiting."""
    rows = [
        {
            "workspace_id": workspace_id,
            "edition_id": edition_id,
            "position": m.position,
            "payload": m.payload,
            "nonce": m.nonce,
            "marker": m.marker,
            "state": m.state,
        }
        for workspace_id, edition_id, of_edition in outgoing
        for m in of_edition
    ]
    await connection.execute(insert(messages), rows)


async def mark_delivered(connection: StoreConnection, edition_ids: Collection[int], now: datetime) -> None:
    """Record that editions have completely arrived."""
    values = {"done_at": iso(now), "lease_owner": None, "leased_until": None, "trouble": null()}
    await connection.execute(update(editions).where(is_among(editions.c.id, edition_ids)).values(**values))


async def next_unsent(connection: StoreConnection, edition_ids: Collection[int]) -> dict[int, OutboxMessage]:
    """Return each edition's first message that is not known to have arrived; none where all have."""
    unsent = is_among(messages.c.edition_id, edition_ids), messages.c.state != "sent"
    first = select(messages.c.edition_id, func.min(messages.c.position).label("position")).where(*unsent)
    first_of = first.group_by(messages.c.edition_id).subquery()
    is_first = and_(messages.c.edition_id == first_of.c.edition_id, messages.c.position == first_of.c.position)
    rows = await connection.execute(select(messages).join(first_of, is_first))
    return {
        row.edition_id: OutboxMessage(row.position, row.payload, row.nonce, row.marker, row.state, row.anchor or "")
        for row in rows
    }


class Attempt(NamedTuple):
    """The place of a message that is about to be sent, and where a search for it starts."""

    edition_id: int
    position: int
    anchor: str


class Arrival(NamedTuple):
    """The place of a message that the platform has, and its id there."""

    edition_id: int
    position: int
    message_id: str


async def mark_sending(connection: StoreConnection, attempts: Sequence[Attempt], since: datetime) -> None:
    """Record, before the requests leave, that messages are being sent, and where a search for them starts."""
    await _mark(connection, attempts, state="sending", sending_at=iso(since))


async def move_anchor(connection: StoreConnection, attempt: Attempt) -> None:
    """Record up to where a message was searched for without success."""
    await _mark(connection, [attempt])


async def mark_sent(connection: StoreConnection, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Record that the platform has messages, and their ids there."""
    await _mark(connection, arrivals, state="sent", sent_at=iso(now), sending_at=None)


async def _mark(connection: StoreConnection, marks: Sequence[Attempt] | Sequence[Arrival], **columns: object) -> None:
    if not marks:
        return
    rows = []
    for each in marks:
        own = each._asdict()
        rows.append({"edition": own.pop("edition_id"), "place": own.pop("position"), **own, **columns})
    await connection.execute(_MESSAGE, rows)


class LastEdition(NamedTuple):
    """The delivery state of a subscription's newest edition; `trouble` says why it has not completely arrived."""

    number: int
    composed_at: datetime
    done_at: datetime | None
    messages: int
    sent: int
    trouble: Message | None


async def last_editions(connection: StoreConnection, workspace_id: int) -> dict[int, LastEdition]:
    """Return the newest edition of each of the workspace's subscriptions, by the subscription's id."""
    newest = select(func.max(editions.c.id)).where(editions.c.workspace_id == workspace_id)
    query = (
        select(
            editions.c.subscription_id,
            editions.c.number,
            editions.c.composed_at,
            editions.c.done_at,
            func.count(messages.c.position),
            func.count(messages.c.sent_at),
            editions.c.trouble,
        )
        .outerjoin(messages, messages.c.edition_id == editions.c.id)
        .where(editions.c.id.in_(newest.group_by(editions.c.subscription_id)))
        .group_by(editions.c.id)
    )
    return {
        id: LastEdition(
            number,
            datetime.fromisoformat(composed_at),
            datetime.fromisoformat(done_at) if done_at else None,
            total,
            sent,
            message_from(trouble) if trouble else None,
        )
        for id, number, composed_at, done_at, total, sent, trouble in await connection.execute(query)
    }


class DeliveredEdition(NamedTuple):
    """An edition that has completely arrived in a channel, with its papers' numbers in order."""

    number: int
    channel: str
    composed_at: datetime
    papers: tuple[int, ...]


async def newest_delivered(connection: StoreConnection, workspace_id: int, server: str) -> DeliveredEdition | None:
    """Return the newest edition with papers that arrived in a channel of a server (`slack:<team id>`)."""
    query = (
        select(editions.c.id, editions.c.number, edition_channel, editions.c.composed_at)
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(editions.c.workspace_id == workspace_id, editions.c.done_at.is_not(None))
        .where(edition_channel.startswith(f"{server}/", autoescape=True))
        .where(exists().where(edition_papers.c.edition_id == editions.c.id))
        .order_by(editions.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    mine = select(edition_papers.c.number).where(edition_papers.c.edition_id == row.id)
    numbers = tuple(await connection.scalars(mine.order_by(edition_papers.c.position)))
    return DeliveredEdition(row.number, row.channel, datetime.fromisoformat(row.composed_at), numbers)
