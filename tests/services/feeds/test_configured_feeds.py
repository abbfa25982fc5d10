"""The feeds of the settings are in the store, and what a chat changed since stays until the settings change."""

from __future__ import annotations

from typing import Any

import pytest

from bot.config_sections import FeedSettings
from bot.domain.feed import Feed
from bot.domain.feed_filter import FeedFilter
from bot.services.feeds.configured_feeds import ConfiguredFeeds
from bot.store import feed_addresses, feeds
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock

URL = "https://lab.example/feed"


class Settings:
    """Settings that a test changes."""

    def __init__(self, database: Database, clock: AdjustableClock, workspace: int) -> None:
        self.database, self.clock, self.workspace = database, clock, workspace

    async def follow(self, **by_name: dict[str, Any]) -> list[Feed]:
        sections = tuple(FeedSettings(name=name, **{"url": URL, **values}) for name, values in by_name.items())
        await ConfiguredFeeds(self.database, self.clock).follow(self.workspace, sections)
        async with self.database.read() as connection:
            return await feeds.all_of(connection, self.workspace)

    async def change(self, feed: Feed, **columns: Any) -> None:
        async with self.database.write() as connection:
            await feeds.save(connection, feed.id, **columns)


@pytest.fixture
def settings(database: Database, clock: AdjustableClock, workspace: int) -> Settings:
    return Settings(database, clock, workspace)


async def test_feeds_of_the_settings_come_change_and_go(settings: Settings) -> None:
    [feed] = await settings.follow(lab={"include": ("diffusion",)})
    assert (feed.name, feed.url, feed.filter, feed.is_configured) == ("lab", URL, FeedFilter(("diffusion",)), True)
    [changed] = await settings.follow(lab={"exclude": ("survey",)})
    assert (changed.id, changed.filter) == (feed.id, FeedFilter(exclude=("survey",)))
    assert await settings.follow() == []


async def test_what_a_chat_changed_stays_while_the_settings_stay(settings: Settings) -> None:
    [feed] = await settings.follow(lab={})
    await settings.change(feed, **feeds.columns_of(FeedFilter(tags=("cs.CL",))))
    assert [each.filter for each in await settings.follow(lab={})] == [FeedFilter(tags=("cs.CL",))]
    assert [each.filter for each in await settings.follow(lab={"tags": ("cs.LG",)})] == [FeedFilter(tags=("cs.LG",))]


async def test_a_feed_made_in_a_chat_is_left_alone_unless_the_settings_name_it(settings: Settings) -> None:
    async with settings.database.write() as connection:
        await feeds.add(connection, settings.workspace, "chat", URL, FeedFilter(), settings.clock(), by="Aki")
        await feeds.add(connection, settings.workspace, "both", URL, FeedFilter(), settings.clock(), by="Aki")
    assert [each.name for each in await settings.follow(both={})] == ["both", "chat"]
    assert [each.name for each in await settings.follow()] == ["chat"]


async def test_another_address_begins_anew_and_another_filter_does_not(settings: Settings) -> None:
    [feed] = await settings.follow(lab={})
    await settings.change(feed, entry_id=7)
    [filtered] = await settings.follow(lab={"exclude": ("survey",)})
    assert (filtered.entry_id, filtered.address_id) == (7, feed.address_id)
    [moved] = await settings.follow(lab={"url": "https://new.example/feed"})
    assert moved.entry_id is None
    assert moved.address_id != feed.address_id


async def test_a_feed_that_moved_onto_another_address_stays_there_when_its_filter_changes(settings: Settings) -> None:
    feed, other = await settings.follow(lab={}, other={"url": "https://other.example/feed"})
    await settings.change(feed, address_id=other.address_id, entry_id=7)
    again, _ = await settings.follow(lab={"exclude": ("x",)}, other={"url": "https://other.example/feed"})
    assert (again.address_id, again.entry_id) == (other.address_id, 7)


async def test_a_feed_with_the_address_to_which_another_moved_shares_it(settings: Settings) -> None:
    [feed] = await settings.follow(lab={})
    async with settings.database.write() as connection:
        await feed_addresses.save(connection, feed.address_id, location="https://new.example/feed")
    _, second = await settings.follow(lab={}, second={"url": "https://new.example/feed"})
    assert second.address_id == feed.address_id
