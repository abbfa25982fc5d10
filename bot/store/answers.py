"""What sources answered, kept until it is too old: they ask not to be asked the same thing again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import SourceError
from bot.domain.metadata import Metadata, columns_of, metadata_from
from bot.i18n import message_from
from bot.store.database import iso
from bot.store.schema import answers


async def get(connection: AsyncConnection, key: str, now: datetime) -> Metadata | SourceError | None:
    """Return what was answered, a failure too, unless it is too old by now."""
    query = select(answers.c.answer).where(answers.c.key == key, answers.c.kept_until > iso(now))
    kept: dict[str, Any] | None = (await connection.execute(query)).scalar()
    if kept is None:
        return None
    return SourceError(message_from(kept["failure"])) if "failure" in kept else metadata_from(kept)


async def save(
    connection: AsyncConnection, key: str, answer: Metadata | SourceError, now: datetime, age: timedelta
) -> None:
    """Keep an answer for a time; those whose time is over are forgotten."""
    await connection.execute(delete(answers).where(answers.c.kept_until <= iso(now)))
    kept = {"failure": answer.message.columns()} if isinstance(answer, SourceError) else columns_of(answer)
    values = {"answer": kept, "kept_until": iso(now + age)}
    statement = upsert(answers).values(key=key, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
