"""What sources answered, kept until it is too old: they ask not to be asked the same thing again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.dates import parse_date
from bot.domain.errors import SourceError
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import Metadata
from bot.domain.paper import Link
from bot.i18n import Message
from bot.store.database import iso
from bot.store.schema import answers


async def get(connection: AsyncConnection, key: str, now: datetime) -> Metadata | SourceError | None:
    """Return what was answered, a failure too, unless it is too old by now."""
    query = select(answers.c.answer).where(answers.c.key == key, answers.c.kept_until > iso(now))
    kept: dict[str, Any] | None = (await connection.execute(query)).scalar()
    if kept is None:
        return None
    return SourceError(_message(kept["failure"])) if "failure" in kept else _metadata(kept)


async def save(
    connection: AsyncConnection, key: str, answer: Metadata | SourceError, now: datetime, age: timedelta
) -> None:
    """Keep an answer for a time; those whose time is over are forgotten."""
    await connection.execute(delete(answers).where(answers.c.kept_until <= iso(now)))
    kept = {"failure": _written(answer.message)} if isinstance(answer, SourceError) else _columns(answer)
    values = {"answer": kept, "kept_until": iso(now + age)}
    statement = upsert(answers).values(key=key, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))


def _columns(said: Metadata) -> dict[str, Any]:
    return asdict(said) | {"date": str(said.date) if said.date else None}


def _metadata(kept: dict[str, Any]) -> Metadata:
    return Metadata(
        **kept
        | {
            "date": parse_date(kept["date"]) if kept["date"] else None,
            "authors": tuple(kept["authors"]),
            "links": tuple(Link(**link) for link in kept["links"]),
            "identifiers": Identifiers(**kept["identifiers"]),
        }
    )


def _written(message: Message) -> list[Any]:
    values = {k: _written(v) if isinstance(v, Message) else v for k, v in message.values.items()}
    return [message.sentence, values]


def _message(written: list[Any]) -> Message:
    sentence, values = written
    return Message(sentence, {k: _message(v) if isinstance(v, list) else v for k, v in values.items()})
