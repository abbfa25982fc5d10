"""Doctor asks everybody once and for little; offline nobody; and no feed while a bot polls them by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.app import utc_now
from bot.services.heartbeats import Heartbeats
from bot.store.database import open_database
from tests.faults.doubles import serving
from tests.faults.stage import Stage
from tests.faults.web import Pages

SOURCES = ("crossref_url", "doi_url", "openreview_url", "openreview_site_url", "acl_url")


@pytest.fixture
def stage(tmp_path: Path, starter: Path) -> Stage:
    made = Stage.prepared(tmp_path / "stage", starter)
    made.keep_arxiv_busy()
    return made


@contextmanager
def pages_for(stage: Stage) -> Iterator[Pages]:
    with serving(Pages()) as pages:
        stage.settings["sources"] |= {name: f"{pages.url}/200/{name}" for name in SOURCES}
        stage.settings["sources"]["allowed_hosts"] = ["127.0.0.1"]
        stage.settings["feeds"] = [{"name": "a", "url": f"{pages.url}/200/feed"}]
        yield pages


def test_each_source_is_asked_once_and_a_new_feed_for_its_headers(stage: Stage) -> None:
    with pages_for(stage) as pages:
        assert stage.doctor().code == 0
    assert sorted(pages.asked) == [
        "GET /200/acl_url/",
        "GET /200/crossref_url/works/10.1038/nature14539/agency",
        "GET /200/doi_url/10.1038/nature14539",
        "GET /200/openreview_site_url/",
        "GET /200/openreview_url/",
        "HEAD /200/feed",
    ]


def test_offline_nobody_is_asked(stage: Stage) -> None:
    with pages_for(stage) as pages:
        stage.doctor("--offline")
    assert pages.asked == []


def test_while_a_bot_runs_no_feed_is_asked(stage: Stage) -> None:
    async def beat() -> None:
        database = await open_database(f"sqlite+aiosqlite:///{stage.database}")
        await Heartbeats(database, utc_now).beat("discord", "connected")
        await database.close()

    asyncio.run(beat())
    with pages_for(stage) as pages:
        stage.doctor()
    assert len(pages.asked) == len(SOURCES)
    assert not any(request.startswith("HEAD") for request in pages.asked)
