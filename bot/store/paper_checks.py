"""When each paper is looked at again in each source, and what the source said of it last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import func, select, update

from bot.domain.publication import Publication, json_of_publication, publication_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import Dialect, PortableStatement, upsert
from bot.store.update_schema import paper_checks

CheckedSource = Literal["arxiv", "crossref"]

# A paper's id in a source: its own, or for Crossref the DOI of the published version that arXiv named.
_ID: dict[CheckedSource, Callable[[Dialect], str]] = {
    "arxiv": lambda sql: sql.field("p.identifiers", "arxiv"),
    "crossref": lambda sql: (
        f"""coalesce({sql.field("p.identifiers", "doi")}, (
        SELECT {sql.field("publication", "doi")} FROM paper_checks WHERE number = p.number AND source = 'arxiv'))"""
    ),
}


def _due(source: CheckedSource) -> PortableStatement:
    id = _ID[source]
    return PortableStatement(
        lambda sql: (
            f"""
        SELECT p.workspace_id, p.number, p.id AS paper_id, {id(sql)} AS id FROM papers p
        LEFT JOIN paper_checks c ON c.number = p.number AND c.source = :source
        WHERE (c.due_at IS NULL OR c.due_at <= :now) AND {id(sql)} IS NOT NULL
            AND (CAST(:number AS bigint) IS NULL OR p.number = :number)
            AND (CAST(:added_until AS text) IS NULL OR p.added_at <= :added_until)
        ORDER BY c.due_at NULLS FIRST, p.number LIMIT :limit"""
        )
    )


_DUE: dict[CheckedSource, PortableStatement] = {"arxiv": _due("arxiv"), "crossref": _due("crossref")}
_NEW = upsert(paper_checks)
_PUT_OFF = _NEW.on_conflict_do_update(index_elements=["number", "source"], set_={"due_at": _NEW.excluded.due_at})
_SAVE = _NEW.on_conflict_do_update(
    index_elements=["number", "source"],
    set_={name: _NEW.excluded[name] for name in ("due_at", "checked_at", "publication")},
)
_MAKE_ARXIV_DUE = PortableStatement(
    lambda sql: (
        f"""UPDATE paper_checks SET due_at = :now WHERE source = 'arxiv' AND due_at > :now AND number IN (
        SELECT number FROM paper_keys WHERE workspace_id = :workspace
        AND key IN (SELECT value FROM {sql.elements("keys")} wanted))"""
    )
)


class DueCheck(NamedTuple):
    """A paper to look at in a source, under its id there."""

    workspace_id: int
    number: int
    paper_id: str
    id: str


async def take_due(
    connection: StoreConnection,
    source: CheckedSource,
    now: datetime,
    until: datetime,
    limit: int,
    number: int | None = None,
    added_until: datetime | None = None,
) -> list[DueCheck]:
    """Return papers that are due in a source: those never looked at, then those due longest; with `number` that one.

    Those added after `added_until` are left out.

    Taken, they are due again at `until`: so two processes do not look at the same papers, and a crash loses none.
    """
    values = {"source": source, "now": iso(now), "limit": limit, "number": number}
    values["added_until"] = iso(added_until) if added_until else None
    rows = await connection.execute(_DUE[source], values)
    due = [DueCheck(*row) for row in rows]
    await put_off(connection, source, due, until)
    return due


async def make_due(connection: StoreConnection, number: int, now: datetime) -> None:
    """Let a paper be looked at now in every source."""
    await connection.execute(update(paper_checks).where(paper_checks.c.number == number).values(due_at=iso(now)))


async def make_arxiv_due(
    connection: StoreConnection, workspace_id: int, arxiv_ids: Iterable[str], now: datetime
) -> None:
    """Let a workspace's papers of these arXiv ids be looked at in the next night."""
    if keys := [f"arxiv:{id.lower()}" for id in arxiv_ids]:
        values = {"now": iso(now), "workspace": workspace_id, "keys": json.dumps(keys)}
        await connection.execute(_MAKE_ARXIV_DUE, values)


async def put_off(connection: StoreConnection, source: CheckedSource, due: Iterable[DueCheck], until: datetime) -> None:
    """Let papers be looked at again at that time, without a result now."""
    rows = [
        {"workspace_id": each.workspace_id, "number": each.number, "source": source, "due_at": iso(until)}
        for each in due
    ]
    if rows:
        await connection.execute(_PUT_OFF, rows)


async def last(connection: StoreConnection, source: CheckedSource, check: DueCheck) -> Publication | None:
    """Return what a source last said of a paper under its id of today; None before it told something."""
    query = select(paper_checks.c.publication).where(
        paper_checks.c.number == check.number, paper_checks.c.source == source, paper_checks.c.publication.is_not(None)
    )
    stored = (await connection.execute(query)).scalar()
    if stored is None or stored["id"] != check.id:  # somebody corrected the paper's id
        return None
    return publication_from({name: value for name, value in stored.items() if name != "id"})


async def save(
    connection: StoreConnection,
    source: CheckedSource,
    check: DueCheck,
    publication: Publication | None,
    now: datetime,
    due_at: datetime,
) -> None:
    """Record what a source says of a paper now, if it knows the paper, and when it is looked at again."""
    values = {
        "workspace_id": check.workspace_id,
        "number": check.number,
        "source": source,
        "due_at": iso(due_at),
        "checked_at": iso(now),
        "publication": {"id": check.id, **json_of_publication(publication)} if publication else None,
    }
    await connection.execute(_SAVE, values)


async def last_week(connection: StoreConnection, workspace_ids: Iterable[int], now: datetime) -> tuple[int, str | None]:
    """Return how many papers of workspaces were looked at in the last seven days, and when the last one ever was."""
    columns, since = paper_checks.c, iso(now - timedelta(days=7))
    papers = func.count(columns.number.distinct()).filter(columns.checked_at >= since)
    query = select(papers, func.max(columns.checked_at)).where(columns.workspace_id.in_(list(workspace_ids)))
    n, at = (await connection.execute(query)).one()
    return n, at


async def count_since(connection: StoreConnection, source: CheckedSource, since: datetime) -> int:
    """Return how many papers were looked at in a source since that time."""
    query = select(func.count()).where(paper_checks.c.source == source, paper_checks.c.checked_at >= iso(since))
    return int((await connection.execute(query)).scalar_one())
