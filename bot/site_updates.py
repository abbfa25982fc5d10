"""Opens the folder of a site, for its command and for the bot's background job; only here is Jinja2 needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from bot.app import App
from bot.domain.errors import InputError
from bot.i18n import msg
from bot.services.papers.snapshots import Snapshots
from bot.services.workspaces import DEFAULT

if TYPE_CHECKING:
    from bot.site.site_folder import SiteFolder

_log = structlog.get_logger()


async def site_folder(app: App, workspace_id: int, folder: Path, base_url: str) -> SiteFolder:
    """Return the folder for the site of a workspace's collection. Raises InputError without Jinja2."""
    try:
        from bot.site.site import Settings
        from bot.site.site_folder import SiteFolder
    except ModuleNotFoundError as error:
        from bot.site_worker import without_extra

        raise InputError(without_extra()) from error
    identity = await _identity(app, workspace_id, base_url)
    settings = Settings(app.config.locale, base_url, app.config.zone, identity)
    return SiteFolder(_snapshots(app), workspace_id, folder, settings)


class SiteUpdates:
    """Keeps the site of the settings current: looks each minute whether something changed."""

    def __init__(self, app: App, folder: Path) -> None:
        self._app, self._folder, self._state = app, folder, ""
        self._snapshots = _snapshots(app)

    async def run_if_due(self) -> None:
        """Update the site after a change, each day, and once after the start; a fault is told once for each change."""
        workspaces, config = self._app.services.workspaces, self._app.config
        workspace = await workspaces.named(DEFAULT)
        state = await self._snapshots.state(workspace)
        if state == self._state:
            return
        from bot.site_worker import updated_site

        request = {
            "database_url": config.database_place,
            "locale": config.locale,
            "zone": config.timezone,
            "base_url": config.site.base_url,
            "folder": str(self._folder),
            "workspace": workspace,
            "identity": str(await _identity(self._app, workspace, config.site.base_url)),
            "aliases": config.aliases,
        }
        answer = await updated_site(request)
        self._state = state
        if "failure" in answer:
            raise InputError(msg("The site is not up to date: {reason}", reason=answer["failure"]))
        if report := answer["report"]:
            _log.info("site updated", folder=str(self._folder), **report)


async def _identity(app: App, workspace_id: int, base_url: str) -> UUID:
    """Return what the ids of a site's feeds are made of: its address, or without one the collection's permanent id.

    CI builds a site from a new database each time, and feed readers must not take every paper for a new one.
    """
    return uuid5(NAMESPACE_URL, base_url.rstrip("/")) if base_url else await app.services.workspaces.uuid(workspace_id)


def _snapshots(app: App) -> Snapshots:
    return Snapshots(app.database, app.services.statistics, app.config.aliases)
