"""The outbox: editions and their messages, written before the first one leaves and ticked off one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.digest import Choice, Subscription
from bot.store.database import iso
from bot.store.schema import edition_papers, editions, messages, subscriptions

Payload = dict[str, Any]
State = Literal["waiting", "sending", "sent"]


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message of an edition: a payload that is ready to leave, and how it is known again."""

    position: int
    payload: Payload
    nonce: str
    marker: str
    state: State = "waiting"
    sending_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenEdition:
    """An edition that has not wholly arrived."""

    id: int
    workspace_id: int
    subscription_id: int
    subscription: str
    channel: str


async def last_number(connection: AsyncConnection, subscription_id: int) -> int:
    """Return the number of the subscription's newest edition, 0 before the first."""
    query = select(func.max(editions.c.number)).where(editions.c.subscription_id == subscription_id)
    return (await connection.execute(query)).scalar() or 0


async def has_period(connection: AsyncConnection, subscription_id: int, period: str) -> bool:
    """Tell whether the subscription has an edition for that turn."""
    query = select(editions.c.id).where(editions.c.subscription_id == subscription_id, editions.c.period == period)
    return (await connection.execute(query)).first() is not None


async def is_open(connection: AsyncConnection, subscription_id: int) -> bool:
    """Tell whether an edition of the subscription has not wholly arrived."""
    query = select(editions.c.id).where(editions.c.subscription_id == subscription_id, editions.c.done_at.is_(None))
    return (await connection.execute(query)).first() is not None


async def write_edition(connection: AsyncConnection, subscription: Subscription, *, number: int, period: str,
                        choice: Choice, now: datetime) -> int:  # fmt: skip
    """Write an edition and what it holds; return its id."""
    values = {"workspace_id": subscription.workspace_id, "subscription_id": subscription.id, "number": number,
              "period": period, "reason": choice.reason, "remaining": choice.remaining,
              "composed_at": iso(now)}  # fmt: skip
    new = insert(editions).values(values).returning(editions.c.id)
    edition_id: int = (await connection.execute(new)).scalar_one()
    rows = [{"workspace_id": subscription.workspace_id, "edition_id": edition_id, "position": position, "number": paper}
            for position, paper in enumerate(choice.numbers)]  # fmt: skip
    if rows:
        await connection.execute(insert(edition_papers), rows)
    return edition_id


async def write_messages(connection: AsyncConnection, workspace_id: int, edition_id: int,
                         outgoing: Sequence[OutboxMessage]) -> None:  # fmt: skip
    """Write an edition's messages, all waiting."""
    rows = [{"workspace_id": workspace_id, "edition_id": edition_id, "position": m.position, "payload": m.payload,
             "nonce": m.nonce, "marker": m.marker, "state": m.state} for m in outgoing]  # fmt: skip
    await connection.execute(insert(messages), rows)


async def claim(connection: AsyncConnection, claimant: str, now: datetime, until: datetime, *,
                platforms: Sequence[str], is_dead: Callable[[str], bool]) -> OpenEdition | None:  # fmt: skip
    """Take the oldest open edition of these platforms whose channel is not paused and that nobody alive holds."""
    query = (
        select(editions.c.id, editions.c.workspace_id, editions.c.subscription_id, subscriptions.c.name,
               subscriptions.c.channel, editions.c.claimed_by, editions.c.claimed_until)
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(editions.c.done_at.is_(None))
        .where(subscriptions.c.paused_reason.is_(None), subscriptions.c.ended_at.is_(None))
        .where(or_(*(subscriptions.c.channel.startswith(f"{name}:") for name in platforms)))
        .order_by(editions.c.id)
    )  # fmt: skip
    for *edition, holder, held_until in await connection.execute(query):
        if held_until is None or held_until < iso(now) or (holder and is_dead(holder)):
            await _set(connection, edition[0], claimed_by=claimant, claimed_until=iso(until))
            return OpenEdition(*edition)
    return None


async def release(connection: AsyncConnection, edition_id: int, until: datetime | None) -> None:
    """Give an edition back: at once for None, else it is left alone until that time."""
    await _set(connection, edition_id, claimed_by=None, claimed_until=iso(until) if until else None)


async def extend(connection: AsyncConnection, edition_id: int, until: datetime) -> None:
    """Hold a claimed edition longer."""
    await _set(connection, edition_id, claimed_until=iso(until))


async def finish(connection: AsyncConnection, edition_id: int, now: datetime) -> None:
    """Note that an edition has wholly arrived."""
    await _set(connection, edition_id, done_at=iso(now), claimed_by=None, claimed_until=None)


async def unsent(connection: AsyncConnection, edition_id: int) -> list[OutboxMessage]:
    """Return the messages of an edition that are not known to have arrived, in order."""
    query = (
        select(messages)
        .where(messages.c.edition_id == edition_id, messages.c.state != "sent")
        .order_by(messages.c.position)
    )
    return [
        OutboxMessage(row.position, row.payload, row.nonce, row.marker, row.state,
                      datetime.fromisoformat(row.sending_at) if row.sending_at else None)
        for row in await connection.execute(query)
    ]  # fmt: skip


async def mark_sending(connection: AsyncConnection, edition_id: int, position: int, since: datetime) -> None:
    """Note, before the request leaves, that a message may be on its way since that time."""
    await _mark(connection, edition_id, position, state="sending", sending_at=iso(since))


async def mark_sent(
    connection: AsyncConnection, edition_id: int, position: int, message_id: str, now: datetime
) -> None:
    """Note that the platform has a message, and under which id."""
    await _mark(connection, edition_id, position, state="sent", message_id=message_id, sent_at=iso(now))


async def _mark(connection: AsyncConnection, edition_id: int, position: int, **columns: object) -> None:
    mine = (messages.c.edition_id == edition_id, messages.c.position == position)
    await connection.execute(update(messages).where(*mine).values(**columns))


async def _set(connection: AsyncConnection, edition_id: int, **columns: object) -> None:
    await connection.execute(update(editions).where(editions.c.id == edition_id).values(**columns))
