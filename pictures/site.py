"""The site of the starter collection, as a desktop and a phone show it, in both themes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from bot.app import App, open_app
from bot.config import Config
from bot.formats.registry import read_file
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from bot.site_updates import site_folder
from bot.store import editions
from pictures.album import Album
from pictures.moment import MOMENT

_STARTER = Path(__file__).parent.parent / "config/papers.yaml"
_DESKTOP, _PHONE = (1120, 860, 1), (390, 844, 2)
_PICTURES = (
    ("site", "index.html", _DESKTOP, "light"),
    ("site-phone", "index.html", _PHONE, "dark"),
    ("site-paper", "papers/retnet.html", _DESKTOP, "dark"),
    ("site-paper-phone", "papers/retnet.html", _PHONE, "light"),
    ("site-edition", "editions/weekly-2.html", _DESKTOP, "light"),
    ("site-edition-phone", "editions/weekly-2.html", _PHONE, "dark"),
)
_SEARCH = "index.html#q=" + quote("トランスフォーマー")
_SEARCHES = (("site-search", _DESKTOP, "dark"), ("site-search-phone", _PHONE, "light"))


class _Clock:
    """A clock that the picture's story moves on."""

    def __init__(self) -> None:
        self.now = MOMENT - timedelta(weeks=1)

    def __call__(self) -> datetime:
        return self.now


async def draw(album: Album) -> None:
    """Save the pictures of the site."""
    with TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        await _build(Path(folder) / "dayori.db", site)
        for name, path, size, theme in _PICTURES:
            await album.screen(name, f"file://{site / path}", *size, theme)
        for name, size, theme in _SEARCHES:
            await album.screen(name, f"file://{site / _SEARCH}", *size, theme, ".results [data-paper-id]")


async def _build(database: Path, site: Path) -> None:
    """Write the site of the starter collection with two digests of three papers each."""
    config = Config.model_validate({"database_url": f"sqlite+aiosqlite:///{database}", "papers_file": ""})
    clock, papers = _Clock(), list(reversed(read_file(_STARTER)))
    async with open_app(config, clock=clock) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        await app.services.digests.subscribe(
            workspace, SubscriptionRequest("weekly", "slack:T1/C1", "mon 09:00", (), "ja")
        )
        for half in (papers[:3], papers[3:]):
            for paper in half:
                clock.now += timedelta(minutes=1)
                await app.services.library.add(workspace, paper, "高橋")
            await _publish(app, workspace, clock)
        await (await site_folder(app, workspace, site, "")).build()


async def _publish(app: App, workspace: int, clock: _Clock) -> None:
    """Compose an edition, as if it had arrived, and go on to the next week."""
    edition = await app.services.digests.compose_now(workspace, "weekly")
    if edition:
        async with app.database.write() as connection:
            await editions.mark_delivered(connection, [edition.number], clock())  # its only subscription: also the id
    clock.now += timedelta(weeks=1)
