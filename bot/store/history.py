"""The history of changes: who changed what and when, with the values before and after, enough to undo it."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, Select, and_, exists, func, insert, or_, select, update

from bot.domain.history import Action, Change, Step
from bot.domain.paper import Paper
from bot.store.connection import StoreConnection
from bot.store.database import batched, iso
from bot.store.dialect import PortableStatement
from bot.store.papers import JSON_COLUMNS, by_ids, paper_from
from bot.store.schema import candidates, changes, history, papers

_NAMED = 5  # papers of a change that are named; a line has no room for more
_COPIED = [c.name for c in papers.c if c.name != "workspace_id"]
# Copied by the database itself: 100,000 papers would take half a minute through Python.
_RECORD = PortableStatement(
    lambda sql: (
        f"""
INSERT INTO history (workspace_id, change_id, paper_id, before)
SELECT CAST(:workspace AS bigint), CAST(:change AS bigint), wanted.value,
    (SELECT {sql.object_of(_COPIED, JSON_COLUMNS)} FROM papers WHERE workspace_id = :workspace AND id = wanted.value)
FROM {sql.elements("ids")} wanted ORDER BY wanted.key
"""
    )
)
# The next step of the same paper; its `before` is what this step led to.
_next, _later = history.alias("next"), history.alias("later")
_IS_NEXT = _next.c.id == (
    select(func.min(_later.c.id))
    .where(
        _later.c.workspace_id == history.c.workspace_id,
        _later.c.paper_id == history.c.paper_id,
        _later.c.id > history.c.id,
    )
    .scalar_subquery()
)
_STEP = (history.c.paper_id, history.c.before, _next.c.id.label("next"), _next.c.before.label("after"))


async def open_change(
    connection: StoreConnection,
    workspace_id: int,
    action: Action,
    now: datetime,
    by: str | None,
    actor: str | None = None,
    undoes: int | None = None,
    *,
    is_open: bool = False,
) -> int:
    """Insert a change and return its id; an open undo or redo takes effect when it is closed."""
    values = {
        "workspace_id": workspace_id,
        "action": action,
        "at": iso(now),
        "by": by,
        "actor": actor,
        "undoes": undoes,
        "is_open": is_open,
    }
    new = insert(changes).values(values).returning(changes.c.id)
    change_id: int = (await connection.execute(new)).scalar_one()
    return change_id


async def record(connection: StoreConnection, workspace_id: int, change_id: int, ids: Sequence[str]) -> None:
    """Insert a step of a change for each paper, with its current version; call this before the papers are written."""
    for batch in batched(ids):
        values = {"workspace": workspace_id, "change": change_id, "ids": json.dumps(batch)}
        await connection.execute(_RECORD, values)


async def last_undoable(
    connection: StoreConnection, workspace_id: int, *, actor: str | None = None, id: int | None = None
) -> Change | None:
    """Return the newest change that can be undone: of an actor or anybody, or the one with that id."""
    query = _undoable(workspace_id).limit(1)
    if actor is not None:
        query = query.where(changes.c.actor == actor)
    if id is not None:
        query = query.where(changes.c.id == id)
    row = (await connection.execute(query)).first()
    return Change(row.id, row.action, datetime.fromisoformat(row.at), row.by) if row else None


async def undoable(
    connection: StoreConnection, workspace_id: int, limit: int, actor: str | None = None
) -> list[tuple[Change, list[str]]]:
    """Return the newest changes (of that actor) that can be undone, with the headings of their first papers."""
    query = _undoable(workspace_id).limit(limit)
    if actor is not None:
        query = query.where(changes.c.actor == actor)
    result = [Change(r.id, r.action, datetime.fromisoformat(r.at), r.by) for r in await connection.execute(query)]
    headings = await _first_headings(connection, workspace_id, [change.id for change in result])
    return list(zip(result, headings, strict=True))


async def first_headings(connection: StoreConnection, workspace_id: int, change_id: int) -> list[str]:
    """Return the headings of a change's first papers, enough to describe the change in a line, and … for others."""
    return (await _first_headings(connection, workspace_id, [change_id]))[0]


async def _first_headings(connection: StoreConnection, workspace_id: int, change_ids: Sequence[int]) -> list[list[str]]:
    ids = [await _first_ids(connection, workspace_id, change_id) for change_id in change_ids]
    headings = await _headings(connection, workspace_id, {id for of_change in ids for id in of_change[:_NAMED]})
    return [[headings[id] for id in each[:_NAMED]] + ["…"] * (len(each) > _NAMED) for each in ids]


async def _first_ids(connection: StoreConnection, workspace_id: int, change_id: int) -> list[str]:
    """Return the ids of the papers of a change that are named, and of one more."""
    conditions = (history.c.workspace_id == workspace_id, history.c.change_id == change_id)
    query = select(history.c.paper_id).where(*conditions).order_by(history.c.paper_id)
    return list(await connection.scalars(query.limit(_NAMED + 1)))


async def _headings(connection: StoreConnection, workspace_id: int, ids: Set[str]) -> dict[str, str]:
    """Return the headings of papers by id, as they were last for those that are gone."""
    query = select(papers.c.id, papers.c.title, papers.c.headline).where(papers.c.workspace_id == workspace_id)
    rows = await connection.execute(query.where(papers.c.id.in_(ids)))
    headings = {row.id: Paper(id=row.id, title=row.title, headline=row.headline).heading for row in rows}
    for id in ids - headings.keys():
        versions = await former_versions(connection, workspace_id, id)
        headings[id] = versions[-1].heading if versions else id
    return headings


