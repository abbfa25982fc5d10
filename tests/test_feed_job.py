"""A bot that serves polls the feeds of its settings beside everything else, and ends without waiting for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App, open_app
from bot.config import Config
from bot.job_runner import JobRunner
from bot.jobs import jobs_of
from bot.store import candidates
from bot.store.feed_schema import feed_addresses
from tests.doubles.clock import AdjustableClock
from tests.doubles.web import Page, Web

BLOG = Path(__file__).parent / "data/feeds/blog.xml"


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as opened:
        opened.put("127.0.0.1/feed", Page(BLOG.read_bytes(), "application/atom+xml"))
        yield opened


@pytest.fixture
async def app(config: Config, clock: AdjustableClock, web: Web) -> AsyncIterator[App]:
    """Open an app whose settings name a feed on this machine and allow it."""
    place = f"127.0.0.1:{web.port}"
    values = config.model_dump()
    values["sources"]["allowed_hosts"] = [place]
    values["feeds"] = [{"name": "lab", "url": f"http://{place}/feed"}]
    async with open_app(Config.model_validate(values), clock=clock) as opened:
        yield opened


async def test_feeds_of_the_settings_are_polled_in_the_background(app: App, web: Web) -> None:
    jobs = JobRunner(jobs_of(app))
    jobs.start()
    workspace = await app.services.workspaces.named("default")
    async with asyncio.timeout(20):
        while True:
            async with app.database.read() as connection:
                waiting = await candidates.waiting(connection, workspace)
            if len(waiting) == 2:
                break
            await asyncio.sleep(0.05)
    await jobs.stop()
    assert [request.path for request in web.asked] == ["/feed"]


async def test_the_end_does_not_wait_for_a_feed_and_leaves_nothing_leased(app: App, web: Web) -> None:
    web.serve("127.0.0.1", web.silence)
    jobs = JobRunner(jobs_of(app))
    jobs.start()
    async with asyncio.timeout(20):
        while not web.asked:
            await asyncio.sleep(0.01)
        async with asyncio.timeout(2):
            await jobs.stop()
    async with app.database.read() as connection:
        [row] = await connection.execute(select(feed_addresses.c.leased_until, feed_addresses.c.requested_at))
    assert row.leased_until is None
    assert row.requested_at is not None


async def test_without_feeds_nothing_is_polled(config: Config, clock: AdjustableClock) -> None:
    async with open_app(config, clock=clock) as app:
        await jobs_of(app)["feeds"]()
