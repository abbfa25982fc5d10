"""Reverting a change in several transactions, since it may be an import of 100,000 papers.

Other tasks and processes write between two of them. An interrupted undo or redo stays open, and the next request for
it continues it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias

import structlog

from bot.domain.errors import ConflictError
from bot.domain.history import Change
from bot.domain.paper import identity_keys
from bot.i18n import msg
from bot.services.papers.library import Author, Write, shared_keys, write_papers
from bot.services.ports import Clock
from bot.store import history, imports, reversals
from bot.store.connection import StoreConnection
from bot.store.database import Database, batched
from bot.store.papers import paper_from
from bot.store.reversals import Extent, ReversedStep
from bot.store.search_index.index_worker import HERE, Builders, removed_row_builder, row_builder
from bot.store.search_index.maintenance import complete_index, reduce_index

# Papers per transaction: other writers wait half a second for it, and about a second for the first one where few papers
# stay and the index is made again for those alone.
BATCH = 2000
_log = structlog.get_logger()
Target: TypeAlias = tuple[Change, int]
"""A change, and the id of the change whose steps are reverted: the change itself, or its undo."""
Find: TypeAlias = Callable[[StoreConnection, int | None], Awaitable[Target]]
"""Returns what to revert: the change of that id, or the newest one. Raises NotFoundError."""


@dataclass(slots=True)
class Reversal:
    """One undo or redo; `id` is its own id in the history, once it has begun."""

    database: Database
    workspace_id: int
    action: Literal["undo", "redo"]
    find: Find
    batch: int = BATCH
    id: int | None = None
    left_out: int = 0

    async def run(self, change_id: int | None, clock: Clock, author: Author) -> tuple[Change, tuple[str, ...]]:
        """Revert all steps in batches; return the change that they belong to, with its first papers' headings."""
        async with self.database.read() as connection:
            change, target = await self.find(connection, change_id)
            self.id = await reversals.open_reversal(connection, self.workspace_id, target)
            left = await reversals.extent(connection, self.workspace_id, target, self.id)
            is_long = self.id is not None or len(left.ids) > self.batch
            if is_long and self.id is None:
                await self._check(connection, target)
            headings = tuple(await history.first_headings(connection, self.workspace_id, change.id))
        async with self._builders(target, left) as builders:
            for start in range(0, len(left.ids) or 1, self.batch):
                async with self.database.write() as connection:
                    if self.id is None:
                        await self.find(connection, change.id)
                        self.id = await self._begin(connection, target, clock, author, is_open=is_long)
                    batch = left.ids[start : start + self.batch]
                    await self._revert(connection, change, target, batch, builders, leaves_out=is_long)
                    if is_long and start + self.batch >= len(left.ids):
                        await history.close_change(connection, self.id)
                await asyncio.sleep(0)
        self._log(change, author)
        return change, headings

    async def run_within(self, connection: StoreConnection, change_id: int, clock: Clock, author: Author) -> None:
        """Revert the change of that id, which is one of few papers, in the caller's transaction."""
        change, target = await self.find(connection, change_id)
        left = await reversals.extent(connection, self.workspace_id, target, None)
        self.id = await self._begin(connection, target, clock, author, is_open=False)
        await self._revert(connection, change, target, left.ids, HERE, leaves_out=False)
        self._log(change, author)

    async def _check(self, connection: StoreConnection, target: int) -> None:
        """Raise ConflictError if any step cannot be reverted, before the first of several transactions."""
        doubtful = await reversals.doubtful(connection, self.workspace_id, target)
        for batch in batched(doubtful, self.batch):
            await self._revertible(connection, target, batch, leaves_out=False)

    async def _begin(
        self, connection: StoreConnection, target: int, clock: Clock, author: Author, *, is_open: bool
    ) -> int:
        """Insert this undo or redo into the history, or continue one that another process has begun meanwhile."""
        if begun := await reversals.open_reversal(connection, self.workspace_id, target):
            return begun
        return await history.open_change(
            connection,
            self.workspace_id,
            self.action,
            clock(),
            author.name,
            author.actor,
            undoes=target,
            is_open=is_open,
        )

    async def _revert(
        self,
        connection: StoreConnection,
        change: Change,
        target: int,
        ids: Sequence[str],
        builders: Builders,
        *,
        leaves_out: bool,
    ) -> None:
        """Revert the steps of some papers in the caller's transaction."""
        assert self.id is not None
        revertible = await self._revertible(connection, target, ids, leaves_out=leaves_out)
        writes = [Write(each.paper_id, each.number, each.before) for each in revertible]
        await write_papers(connection, self.workspace_id, self.id, writes, builders)
        if change.action == "import":  # so that the file can be imported again
            hashed = {each.paper_id: each.before for each in revertible}
            await imports.restore_hashes(connection, self.workspace_id, hashed)

    async def _revertible(
        self, connection: StoreConnection, target: int, ids: Sequence[str], *, leaves_out: bool
    ) -> list[ReversedStep]:
        """Return the steps that can be reverted; leave out the others, or raise ConflictError for the first of them."""
        found = await reversals.of_ids(connection, self.workspace_id, target, ids, self.id)
        restored = [paper_from(each.before) for each in found if each.before and each.number is None]
        owners = {key: paper.id for paper in restored for key in identity_keys(paper)}
        taken = await shared_keys(connection, self.workspace_id, owners)
        changed = {each.paper_id for each in found if each.is_changed}
        if not leaves_out:
            self._refuse(changed, taken)
        revertible = [each for each in found if each.paper_id not in changed | {owners[key] for key in taken}]
        self.left_out += len(found) - len(revertible)
        return revertible

    def _refuse(self, changed: Collection[str], taken: Mapping[str, str]) -> None:
        for id in changed:
            raise ConflictError(
                msg('"{id}" was changed again since, so this cannot be undone.', id=id)
                if self.action == "undo"
                else msg('"{id}" was changed again since, so this cannot be redone.', id=id)
            )
        for key, id in taken.items():
            raise ConflictError(msg("{key} belongs to another paper already: {id}", key=key, id=id))

    @asynccontextmanager
    async def _builders(self, target: int, left: Extent) -> AsyncIterator[Builders]:
        """Yield the builders of index rows: second processes when there are many papers."""
        restored = reversals.restored_rows(self.database, self.workspace_id, target, left.ids)
        async with (
            self._reduced_index(left) as indexed,
            removed_row_builder(self.workspace_id, self.database.path, indexed) as removed,
            row_builder(self.workspace_id, restored, left.restored) as added,
        ):
            yield Builders(added, removed)

    @asynccontextmanager
    async def _reduced_index(self, left: Extent) -> AsyncIterator[Sequence[int]]:
        """Remove most papers from the index at once, if that pays; yield the numbers of those that are still in it.

        A reversal that is cut short leaves the index so until it is continued or taken back, or until the next start.
        """
        is_reduced = len(left.ids) > self.batch and await reduce_index(self.database, left.removed)
        try:
            yield sorted({*left.numbers} - {*left.removed}) if is_reduced else left.numbers
        finally:
            async with self.database.read() as connection:
                is_open = await reversals.is_any_open(connection)
            if not is_open:
                await complete_index(self.database)

    def _log(self, change: Change, author: Author) -> None:
        _log.info(
            "change undone" if self.action == "undo" else "change redone",
            change=change.id,
            action=change.action,
            by=author.actor or author.name,
            workspace=self.workspace_id,
            **({"left_out": self.left_out} if self.left_out else {}),
        )
