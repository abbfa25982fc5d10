"""What a served bot does beside delivering; each job's modules are imported when it runs first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import App
from bot.background_jobs import Job
from bot.store import feed_addresses

if TYPE_CHECKING:
    from bot.services.backups import Backups


def jobs_of(app: App) -> dict[str, Job]:
    """Return the jobs by name: polls of feeds, and what the settings ask for."""
    jobs: dict[str, Job] = {"feeds": _feeds(app)}
    if folder := app.config.backups_path:
        jobs["backup"] = _backup(app, folder)
    return jobs


def _feeds(app: App) -> Job:
    async def job() -> None:
        async with app.database.read() as connection:
            if not await feed_addresses.exist(connection):
                return
        await app.services.polling().poll_due()

    return job


def _backup(app: App, folder: Path) -> Job:
    @cache
    def backups() -> Backups:
        from bot.services.backups import Backups

        config, services = app.config, app.services
        exporter, workspaces, keep = services.exporter, services.workspaces, config.backups.keep
        return Backups(app.database, app.clock, config.zone, exporter, workspaces, folder, keep)

    async def job() -> None:
        await backups().run_if_due()

    return job
