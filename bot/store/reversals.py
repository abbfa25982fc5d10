"""The steps that revert a change, read in batches: a change may be an import of 100,000 papers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import select

from bot.domain.paper import Columns, Paper
from bot.domain.paper_update import Update, joined
from bot.store.connection import StoreConnection
from bot.store.database import Database, batched
from bot.store.dialect import PortableStatement, read_json
from bot.store.history import is_redone
from bot.store.papers import by_ids, columns_of, paper_from, updates_columns
from bot.store.schema import changes

_FRAME = 100  # papers per query that reads ahead

# `next` is the next step of the same paper; its `before` is what this step led to.
_STEPS = """
history step
LEFT JOIN history next ON next.id = (
    SELECT min(id) FROM history WHERE workspace_id = step.workspace_id AND paper_id = step.paper_id AND id > step.id)
LEFT JOIN papers paper ON paper.workspace_id = step.workspace_id AND paper.id = step.paper_id
"""
_UNDONE_ALREADY = "EXISTS (SELECT 1 FROM history WHERE change_id = :reversal AND paper_id = step.paper_id)"
_LEFT = PortableStatement(
    lambda sql: (
        f"""
SELECT {sql.list_of("paper_id")}, {sql.list_of("number", "number IS NOT NULL")},
    {sql.list_of("number", "number IS NOT NULL AND before IS NULL")}, count(before) FROM (
    SELECT step.paper_id, paper.number, step.before FROM history step
    LEFT JOIN papers paper ON paper.workspace_id = step.workspace_id AND paper.id = step.paper_id
    WHERE step.workspace_id = :workspace AND step.change_id = :change AND NOT {_UNDONE_ALREADY} ORDER BY step.id) step
"""
    )
)
_DOUBTFUL = PortableStatement(
    lambda sql: (
        f"""
SELECT {sql.list_of("paper_id")} FROM (
    SELECT paper_id FROM history step WHERE workspace_id = :workspace AND change_id = :change AND (before IS NOT NULL
        OR EXISTS (SELECT 1 FROM history WHERE workspace_id = :workspace AND paper_id = step.paper_id AND id > step.id))
    ORDER BY id) step
"""
    )
)
_OF_IDS = PortableStatement(
    lambda sql: (
        f"""
SELECT step.paper_id, step.before, paper.number, next.id IS NOT NULL, next.before
FROM {sql.elements("ids")} wanted CROSS JOIN {_STEPS}
WHERE step.change_id = :change AND step.paper_id = wanted.value AND step.workspace_id = :workspace
    AND NOT {_UNDONE_ALREADY} ORDER BY wanted.key
"""
    )
)


class ReversedStep(NamedTuple):
    """A step to revert: `number` is that of the paper if it exists now, `before` its version to restore, if any.

    `is_changed` is true when the paper was changed again since the step; updates that sources told since are no change,
    and stay.
    """

    paper_id: str
    number: int | None
    before: Columns | None
    is_changed: bool


class Extent(NamedTuple):
    """The ids of the papers still to revert, and how many will be restored.

    `numbers` are of those that exist, `removed` of those that will be removed.
    """

    ids: list[str]
    numbers: list[int]
    removed: list[int]
    restored: int


async def open_reversal(connection: StoreConnection, workspace_id: int, change_id: int) -> int | None:
    """Return the id of an incomplete undo or redo of a change, or None."""
    conditions = (changes.c.workspace_id == workspace_id, changes.c.undoes == change_id, changes.c.is_open == 1)
    return (await connection.scalars(select(changes.c.id).where(*conditions, ~is_redone(changes)))).first()


async def is_any_open(connection: StoreConnection) -> bool:
    """Return whether any workspace has an incomplete undo or redo."""
    query = select(changes.c.id).where(changes.c.is_open == 1, ~is_redone(changes)).limit(1)
    return (await connection.scalars(query)).first() is not None


async def extent(connection: StoreConnection, workspace_id: int, change_id: int, reversal: int | None) -> Extent:
    """Return which papers of a change remain, given an incomplete reversal."""
    values = {"workspace": workspace_id, "change": change_id, "reversal": reversal}
    ids, numbers, removed, restored = (await connection.execute(_LEFT, values)).one()
    return Extent(json.loads(ids), json.loads(numbers), json.loads(removed), restored)


async def doubtful(connection: StoreConnection, workspace_id: int, change_id: int) -> list[str]:
    """Return the ids of the papers that may prevent a revert: changed since, or the same work as another."""
    values = {"workspace": workspace_id, "change": change_id}
    ids: list[str] = json.loads((await connection.execute(_DOUBTFUL, values)).scalar_one())
    return ids


async def of_ids(
    connection: StoreConnection, workspace_id: int, change_id: int, ids: Sequence[str], reversal: int | None
) -> list[ReversedStep]:
    """Return the steps of some papers of a change, without those that the reversal has already reverted."""
    steps = []
    for batch in batched(ids):
        values = {"workspace": workspace_id, "change": change_id, "reversal": reversal, "ids": json.dumps(batch)}
        rows = (await connection.execute(_OF_IDS, values)).all()
        today = await by_ids(connection, workspace_id, [id for id, _, _, is_followed, _ in rows if is_followed])
        for id, before, number, is_followed, after in rows:
            led_to, now = _paper(after), today.get(id, (0, None))[1]
            is_changed = is_followed and _without_updates(led_to) != _without_updates(now)
            columns = _columns(before)
            if columns and led_to and now:
                columns["updates"] = updates_columns(_updates_without_step(paper_from(columns), led_to, now))
            steps.append(ReversedStep(id, number, columns, is_changed))
    return steps


async def restored_rows(
    database: Database, workspace_id: int, change_id: int, ids: Sequence[str]
) -> AsyncIterator[list[Columns]]:
    """Yield the versions that will be restored of the papers of these ids, in batches."""
    for batch in batched(ids, _FRAME):
        async with database.read() as connection:
            reversals = await of_ids(connection, workspace_id, change_id, batch, None)
        yield [each.before for each in reversals if each.before]


def _without_updates(paper: Paper | None) -> Paper | None:
    return replace(paper, updates=()) if paper else None


def _updates_without_step(before: Paper, after: Paper, now: Paper) -> tuple[Update, ...]:
    """Return a paper's updates of today without those that a step brought, and with those that it took."""
    kept = [update for update in now.updates if update not in after.updates or update in before.updates]
    return joined(kept, (update for update in before.updates if update not in after.updates))


def _columns(before: str | Columns | None) -> Columns | None:
    """Return a stored version with all of today's columns, whichever version of the program stored it."""
    if not before:
        return None
    version = read_json(before)
    return {**columns_of(paper_from(version)), "number": version["number"]}


def _paper(before: str | Columns | None) -> Paper | None:
    return paper_from(read_json(before)) if before else None
