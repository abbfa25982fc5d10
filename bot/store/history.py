"""The history of changes: who changed what and when, with the values before and after, enough to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, Select, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.history import Action, Change, Step
from bot.store.database import batched, iso
from bot.store.schema import changes, history


async def open_change(
    connection: AsyncConnection,
    workspace_id: int,
    action: Action,
    now: datetime,
    by: str | None,
    actor: str | None = None,
    undoes: int | None = None,
) -> int:
    """Insert a change and return its id."""
    values = {
        "workspace_id": workspace_id,
        "action": action,
        "at": iso(now),
        "by": by,
        "actor": actor,
        "undoes": undoes,
    }
    new = insert(changes).values(values).returning(changes.c.id)
    made: int = (await connection.execute(new)).scalar_one()
    return made


async def record(connection: AsyncConnection, workspace_id: int, change_id: int, steps: Sequence[Step]) -> None:
    """Insert what a change did to each paper."""
    for batch in batched(steps):
        rows = [
            {
                "workspace_id": workspace_id,
                "change_id": change_id,
                "paper_id": s.paper_id,
                "before": s.before,
                "after": s.after,
            }
            for s in batch
        ]
        await connection.execute(insert(history), rows)


async def last_undoable(
    connection: AsyncConnection, workspace_id: int, *, actor: str | None = None, id: int | None = None
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
    connection: AsyncConnection, workspace_id: int, limit: int, actor: str | None = None
) -> list[tuple[Change, list[str]]]:
    """Return the newest changes (of that actor) that can be undone, with the ids of their papers."""
    query = _undoable(workspace_id).limit(limit)
    if actor is not None:
        query = query.where(changes.c.actor == actor)
    found = [Change(r.id, r.action, datetime.fromisoformat(r.at), r.by) for r in await connection.execute(query)]
    ids = select(history.c.change_id, history.c.paper_id).where(history.c.change_id.in_([c.id for c in found]))
    papers: dict[int, list[str]] = {}
    for change_id, paper_id in await connection.execute(ids):
        papers.setdefault(change_id, []).append(paper_id)
    return [(change, papers.get(change.id, [])) for change in found]


async def steps_of(connection: AsyncConnection, workspace_id: int, change_id: int) -> list[Step]:
    """Return what a change did to each paper."""
    query = select(history.c.paper_id, history.c.before, history.c.after).where(
        history.c.workspace_id == workspace_id, history.c.change_id == change_id
    )
    return [Step(row.paper_id, row.before, row.after) for row in await connection.execute(query)]


async def newest_first(
    connection: AsyncConnection, workspace_id: int, paper_id: str | None, limit: int
) -> list[tuple[Change, Step]]:
    """Return the history of one paper or of all, newest first."""
    query = (
        select(
            changes.c.id,
            changes.c.action,
            changes.c.at,
            changes.c.by,
            history.c.paper_id,
            history.c.before,
            history.c.after,
        )
        .join(changes, changes.c.id == history.c.change_id)
        .where(history.c.workspace_id == workspace_id)
        .order_by(history.c.change_id.desc(), history.c.paper_id)
        .limit(limit)
    )
    rows = await connection.execute(query if paper_id is None else query.where(history.c.paper_id == paper_id))
    return [
        (Change(r.id, r.action, datetime.fromisoformat(r.at), r.by), Step(r.paper_id, r.before, r.after)) for r in rows
    ]


async def change(connection: AsyncConnection, workspace_id: int, id: int) -> Change | None:
    """Return the change of that id, or None."""
    query = select(changes).where(changes.c.workspace_id == workspace_id, changes.c.id == id)
    row = (await connection.execute(query)).first()
    return Change(row.id, row.action, datetime.fromisoformat(row.at), row.by) if row else None


async def was_undone(connection: AsyncConnection, workspace_id: int, id: int) -> bool:
    """Return whether a change was undone and not redone."""
    undo = changes.alias()
    query = select(exists().where(undo.c.workspace_id == workspace_id, undo.c.undoes == id, ~_redone(undo)))
    return bool((await connection.execute(query)).scalar())


async def last_undo(connection: AsyncConnection, workspace_id: int, of: int | None = None) -> tuple[int, int] | None:
    """Return the newest undo that was not redone (of a change, if given) as (its id, id of the undone change)."""
    undo = changes.alias()
    query = (
        select(undo.c.id, undo.c.undoes)
        .where(undo.c.workspace_id == workspace_id, undo.c.action == "undo", ~_redone(undo))
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
        .where(~exists().where(undo.c.undoes == changes.c.id, ~_redone(undo)))
        .order_by(changes.c.id.desc())
    )


def _redone(undo: Any) -> Exists:
    """Return the condition that an undo was redone."""
    redo = changes.alias()
    return exists().where(redo.c.undoes == undo.c.id)
