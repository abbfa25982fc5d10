"""Undo and redo of changes."""

from __future__ import annotations

from bot.domain.errors import NotFoundError
from bot.domain.history import Change
from bot.domain.numbers import is_given
from bot.i18n import msg
from bot.services.papers.library import Author
from bot.services.papers.reversal import BATCH, Reversal, Target
from bot.services.papers.submitter import Submitter
from bot.services.ports import Clock
from bot.store import history
from bot.store.connection import StoreConnection
from bot.store.database import Database


class Undo:
    """Undoes and redoes changes. An undo is a change of its own that a redo reverts, so the history shows both."""

    def __init__(self, database: Database, clock: Clock, batch: int = BATCH) -> None:
        self._database, self._clock, self._batch = database, clock, batch

    async def to_undo(
        self, workspace_id: int, change_id: int | None = None, *, of: str | None = None
    ) -> tuple[Change, tuple[str, ...]]:
        """Return the change that `undo` would revert, with its first papers' headings.

        Raises NotFoundError that says why there is none.
        """
        async with self._database.read() as connection:
            change, _ = await _undoable(connection, workspace_id, change_id, of)
            return change, tuple(await history.first_headings(connection, workspace_id, change.id))

    async def to_redo(self, workspace_id: int) -> tuple[Change, tuple[str, ...]]:
        """Return the change that `redo` would restore, with its first papers' headings. Raises NotFoundError."""
        async with self._database.read() as connection:
            change, _ = await _last_undo(connection, workspace_id, None)
            return change, tuple(await history.first_headings(connection, workspace_id, change.id))

    async def undo(
        self,
        workspace_id: int,
        by: str | None,
        *,
        actor: str | None = None,
        of: str | None = None,
        change_id: int | None = None,
    ) -> tuple[Change, tuple[str, ...]]:
        """Revert a change: the one with that id, or the newest not yet undone; return it with its papers' headings.

        `actor` is the person who undoes; with `of`, only that actor's changes are considered. Raises NotFoundError that
        says why there is none, and ConflictError when a paper was changed again since or another paper now has its ids.
        """

        async def find(connection: StoreConnection, id: int | None) -> Target:
            return await _undoable(connection, workspace_id, id, of)

        undo = Reversal(self._database, workspace_id, "undo", find, self._batch)
        return await undo.run(change_id, self._clock, Author(by, actor))

    async def undo_by(
        self, workspace_id: int, by: Submitter, change_id: int | None = None
    ) -> tuple[Change, tuple[str, ...]]:
        """Revert somebody's own last change, or the one they name, which for a curator may be anybody's.

        Raises the same errors as `undo`.
        """
        of = None if by.is_curator and change_id is not None else by.actor
        return await self.undo(workspace_id, by.name, actor=by.actor, of=of, change_id=change_id)

    async def undoable_by(self, workspace_id: int, by: Submitter, limit: int) -> list[tuple[Change, list[str]]]:
        """Return the newest changes that somebody may revert, with the headings of their first papers."""
        async with self._database.read() as connection:
            return await history.undoable(connection, workspace_id, limit, None if by.is_curator else by.actor)

    async def redo(
        self, workspace_id: int, by: str | None, *, actor: str | None = None, change_id: int | None = None
    ) -> tuple[Change, tuple[str, ...]]:
        """Restore what an undo reverted and return that change: the last one, or the one with that id.

        Raises the same errors as `undo`.
        """

        async def find(connection: StoreConnection, id: int | None) -> Target:
            return await _last_undo(connection, workspace_id, id)

        redo = Reversal(self._database, workspace_id, "redo", find, self._batch)
        return await redo.run(change_id, self._clock, Author(by, actor))


async def undo_addition(
    database: Database, connection: StoreConnection, workspace_id: int, change_id: int, clock: Clock, by: Author
) -> None:
    """Undo the addition of a paper in the caller's transaction; nothing happens if it was undone already.

    Raises ConflictError when the paper was changed since.
    """
    if await history.was_undone(connection, workspace_id, change_id):
        return

    async def find(connection: StoreConnection, id: int | None) -> Target:
        return await _undoable(connection, workspace_id, id, None)

    await Reversal(database, workspace_id, "undo", find).run_within(connection, change_id, clock, by)


async def _undoable(connection: StoreConnection, workspace_id: int, id: int | None, of: str | None) -> Target:
    """Return the change to undo. Raises NotFoundError."""
    if id is not None and not is_given(id):
        raise NotFoundError(msg("There is no change {id}; the history lists them.", id=_short(id)))
    if found := await history.last_undoable(connection, workspace_id, actor=of, id=id):
        return found, found.id
    if id is None:
        raise NotFoundError(msg("There is nothing to undo."))
    change = await history.change(connection, workspace_id, id)
    if change is None:
        raise NotFoundError(msg("There is no change {id}; the history lists them.", id=id))
    if change.action in ("undo", "redo"):
        raise NotFoundError(msg("Change {id} is itself an undo or a redo, which cannot be undone.", id=id))
    if await history.was_undone(connection, workspace_id, id):
        raise NotFoundError(msg("Change {id} has already been undone.", id=id))
    raise NotFoundError(msg("Change {id} was made by somebody else; only a curator can undo it.", id=id))


async def _last_undo(connection: StoreConnection, workspace_id: int, of: int | None) -> Target:
    """Return the change that the newest undo reverted, and that undo's id. Raises NotFoundError."""
    found = await history.last_undo(connection, workspace_id, of)
    change = await history.change(connection, workspace_id, found[1]) if found else None
    if found is None or change is None:
        raise NotFoundError(msg("There is nothing to redo."))
    return change, found[0]


def _short(id: int) -> str:
    return str(id) if abs(id) < 10**20 else "…"
