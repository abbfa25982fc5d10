"""When each paper is looked at again in each source, and what the source said of it last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import func, select, text, update

from bot.domain.publication import Publication, json_of_publication, publication_from
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.update_schema import paper_checks

CheckedSource = Literal["arxiv", "crossref"]

# A paper's id in a source: its own, or for Crossref the DOI of the published version that arXiv named.
_ID = {
    "arxiv": "json_extract(p.identifiers, '$.arxiv')",
    "crossref": """coalesce(json_extract(p.identifiers, '$.doi'), (
        SELECT json_extract(publication, '$.doi') FROM paper_checks WHERE number = p.number AND source = 'arxiv'))""",
}


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
) -> list[DueCheck]:
    """Return papers that are due in a source: those never looked at, then those due longest; with `number` that one.

    Taken, they are due again at `until`: so two processes do not look at the same papers, and a crash loses none.
    """
    query = text(f"""
        SELECT p.workspace_id, p.number, p.id AS paper_id, {_ID[source]} AS id FROM papers p
        LEFT JOIN paper_checks c ON c.number = p.number AND c.source = :source
        WHERE (c.due_at IS NULL OR c.due_at <= :now) AND {_ID[source]} IS NOT NULL
            AND (:number IS NULL OR p.number = :number)
        ORDER BY c.due_at, p.number LIMIT :limit""")
    rows = await connection.execute(query, {"source": source, "now": iso(now), "limit": limit, "number": number})
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
        await connection.exec_driver_sql(
            """UPDATE paper_checks SET due_at = :now WHERE source = 'arxiv' AND due_at > :now AND number IN (
            SELECT number FROM paper_keys WHERE workspace_id = :workspace
            AND key IN (SELECT value FROM json_each(:keys)))""",
            {"now": iso(now), "workspace": workspace_id, "keys": json.dumps(keys)},
        )


async def put_off(connection: StoreConnection, source: CheckedSource, due: Iterable[DueCheck], until: datetime) -> None:
    """Let papers be looked at again at that time, without a result now."""
    rows = [(each.workspace_id, each.number, source, iso(until)) for each in due]
    if not rows:
        return
    await connection.exec_driver_sql(
        """INSERT INTO paper_checks (workspace_id, number, source, due_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (number, source) DO UPDATE SET due_at = excluded.due_at""",
        rows,
    )


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
    columns = json.dumps({"id": check.id, **json_of_publication(publication)}) if publication else None
    values = (check.workspace_id, check.number, source, iso(due_at), iso(now), columns)
    await connection.exec_driver_sql(
        """INSERT INTO paper_checks (workspace_id, number, source, due_at, checked_at, publication)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (number, source) DO UPDATE SET
        due_at = excluded.due_at, checked_at = excluded.checked_at, publication = excluded.publication""",
        values,
    )


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
