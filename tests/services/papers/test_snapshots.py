"""A site is brought up to date after changes, and each day, since it shows numbers up to today."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from bot.services.papers.library import Library
from bot.services.papers.snapshots import Snapshots
from bot.services.statistics import Statistics
from bot.site.site import Settings
from bot.site.site_folder import SiteFolder
from bot.store.database import Database
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.samples import paper


async def test_a_site_is_updated_after_a_change_and_when_a_day_began(
    database: Database, library: Library, workspace: int, clock: AdjustableClock, tmp_path: Path
) -> None:
    snapshots = Snapshots(database, Statistics(database, clock, TOKYO), {})
    site = SiteFolder(snapshots, workspace, tmp_path / "out", Settings("ja", "", TOKYO, UUID(int=1)))
    await library.add(workspace, paper(1), None)
    assert await site.update()
    assert await site.update() is None
    clock.advance(days=31)
    assert await site.update()
    assert await site.update() is None
    await library.add(workspace, paper(2), None)
    report = await site.update()
    assert report and report.papers == 2
