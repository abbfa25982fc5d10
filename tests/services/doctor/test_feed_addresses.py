"""A doctor's look breaks no limit of a feed: nothing is asked that was asked within the hour or is not due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.config_sections import FeedSettings
from bot.domain.errors import SourceError
from bot.i18n import msg
from bot.services.doctor.due_feeds import DueFeed, due_feeds
from bot.services.doctor.feed_addresses import feed_address_checks
from bot.services.feeds.configured_feeds import ConfiguredFeeds
from bot.sources.probe import ProbeAnswer
from bot.store import feed_addresses, feeds
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock

URL = "https://a.example/feed"


class Asked:
    """Answers with one status, and keeps what was asked."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.requests = status, list[tuple[str, dict[str, str]]]()

    async def get(self, url: str) -> ProbeAnswer:
        raise NotImplementedError

    async def head(self, url: str, headers: Mapping[str, str]) -> ProbeAnswer:
        self.requests.append((url, dict(headers)))
        if not self.status:
            raise SourceError(msg("{source} is out of order ({status}).", source="a", status=0))
        return ProbeAnswer(self.status, "")


@pytest.fixture
async def address(database: Database, clock: AdjustableClock, workspace: int) -> int:
    await ConfiguredFeeds(database, clock).follow(workspace, [FeedSettings(name="a", url=URL)])
    async with database.read() as connection:
        [feed] = await feeds.all_of(connection, workspace)
    return feed.address_id


async def due(database: Database, workspace: int, clock: AdjustableClock, **settings: str) -> list[DueFeed]:
    async with database.read() as connection:
        return await due_feeds(connection, [workspace], settings, clock())


async def test_a_new_feed_may_be_asked_and_one_of_the_settings_that_the_store_lacks(
    database: Database, workspace: int, clock: AdjustableClock, address: int
) -> None:
    other = "https://b.example/feed"
    assert await due(database, workspace, clock, a=URL, b=other) == [DueFeed("a", URL, {}), DueFeed("b", other, {})]


async def test_a_feed_is_left_alone_for_an_hour_and_until_it_is_due(
    database: Database, workspace: int, clock: AdjustableClock, address: int
) -> None:
    now = clock()
    async with database.write() as connection:
        await feed_addresses.save(connection, address, requested_at=now, next_poll_at=now, etag='"x"')
    clock.advance(minutes=59)
    assert await due(database, workspace, clock) == []
    clock.advance(minutes=2)
    assert await due(database, workspace, clock) == [DueFeed("a", URL, {"If-None-Match": '"x"'})]
    async with database.write() as connection:
        await feed_addresses.save(connection, address, next_poll_at=clock() + timedelta(minutes=1))
    assert await due(database, workspace, clock) == []


async def test_a_feed_that_was_stopped_or_paused_is_not_asked(
    database: Database, workspace: int, clock: AdjustableClock, address: int
) -> None:
    async with database.write() as connection:
        await feed_addresses.save(connection, address, stopped_at=clock())
    assert await due(database, workspace, clock) == []


@pytest.mark.parametrize(
    ("status", "level"), [(200, "ok"), (304, "ok"), (405, "ok"), (404, "warning"), (503, "warning"), (0, "warning")]
)
async def test_a_feed_is_asked_once_for_its_headers_with_its_validators(status: int, level: str) -> None:
    probe, validators = Asked(status), {"If-None-Match": '"x"'}
    checks = [each async for each in feed_address_checks([DueFeed("a", URL, validators)], probe, lambda *_: None)]
    assert [each.level for each in checks] == [level]
    assert probe.requests == [(URL, validators)]
