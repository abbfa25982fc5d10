"""What a served bot does beside delivering; each job's modules are imported when it first runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import App
from bot.domain.quiet_hours import quiet_hours_at
from bot.job_runner import Job
from bot.store import feed_presence

if TYPE_CHECKING:
    from bot.services.backups import Backups
    from bot.services.papers.update_checks import UpdateChecks
    from bot.site_updates import SiteUpdates

OF_EACH_PROCESS = ("lookups",)


def jobs_of(app: App) -> dict[str, Job]:
    """Return the jobs by name; those of copies and of the site exist where the settings ask for them."""
    jobs: dict[str, Job] = {
        "feeds": _feeds(app),
        "expiry": lambda: app.services.expiry.run_if_due(),
        "scores": lambda: app.services.scoring.update(),
        "papers": _update_checks(app),
        "lookups": lambda: app.services.lookup_counter.write(),
        "checkpoint": app.database.checkpoint,
    }
    if folder := app.config.backups_path:
        jobs["backup"] = _backup(app, folder)
    if folder := app.config.site_path:
        jobs["site"] = _site(app, folder)
    return jobs


def _feeds(app: App) -> Job:
    async def job() -> None:
        async with app.database.read() as connection:
            if not await feed_presence.any_address(connection):
                return
        await app.services.feeds.polling.poll_due()
        await app.services.scoring.update()

    return job


def _update_checks(app: App) -> Job:
    @cache
    def checks() -> UpdateChecks:
        from bot.services.papers.update_checks import UpdateChecks

        return UpdateChecks(app.database, app.clock, app.config.zone, app.sources)

    async def job() -> None:
        if quiet_hours_at(app.clock(), app.config.zone):
            await checks().run_if_due()

    return job


def _site(app: App, folder: Path) -> Job:
    @cache
    def updates() -> SiteUpdates:
        from bot.site_updates import SiteUpdates

        return SiteUpdates(app, folder)

    async def job() -> None:
        await updates().run_if_due()

    return job


def _backup(app: App, folder: Path) -> Job:
    @cache
    def backups() -> Backups:
        from bot.services.backups import Backups

        config, services = app.config, app.services
        return Backups(
            app.database,
            app.clock,
            config.zone,
            lambda: services.exporter,
            services.workspaces,
            folder,
            config.backups.keep,
        )

    async def job() -> None:
        await backups().run_if_due()

    return job
