"""A cache of the sources' answers, because they ask not to be queried for the same thing repeatedly."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from bot.domain.errors import SourceError
from bot.domain.metadata import Metadata, json_of, metadata_from
from bot.i18n import message_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.schema import metadata_cache


async def get(connection: StoreConnection, key: str, now: datetime) -> Metadata | SourceError | None:
    """Return the cached answer, which may be a failure, unless it has expired."""
    query = select(metadata_cache.c.answer).where(metadata_cache.c.key == key, metadata_cache.c.kept_until > iso(now))
    columns: dict[str, Any] | None = (await connection.execute(query)).scalar()
    if columns is None:
        return None
    return SourceError(message_from(columns["failure"])) if "failure" in columns else metadata_from(columns)


async def save(
    connection: StoreConnection, key: str, answer: Metadata | SourceError, now: datetime, age: timedelta
) -> None:
    """Cache an answer for some time; expired answers are deleted."""
    await connection.execute(delete(metadata_cache).where(metadata_cache.c.kept_until <= iso(now)))
    columns = {"failure": answer.message.columns()} if isinstance(answer, SourceError) else json_of(answer)
    values = {"answer": columns, "kept_until": iso(now + age)}
    statement = upsert(metadata_cache).values(key=key, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
