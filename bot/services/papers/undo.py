"""Undo and redo of changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import structlog

from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.history import Change, Step
from bot.domain.numbers import is_given
from bot.domain.paper import Columns, identity_keys
from bot.i18n import msg
from bot.services.papers.library import refuse_shared_keys, write_steps
from bot.services.ports import Clock
from bot.store import history, imports, papers
from bot.store.database import Database, StoreConnection
from bot.store.papers import columns_of, paper_from

_log = structlog.get_logger()


class Undo:
    """Undoes and redoes changes. An undo is a change of its own that a redo reverts, so the history shows both."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def to_undo(
        self, workspace_id: int, change_id: int | None = None, *, of: str | None = None
    ) -> tuple[Change, tuple[str, ...]]:
        """Return the change that `undo` would revert, with the ids of its papers.

        Raises NotFoundError that says why there is none.
        """
        async with self._database.read() as connection:
            change = await _undoable(connection, workspace_id, change_id, of)
            return change, _ids(await history.steps_of(connection, workspace_id, change.id))

    async def to_redo(self, workspace_id: int) -> tuple[Change, tuple[str, ...]]:
        """Return the change that `redo` would restore, with the ids of its papers. Raises NotFoundError."""
        async with self._database.read() as connection:
            change, _ = await _last_undo(connection, workspace_id, None)
            return change, _ids(await history.steps_of(connection, workspace_id, change.id))

    async def undo(
        self,
        workspace_id: int,
        by: str | None,
        *,
        actor: str | None = None,
        of: str | None = None,
        change_id: int | None = None,
    ) -> tuple[Change, tuple[str, ...]]:
        """Revert a change and return it with the ids of its papers: the one with that id, or the newest not yet undone.

        `actor` is the person who undoes; with `of`, only that actor's changes are considered. Raises NotFoundError that
        says why there is none, and ConflictError when a paper was changed again since or another paper now has its ids.
        """
        async with self._database.write() as connection:
            change = await _undoable(connection, workspace_id, change_id, of)
            steps = await history.steps_of(connection, workspace_id, change.id)
            back = [Step(step.paper_id, step.after, step.before) for step in steps]
            await _apply(connection, workspace_id, "undo", change.id, back, self._clock(), by, actor)
            if change.action == "import":
                await imports.forget_import(connection, workspace_id, steps)
        _log.info("change undone", change=change.id, action=change.action, by=actor or by, workspace=workspace_id)
        return change, _ids(steps)

    async def redo(
        self, workspace_id: int, by: str | None, *, actor: str | None = None, change_id: int | None = None
    ) -> tuple[Change, tuple[str, ...]]:
        """Restore what an undo reverted and return that change: the last one, or the one with that id.

        Raises the same errors as `undo`.
        """
        async with self._database.write() as connection:
            change, undo_id = await _last_undo(connection, workspace_id, change_id)
            steps = await history.steps_of(connection, workspace_id, change.id)
            await _apply(connection, workspace_id, "redo", undo_id, steps, self._clock(), by, actor)
            if change.action == "import":
                hashes = {step.paper_id: imports.hash_of(step.after) for step in steps if step.after}
                await imports.save_hashes(connection, workspace_id, hashes)
        _log.info("change redone", change=change.id, action=change.action, by=actor or by, workspace=workspace_id)
        return change, _ids(steps)


async def _apply(
    connection: StoreConnection,
    workspace_id: int,
    action: Literal["undo", "redo"],
    undoes: int,
    steps: Sequence[Step],
    now: datetime,
    by: str | None,
    actor: str | None,
) -> None:
    await _require_unchanged(connection, workspace_id, steps, action)
    back_again = [paper_from(step.after) for step in steps if step.after and not step.before]
    owners = {key: paper.id for paper in back_again for key in identity_keys(paper)}
    await refuse_shared_keys(connection, workspace_id, owners)
    made = await history.open_change(connection, workspace_id, action, now, by, actor, undoes=undoes)
    await write_steps(connection, workspace_id, made, steps)


async def _undoable(connection: StoreConnection, workspace_id: int, id: int | None, of: str | None) -> Change:
    if id is not None and not is_given(id):
        raise NotFoundError(msg("There is no change {id}; the history lists them.", id=_short(id)))
    if found := await history.last_undoable(connection, workspace_id, actor=of, id=id):
        return found
    if id is None:
        raise NotFoundError(msg("There is nothing to undo."))
    change = await history.change(connection, workspace_id, id)
    if change is None:
        raise NotFoundError(msg("There is no change {id}; the history lists them.", id=id))
    if change.action in ("undo", "redo"):
        raise NotFoundError(msg("Change {id} is an undo or a redo itself, and is not undone.", id=id))
    if await history.was_undone(connection, workspace_id, id):
        raise NotFoundError(msg("Change {id} was undone already.", id=id))
    raise NotFoundError(msg("Change {id} is somebody else's; a curator can undo it.", id=id))


async def _last_undo(connection: StoreConnection, workspace_id: int, of: int | None) -> tuple[Change, int]:
    """Return the change that the newest undo reverted, and that undo's id."""
    found = await history.last_undo(connection, workspace_id, of)
    change = await history.change(connection, workspace_id, found[1]) if found else None
    if found is None or change is None:
        raise NotFoundError(msg("There is nothing to redo."))
    return change, found[0]


async def _require_unchanged(
    connection: StoreConnection, workspace_id: int, steps: Sequence[Step], action: Literal["undo", "redo"]
) -> None:
    """Raise ConflictError if a paper's current version is not the one that its step starts from."""
    today = await papers.by_ids(connection, workspace_id, [step.paper_id for step in steps])
    for step in steps:
        now: Columns | None = columns_of(today[step.paper_id][1]) if step.paper_id in today else None
        then = {k: v for k, v in step.before.items() if k != "number"} if step.before else None
        if now != then:
            raise ConflictError(
                msg('"{id}" was changed again since, so this cannot be undone.', id=step.paper_id)
                if action == "undo"
                else msg('"{id}" was changed again since, so this cannot be redone.', id=step.paper_id)
            )


def _ids(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(step.paper_id for step in steps)


def _short(id: int) -> str:
    return str(id) if abs(id) < 10**20 else "…"
