"""Opens the folder of a site, for its command and for the bot's background job; only here is Jinja2 needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import App
from bot.domain.errors import InputError
from bot.i18n import msg
from bot.services.papers.snapshots import Snapshots

if TYPE_CHECKING:
    from bot.site.site_folder import SiteFolder


async def site_folder(app: App, workspace_id: int, folder: Path, base_url: str) -> SiteFolder:
    """Return the folder for the site of a workspace's collection. Raises InputError without Jinja2."""
    try:
        from bot.site.site import Settings
        from bot.site.site_folder import SiteFolder
    except ModuleNotFoundError as error:
        command = 'pip install "ronbun-dayori[site]"'
        raise InputError(msg("The site needs Jinja2; install it with: {command}", command=command)) from error
    collection = await app.services.workspaces.uuid(workspace_id)
    settings = Settings(app.config.locale, base_url, app.config.zone, collection)
    snapshots = Snapshots(app.database, app.services.statistics().of, app.config.aliases)
    return SiteFolder(snapshots, workspace_id, folder, settings)
