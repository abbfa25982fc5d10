"""Finds the sent messages that show a paper, to link to them and to update them after an edit."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, func, select, update

from bot.domain.digest import Payload
from bot.i18n import Locale
from bot.store.connection import StoreConnection
from bot.store.editions import edition_channel, edition_locale
from bot.store.imports import last_step
from bot.store.schema import changes, edition_papers, editions, history, messages, papers, subscriptions


class SentMessage(NamedTuple):
    """A sent message of an edition; `place` is the paper's place in the edition, counted from 1."""

    edition_id: int
    position: int
    channel: str
    message_id: str
    payload: Payload
    locale: Locale
    place: int


async def edited_since(connection: StoreConnection, step: int) -> list[tuple[int, int]]:
    """Return the papers that later steps of the history edited as (workspace id, number).

    The history tells, not the paper: an undo restores a paper with the time of its earlier version.
    """
    query = (
        select(papers.c.workspace_id, papers.c.number)
        .join(history, and_(history.c.workspace_id == papers.c.workspace_id, history.c.paper_id == papers.c.id))
        .where(history.c.id > step, history.c.before.is_not(None))
        .group_by(papers.c.workspace_id, papers.c.number)
        .order_by(func.max(history.c.id))
    )
    return [(workspace_id, number) for workspace_id, number in await connection.execute(query)]


async def step_of(connection: StoreConnection, until: str) -> int:
    """Return the step up to which messages are true, from its number or, as older versions stored it, a time."""
    if until.isdigit():
        return int(until)
    later = select(func.min(history.c.id)).join(changes, changes.c.id == history.c.change_id)
    first = (await connection.execute(later.where(changes.c.at > until))).scalar()
    return first - 1 if first else await last_step(connection)


async def messages_with(
    connection: StoreConnection, platform: str, workspace_id: int, number: int
) -> list[SentMessage]:
    """Return a platform's sent messages of editions with that paper, newest edition first."""
    query = (
        select(
            editions.c.id,
            messages.c.position,
            edition_channel,
            messages.c.message_id,
            messages.c.payload,
            edition_locale,
            edition_papers.c.position + 1,
        )
        .join(edition_papers, edition_papers.c.edition_id == editions.c.id)
        .join(messages, messages.c.edition_id == editions.c.id)
        .join(subscriptions, subscriptions.c.id == editions.c.subscription_id)
        .where(edition_papers.c.workspace_id == workspace_id, edition_papers.c.number == number)
        .where(messages.c.state == "sent", edition_channel.startswith(f"{platform}:"))
        .order_by(editions.c.id.desc(), messages.c.position)
    )
    return [SentMessage(*row) for row in await connection.execute(query)]


async def first_sent(connection: StoreConnection, platform: str) -> str | None:
    """Return when the first edition of a platform was composed; None before it."""
    query = select(func.min(editions.c.composed_at)).join(
        subscriptions, subscriptions.c.id == editions.c.subscription_id
    )
    first: str | None = (await connection.execute(query.where(edition_channel.startswith(f"{platform}:")))).scalar()
    return first


async def payload_of(connection: StoreConnection, message: SentMessage) -> Payload | None:
    """Return the current content of a message."""
    conditions = (messages.c.edition_id == message.edition_id, messages.c.position == message.position)
    return (await connection.execute(select(messages.c.payload).where(*conditions))).scalar()


async def save_payload(connection: StoreConnection, message: SentMessage, payload: Payload) -> None:
    """Record the current content of a message."""
    conditions = (messages.c.edition_id == message.edition_id, messages.c.position == message.position)
    await connection.execute(update(messages).where(*conditions).values(payload=payload))
