"""The papers of a workspace, and the keys by which each is recognised."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Row, Select, bindparam, delete, func, insert, select, update

from bot.domain.dates import PaperDate, parse_date
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Columns, Link, Paper, identity_keys, link_keys, person_name, title_key
from bot.domain.paper_update import Update
from bot.store.connection import StoreConnection
from bot.store.database import batched, iso
from bot.store.dialect import PortableStatement, read_json
from bot.store.schema import paper_keys, papers
from bot.store.sequences import count_on, highest_number

_SLICE = 0.002  # seconds of reading papers before other tasks get their turn
JSON_COLUMNS = tuple(c.name for c in papers.c if isinstance(c.type, JSON))
_FIELDS = tuple(c for c in papers.c if c.name != "workspace_id")
# fetched as one JSON text, because 100,000 rows would block the event loop
_NUMBERS = PortableStatement(
    lambda sql: (
        f"""SELECT {sql.list_of("number")} FROM (
        SELECT number FROM papers WHERE workspace_id = :workspace
        ORDER BY added_at DESC, date DESC NULLS LAST, number DESC) paper"""
    )
)
# + 0: found by number, not among all papers of the workspace
_REMOVE = PortableStatement(
    lambda sql: (
        f"""DELETE FROM papers WHERE workspace_id + 0 = :workspace
        AND number IN (SELECT CAST(value AS bigint) FROM {sql.elements("numbers")} wanted)"""
    )
)
_HOLDERS = (  # built once: building it takes longer than SQLite takes to answer
    select(paper_keys.c.key, papers.c.id)
    .join(papers, papers.c.number == paper_keys.c.number)
    .where(paper_keys.c.workspace_id == bindparam("workspace"), paper_keys.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(papers.c.number.desc())
)


def columns_of(paper: Paper) -> Columns:
    """Return the paper as table columns, without number and workspace; every value is valid JSON."""
    return {
        "id": paper.id,
        "headline": paper.headline,
        "title": paper.title,
        "date": str(paper.date) if paper.date else None,
        "comment": paper.comment,
        "excerpt": paper.excerpt,
        "venue": paper.venue,
        "organization": paper.organization,
        "authors": list(paper.authors),
        "links": [[link.url, link.label] for link in paper.links],
        "tags": list(paper.tags),
        "identifiers": dict(paper.identifiers.pairs()),
        "added_at": iso(paper.added_at) if paper.added_at else None,
        "added_by": paper.added_by,
        "updated_at": iso(paper.updated_at) if paper.updated_at else None,
        "updates": updates_columns(paper.updates),
    }


def paper_from(columns: Columns) -> Paper:
    """Return the paper that `columns_of` wrote; extra columns such as number and workspace are ignored.

    What an older version wrote lacks the columns that came later.
    """
    return Paper(
        id=columns["id"],
        headline=columns.get("headline"),
        title=columns["title"],
        date=_date(columns.get("date")),
        comment=columns.get("comment"),
        excerpt=columns.get("excerpt"),
        venue=columns.get("venue"),
        organization=columns.get("organization"),
        authors=tuple(columns.get("authors") or ()),
        links=_links(columns),
        tags=tuple(columns.get("tags") or ()),
        identifiers=Identifiers(**(columns.get("identifiers") or {})),
        added_at=_time(columns.get("added_at")),
        added_by=columns.get("added_by"),
        updated_at=_time(columns.get("updated_at")),
        updates=tuple(map(update_from, columns.get("updates") or ())),
    )


def paper_from_row(row: Columns) -> Paper:
    """Return the paper of a row that a statement in text read."""
    return paper_from(row | {name: read_json(row[name]) for name in JSON_COLUMNS})


async def by_ids(connection: StoreConnection, workspace_id: int, ids: Iterable[str]) -> dict[str, tuple[int, Paper]]:
    """Return the papers of these ids as {id: (number, paper)}; unknown ids are left out."""
    by_id: dict[str, tuple[int, Paper]] = {}
    for batch in batched(list(ids)):
        query = _of(workspace_id).where(papers.c.id.in_(batch))
        by_id |= {paper.id: (number, paper) for number, paper in map(_read, await connection.execute(query))}
    return by_id


async def by_numbers(connection: StoreConnection, workspace_id: int, numbers: Sequence[int]) -> dict[int, Paper]:
    """Return the papers of these numbers in the given order; unknown numbers are left out."""
    by_number: dict[int, Paper] = {}
    began = time.perf_counter()
    for batch in batched(list(numbers)):
        for row in await connection.execute(_of(workspace_id).where(papers.c.number.in_(batch))):
            number, paper = _read(row)
            by_number[number] = paper
            if time.perf_counter() - began > _SLICE:  # reading a paper with thousands of authors takes milliseconds
                await asyncio.sleep(0)
                began = time.perf_counter()
    return {number: by_number[number] for number in numbers if number in by_number}


async def by_keys(connection: StoreConnection, workspace_id: int, keys: Iterable[str]) -> dict[str, str]:
    """Return which paper has each of the keys, as {key: paper id}; the oldest if several do."""
    holders: dict[str, str] = {}
    for batch in batched(list(dict.fromkeys(keys))):
        values = {"workspace": workspace_id, "keys": batch}
        holders |= dict(map(tuple, await connection.execute(_HOLDERS, values)))
    return holders


async def works(connection: StoreConnection, workspace_id: int, keys: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return which paper has each identity key under which title, as {(key, title key): paper id}.

    A key alone does not always identify a work: all chapters of a book may carry the book's DOI.
    """
    titles = paper_keys.alias()
    ids: dict[tuple[str, str], str] = {}
    for batch in batched(list(dict.fromkeys(keys))):
        query = (
            select(paper_keys.c.key, titles.c.key, papers.c.id)
            .join(titles, titles.c.number == paper_keys.c.number)
            .join(papers, papers.c.number == paper_keys.c.number)
            .where(paper_keys.c.workspace_id == workspace_id, paper_keys.c.key.in_(batch))
            # without the workspace: with it SQLite would read all its keys instead of using the number's index
            .where(titles.c.key.startswith("title:"))
            .order_by(papers.c.number.desc())
        )
        ids |= {(key, title): id for key, title, id in await connection.execute(query)}
    return ids


