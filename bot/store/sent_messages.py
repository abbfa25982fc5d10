"""Finds the sent messages that show a paper, to link to them and to update them when it is edited or removed."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, select, update

from bot.domain.digest import Payload
from bot.domain.paper import Paper
from bot.i18n import Locale
from bot.store.connection import StoreConnection
from bot.store.editions import edition_channel, edition_locale
from bot.store.imports import last_step
from bot.store.papers import by_numbers, paper_from
from bot.store.schema import changes, edition_papers, editions, history, messages, papers, subscriptions


class SentMessage(NamedTuple):
    """A sent message of an edition; `place` is the paper's place in the edition, counted from 1.

    Whether the platform shows `payload` is unsure while the outcome of an edit is not known.
    """

    edition_id: int
    position: int
    channel: str
    message_id: str
    payload: Payload
    locale: Locale
    place: int
    is_unsure: bool


class PublishedPaper(NamedTuple):
    """A paper of an edition; its number stays its own when it is removed, and when an undo brings it back."""

    workspace_id: int
    id: str
    number: int


class Version(NamedTuple):
    """A paper as it is, or as it was when it was removed."""

    paper: Paper
    is_removed: bool = False


# The number of a step's paper. What it was before the step knows it; else the step added it, perhaps back.
_NUMBER = history.c.before["number"].as_integer()


async def changed_since(connection: StoreConnection, step: int) -> list[PublishedPaper]:
    """Return the papers of editions that later steps of the history edited, removed or restored.

    The history tells, not the paper: an undo restores a paper with the time of its earlier version.
    """
    is_same = and_(history.c.workspace_id == papers.c.workspace_id, history.c.paper_id == papers.c.id)
    number = func.coalesce(_NUMBER, papers.c.number)
    is_published = exists().where(
        edition_papers.c.workspace_id == history.c.workspace_id, edition_papers.c.number == number
    )
    query = (
        select(history.c.workspace_id, history.c.paper_id, number)
        .outerjoin(papers, is_same)
        .where(history.c.id > step, is_published)
        .order_by(history.c.id)
    )
    return list(dict.fromkeys(PublishedPaper(*row) for row in await connection.execute(query)))


async def version_of(connection: StoreConnection, published: PublishedPaper) -> Version | None:
    """Return the current version of a paper, or its last one; None if nothing is known of it any more."""
    workspace_id, id, number = published
    if paper := (await by_numbers(connection, workspace_id, [number])).get(number):
        return Version(paper)
    query = (
        select(history.c.before)
        .where(history.c.workspace_id == workspace_id, history.c.paper_id == id, number == _NUMBER)
        .order_by(history.c.id.desc())
        .limit(1)
    )
    columns = (await connection.execute(query)).scalar()
    return Version(paper_from(columns), is_removed=True) if columns else None


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
            messages.c.sending_at.is_not(None),
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
    return (await connection.execute(select(messages.c.payload).where(*_one(message)))).scalar()


async def mark_unsure(connection: StoreConnection, message: SentMessage) -> None:
    """Record, before an edit leaves, that nobody knows what the platform shows; nothing reads the time itself."""
    await connection.execute(update(messages).where(*_one(message)).values(sending_at=messages.c.sent_at))


async def save_payload(connection: StoreConnection, message: SentMessage, payload: Payload) -> None:
    """Record the current content of a message, which the platform shows."""
    await connection.execute(update(messages).where(*_one(message)).values(payload=payload, sending_at=None))


def _one(message: SentMessage) -> tuple[ColumnElement[bool], ...]:
    return messages.c.edition_id == message.edition_id, messages.c.position == message.position