async def newest_first(
    connection: StoreConnection, workspace_id: int, paper_id: str | None, limit: int
) -> list[tuple[Change, Step]]:
    """Return the history of one paper or of all, newest first."""
    query = (
        select(changes.c.id, changes.c.action, changes.c.at, changes.c.by, *_STEP)
        .join(changes, changes.c.id == history.c.change_id)
        .outerjoin(_next, _IS_NEXT)
        .where(history.c.workspace_id == workspace_id)
        .order_by(history.c.change_id.desc(), history.c.paper_id)
        .limit(limit)
    )
    if paper_id is not None:
        query = query.where(history.c.paper_id == paper_id)
    rows = (await connection.execute(query)).all()
    result = [Change(r.id, r.action, datetime.fromisoformat(r.at), r.by) for r in rows]
    return list(zip(result, await _steps(connection, workspace_id, rows), strict=True))


async def added_by(connection: StoreConnection, workspace_id: int, actor: str, limit: int) -> list[str]:
    """Return the ids of the papers that an actor added last, newest first; without those that are gone.

    An accepted proposal is its proposer's and not the curator's who accepted it.
    """
    proposed = select(candidates.c.change_id).where(
        candidates.c.workspace_id == workspace_id, candidates.c.change_id.is_not(None)
    )
    own = proposed.where(candidates.c.proposer == actor)
    theirs = proposed.where(candidates.c.proposer != actor)
    is_own = or_(changes.c.id.in_(own), and_(changes.c.actor == actor, changes.c.id.not_in(theirs)))
    query = (
        select(papers.c.id)
        .join(history, (history.c.paper_id == papers.c.id) & (history.c.workspace_id == papers.c.workspace_id))
        .join(changes, changes.c.id == history.c.change_id)
        .where(papers.c.workspace_id == workspace_id, changes.c.action == "add", is_own)
        .group_by(papers.c.id)
        .order_by(func.max(changes.c.id).desc())
        .limit(limit)
    )
    return list(await connection.scalars(query))


async def former_versions(connection: StoreConnection, workspace_id: int, paper_id: str) -> list[Paper]:
    """Return the earlier versions of a paper, oldest first."""
    conditions = (history.c.workspace_id == workspace_id, history.c.paper_id == paper_id)
    query = select(history.c.before).where(*conditions, history.c.before.is_not(None)).order_by(history.c.id)
    return [paper_from(before) for before in await connection.scalars(query)]


async def close_change(connection: StoreConnection, id: int) -> None:
    """Record that an open change is complete."""
    await connection.execute(update(changes).where(changes.c.id == id).values(is_open=False))


async def change(connection: StoreConnection, workspace_id: int, id: int) -> Change | None:
    """Return the change of that id, or None."""
    query = select(changes).where(changes.c.workspace_id == workspace_id, changes.c.id == id)
    row = (await connection.execute(query)).first()
    return Change(row.id, row.action, datetime.fromisoformat(row.at), row.by) if row else None


async def was_undone(connection: StoreConnection, workspace_id: int, id: int) -> bool:
    """Return whether a change was undone and not redone."""
    undo = changes.alias()
    conditions = (undo.c.workspace_id == workspace_id, undo.c.undoes == id, undo.c.is_open == 0)
    query = select(exists().where(*conditions, ~is_redone(undo)))
    return bool((await connection.execute(query)).scalar())


async def last_undo(connection: StoreConnection, workspace_id: int, of: int | None = None) -> tuple[int, int] | None:
    """Return the newest undo that was not redone (of a change, if given) as (its id, id of the undone change)."""
    undo = changes.alias()
    query = (
        select(undo.c.id, undo.c.undoes)
        .where(undo.c.workspace_id == workspace_id, undo.c.action == "undo", ~is_redone(undo))
        .order_by(undo.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query if of is None else query.where(undo.c.undoes == of))).first()
    return (row.id, row.undoes) if row else None


def _undoable(workspace_id: int) -> Select[Any]:
    undo = changes.alias()
    return (
        select(changes.c.id, changes.c.action, changes.c.at, changes.c.by)
        .where(changes.c.workspace_id == workspace_id, changes.c.action.not_in(("undo", "redo")))
        .where(~exists().where(undo.c.undoes == changes.c.id, undo.c.is_open == 0, ~is_redone(undo)))
        .order_by(changes.c.id.desc())
    )


def is_redone(undo: Any) -> Exists:
    """Return the condition that an undo was redone."""
    redo = changes.alias()
    return exists().where(redo.c.undoes == undo.c.id, redo.c.is_open == 0)


async def _steps(connection: StoreConnection, workspace_id: int, rows: Sequence[Any]) -> list[Step]:
    """Return the steps of rows; the last step of a paper led to the paper's current version."""
    today = await by_ids(connection, workspace_id, {row.paper_id for row in rows if row.next is None})
    return [
        Step(
            row.paper_id,
            paper_from(row.before) if row.before else None,
            (paper_from(row.after) if row.after else None) if row.next else today.get(row.paper_id, (0, None))[1],
        )
        for row in rows
    ]
