"""The folder of a collection's site: built as a whole, or brought up to date when something changed."""

from __future__ import annotations

from pathlib import Path

from bot.services.papers.snapshots import Snapshots
from bot.site.build import Progress, Report, build, state_of
from bot.site.site import Settings


class SiteFolder:
    """A folder, and the collection whose site it holds."""

    def __init__(self, snapshots: Snapshots, workspace_id: int, folder: Path, settings: Settings) -> None:
        self._snapshots, self._workspace_id = snapshots, workspace_id
        self._folder, self._settings = folder, settings

    async def build(self, progress: Progress | None = None, *, every_file: bool = True) -> Report:
        """Write what differs from the collection as it is now. Raises InputError for a folder with other things."""
        async with self._snapshots.of(self._workspace_id) as snapshot:
            return await build(snapshot, self._folder, self._settings, progress, every_file=every_file)

    async def update(self) -> Report | None:
        """Build if papers changed, editions arrived or another day began since the last build; None if not."""
        state = await self._snapshots.state(self._workspace_id)
        return await self.build(every_file=False) if state != state_of(self._folder) else None
