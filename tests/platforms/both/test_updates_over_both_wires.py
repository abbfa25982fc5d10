"""A new version that arXiv tells edits the posted cards on both platforms and is told in the next edition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import runner
from bot.app import App, open_app, platforms_of
from bot.config import Config
from bot.services.papers.update_checks import UpdateChecks
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.web import Web
from tests.platforms.both.conftest import arrived, running
from tests.platforms.both.test_delivery_over_both_wires import subscribe

ENTRY: dict[str, Any] = {"title": "A Paper", "authors": ["A B"], "published": "2024-01-05T17:58:01Z"}


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as opened:
        opened.serve("127.0.0.1", opened.arxiv)
        yield opened


async def look(app: App) -> None:
    """Look at what is due, as the job of a night does."""
    workspace = await app.services.workspaces.named(DEFAULT)
    await UpdateChecks(app.database, app.clock, app.config.zone, app.sources, pause=0).run_now(workspace)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("free_arxiv")
async def test_posted_cards_follow_a_new_version_and_a_retraction_and_the_next_edition_tells_them(
    settings: Config, web: Web, channels: tuple[DiscordChannel, SlackChannel]
) -> None:
    sources = settings.sources.model_dump() | {"arxiv_url": f"http://127.0.0.1:{web.port}"}
    settings = Config.model_validate(settings.model_dump() | {"sources": sources})
    first, second = channels
    await subscribe(settings, channels)
    web.papers = {"2401.00001v1": ENTRY}
    async with open_app(settings, clock=lambda: datetime.now(UTC) - timedelta(days=8)) as app:
        await look(app)

    def shown() -> tuple[str, str]:
        return str(first.messages[0].embeds), str(second.messages[0].blocks)

    async with running(settings) as app:
        await arrived(*channels)
        workspace = await app.services.workspaces.named(DEFAULT)
        before = await app.services.lookup.get(workspace, "paper-1")
        gone = {"comment": "This paper has been withdrawn by the author due to an error", "journal_ref": "Nature 7"}
        web.papers = {"2401.00001v3": ENTRY | gone}
        await look(app)
        await until(lambda: all("v3が公開されました" in text and "撤回されました" in text for text in shown()))
        after = await app.services.lookup.get(workspace, "paper-1")
    async with open_app(settings) as app:
        for name in ("on-discord", "on-slack"):
            await app.services.digests.compose_now(workspace, name)
        await runner.post(app, platforms_of(app), workspace, None)
    assert len(first.messages) == len(second.messages) == 2
    assert (before.venue, after.venue, after.comment) == (None, "Nature 7", before.comment)
    assert "Nature 7" in shown()[0]
    told = first.messages[1].embeds[-1]["description"].split("\n")
    assert [line.split(": ", 1)[1].split("（")[0] for line in told] == [
        "v3が公開されました",
        "掲載先が決まりました: Nature 7",
        "撤回されました",
    ]
    assert "続報" in second.messages[1].text
    assert len(web.asked) == 2


async def test_posted_cards_tell_of_a_removal_within_seconds_and_an_undo_brings_them_back(
    settings: Config, channels: tuple[DiscordChannel, SlackChannel]
) -> None:
    first, second = channels
    await subscribe(settings, channels)

    def shown() -> tuple[str, str]:
        return str(first.messages[0].embeds), str(second.messages[0].blocks)

    async with running(settings) as app:
        await arrived(*channels)
        before, workspace = shown(), await app.services.workspaces.named(DEFAULT)
        await app.services.library.remove(workspace, "paper-1", None)
        await until(lambda: all("コレクションから削除されました" in text for text in shown()))
        await app.services.undo.undo(workspace, None)
        await until(lambda: shown() == before)
    assert len(first.messages) == len(second.messages) == 1
