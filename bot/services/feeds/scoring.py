"""Scores waiting finds by what their team accepted and rejected: with each tick, and soon after a decision."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

import structlog

from bot.domain.errors import DayoriError
from bot.store import candidates
from bot.store.database import Database

if TYPE_CHECKING:
    from bot.services.feeds.workspace_scores import WorkspaceScores

_SOON = 1.0  # seconds after a decision; those of one sitting are learned together
_MOST_WORKSPACES = 8  # whose counts stay in memory, some 5 MB each
_log = structlog.get_logger()


class Scoring:
    """Keeps the scores of all workspaces' finds; what scores is imported when the first find waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._workspaces: OrderedDict[int, WorkspaceScores] = OrderedDict()
        self._turn = asyncio.Lock()
        self._soon: asyncio.Task[None] | None = None

    async def update(self) -> None:
        """Bring the scores of all waiting finds up to date."""
        async with self._turn:
            async with self._database.read() as connection:
                workspace_ids = await candidates.workspaces_with_finds(connection)
            for workspace_id in workspace_ids:
                await self._of(workspace_id).update()

    def update_soon(self) -> None:
        """Update in a moment, in the background."""
        if self._soon is None or self._soon.done():
            self._soon = asyncio.create_task(self._update_soon())

    async def close(self) -> None:
        """Give an update in the background up; the next one does its work."""
        if self._soon:
            self._soon.cancel()
            await asyncio.wait((self._soon,))

    def _of(self, workspace_id: int) -> WorkspaceScores:
        from bot.services.feeds.workspace_scores import WorkspaceScores

        if workspace_id not in self._workspaces:
            self._workspaces[workspace_id] = WorkspaceScores(self._database, workspace_id)
        self._workspaces.move_to_end(workspace_id)
        if len(self._workspaces) > _MOST_WORKSPACES:
            self._workspaces.popitem(last=False)
        return self._workspaces[workspace_id]

    async def _update_soon(self) -> None:
        await asyncio.sleep(_SOON)
        try:
            await self.update()
        except DayoriError as error:
            _log.warning("the inbox is not in its newest order yet", reason=str(error))
        except Exception as error:
            _log.error("the inbox was not put in order", exc_info=error)
