"""Inserts and changes subscriptions; the editions of one that moves keep the channel and the language they had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, null, select, update

from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.schema import editions, messages, subscriptions

edition_channel: ColumnElement[str] = func.coalesce(editions.c.channel, subscriptions.c.channel).label("channel")
edition_locale: ColumnElement[Any] = func.coalesce(editions.c.locale, subscriptions.c.locale)
"""Where an edition went and in which language, in a query that joins both tables."""


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
    has_begun = exists().where(messages.c.edition_id == editions.c.id, messages.c.state != "waiting")
    await connection.execute(delete(editions).where(*is_open, ~has_begun))
    ended = {"done_at": iso(now), "lease_owner": None, "leased_until": None, "trouble": null()}
    await connection.execute(update(editions).where(*is_open).values(**ended))
    await connection.execute(update(editions).where(of_it, editions.c.channel.is_(None)).values(channel=before.channel))