async def newest(connection: StoreConnection, workspace_id: int, limit: int) -> list[tuple[int, Paper]]:
    """Return the papers added last, newest first, as (number, paper)."""
    order = (papers.c.added_at.desc(), papers.c.date.desc().nulls_last(), papers.c.number.desc())
    return list(map(_read, await connection.execute(_of(workspace_id).order_by(*order).limit(limit))))


async def every(connection: StoreConnection, workspace_id: int, batch: int = 500) -> AsyncIterator[list[Paper]]:
    """Yield all papers of the workspace, newest addition first, `batch` at a time."""
    for numbers_of_batch in batched(await numbers(connection, workspace_id), batch):
        yield list((await by_numbers(connection, workspace_id, numbers_of_batch)).values())


async def numbers(connection: StoreConnection, workspace_id: int) -> list[int]:
    """Return the numbers of all papers of the workspace, newest addition first."""
    return list(json.loads((await connection.execute(_NUMBERS, {"workspace": workspace_id})).scalar_one()))


async def count(connection: StoreConnection, workspace_id: int) -> int:
    """Return how many papers the workspace has."""
    query = select(func.count()).select_from(papers).where(papers.c.workspace_id == workspace_id)
    return int((await connection.execute(query)).scalar_one())


async def last_number(connection: StoreConnection) -> int:
    """Return the highest number that was ever given to a paper, 0 before the first."""
    return await highest_number(connection, papers)


async def add(connection: StoreConnection, workspace_id: int, rows: Sequence[Columns]) -> list[int]:
    """Insert papers given as columns and return their numbers; numbers are also set in the columns, unless given."""
    last = await last_number(connection)
    for row in rows:
        last = max(last, row.setdefault("number", last + 1))
    for batch in batched(rows):
        await connection.execute(insert(papers), [{**row, "workspace_id": workspace_id} for row in batch])
        await _write_keys(connection, workspace_id, batch)
    await count_on(connection, papers, last)
    return [row["number"] for row in rows]


async def replace_all(connection: StoreConnection, workspace_id: int, rows: Sequence[Columns]) -> None:
    """Replace the papers of the same `number`."""
    names = [c.name for c in _FIELDS if c.name != "number"]
    statement = (
        update(papers)
        .where(papers.c.number == bindparam("_number"), papers.c.workspace_id == workspace_id)
        .values({name: bindparam(name) for name in names})
    )
    deletion = delete(paper_keys).where(paper_keys.c.number == bindparam("_number"))
    for batch in batched(rows):
        await connection.execute(statement, [{**{n: row[n] for n in names}, "_number": row["number"]} for row in batch])
        await connection.execute(deletion, [{"_number": row["number"]} for row in batch])
        await _write_keys(connection, workspace_id, batch)


async def remove(connection: StoreConnection, workspace_id: int, numbers: Sequence[int]) -> None:
    """Delete the papers of these numbers and their keys."""
    for batch in batched(list(numbers)):
        await connection.execute(_REMOVE, {"workspace": workspace_id, "numbers": json.dumps(batch)})


async def _write_keys(connection: StoreConnection, workspace_id: int, rows: Sequence[Columns]) -> None:
    keys = [(workspace_id, key, row["number"]) for row in rows for key in _keys(row)]
    await connection.insert_all(paper_keys, ("workspace_id", "key", "number"), keys)


def _keys(row: Columns) -> Iterable[str]:
    paper = Paper(id=row["id"], title=row["title"], links=_links(row), identifiers=Identifiers(**row["identifiers"]))
    return dict.fromkeys((*identity_keys(paper), *link_keys(paper), title_key(paper.title)))


def _links(row: Columns) -> tuple[Link, ...]:
    return tuple(Link(url, label) for url, label in row.get("links") or ())


def updates_columns(updates: Iterable[Update]) -> list[Any] | None:
    """Return updates as JSON values; None if there are none."""
    return [[each.kind, str(each.date), each.value, each.url] for each in updates] or None


def update_from(columns: Sequence[Any]) -> Update:
    """Return the update from JSON values."""
    kind, date, value, url = columns
    return Update(kind, parse_date(date), value, url)


def _of(workspace_id: int) -> Select[Any]:
    return select(*_FIELDS).where(papers.c.workspace_id == workspace_id)


def _read(row: Row[Any]) -> tuple[int, Paper]:
    columns = row._asdict()
    return columns.pop("number"), paper_from(columns)


@lru_cache(maxsize=4096)  # many papers share a date
def _date(text: str | None) -> PaperDate | None:
    return parse_date(text) if text else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def with_bookkeeping(paper: Paper, *, added_at: datetime, updated_at: datetime, added_by: str | None) -> Paper:
    """Return the paper with its times and its author set."""
    return replace(paper, added_at=added_at, updated_at=updated_at, added_by=person_name(added_by))
