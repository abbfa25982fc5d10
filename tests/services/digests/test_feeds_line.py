"""One line of an edition tells what the feeds brought since the last one, on every platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot.domain.digest import Edition, FeedCounts, Reason, feeds_line
from bot.domain.feed import Feed
from bot.domain.feed_filter import FeedFilter
from bot.domain.paper import make_paper
from bot.i18n import Locale
from bot.platforms.console import render as console
from bot.platforms.discord.render import DiscordRenderer
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.render import SlackRenderer
from bot.services.digests.composing import Digests
from bot.services.papers.library import Library
from bot.store import candidates, decisions, feed_addresses, feed_days, feeds, finds
from bot.store.database import Database
from bot.store.feed_days import DayCounts, FeedDay
from bot.store.finds import Find
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.samples import paper
from tests.services.digests.editions import WEEKLY, add, compose
from tests.services.digests.test_composing import finish_all

WHEN = datetime(2026, 11, 30, 0, 0, tzinfo=ZoneInfo("UTC"))
EDITION = Edition("weekly", 3, WHEN, Reason.NEW, (paper(1),), 0, "ja")
COUNTS = FeedCounts(1204, 38, 6)


@pytest.fixture
async def feed(database: Database, workspace: int, clock: AdjustableClock) -> Feed:
    async with database.write() as connection:
        return await feeds.add(connection, workspace, "lab", "https://lab.example/feed", FeedFilter(), clock())


async def count(database: Database, feed: Feed, clock: AdjustableClock, seen: int, *, days_ago: int = 0) -> None:
    day = clock().astimezone(TOKYO).date().toordinal() - days_ago
    async with database.write() as connection:
        counts = DayCounts(seen, seen, 1, 1)
        on = FeedDay(feed.workspace_id, feed.id, datetime.fromordinal(day).date().isoformat())
        await feed_days.count(connection, {on: counts})


async def counted(digests: Digests, workspace: int) -> FeedCounts | None:
    edition = await digests.preview((await digests.subscriptions(workspace))[0])
    assert edition
    return edition.feeds


async def test_a_workspace_without_feeds_has_no_line(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await add(library, workspace, clock, 1)
    await digests.subscribe(workspace, WEEKLY)
    assert await counted(digests, workspace) is None
    assert feeds_line(EDITION) == ""


async def test_a_first_edition_tells_of_the_last_week(
    digests: Digests, workspace: int, clock: AdjustableClock, database: Database, feed: Feed
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    for days_ago, seen in ((0, 5), (6, 7), (8, 100)):
        await count(database, feed, clock, seen, days_ago=days_ago)
    assert await counted(digests, workspace) == FeedCounts(12, 2, 0)


async def test_no_entry_is_counted_by_two_editions_and_none_by_no_edition(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database, feed: Feed
) -> None:
    clock.set("2026-11-27 09:00")
    await digests.subscribe(workspace, WEEKLY)
    totals = []
    for n in range(5):  # the second and third on one day
        await add(library, workspace, clock, n)
        await count(database, feed, clock, 10)
        await count(database, feed, clock, 1, days_ago=1)  # which came late
        counts = await counted(digests, workspace)
        assert counts
        totals.append((counts.seen, counts.matched))
        await compose(digests, workspace, clock)
        await finish_all(database, clock)
        clock.advance(hours=1 if n == 1 else 24)
    assert totals == [(11, 2)] * 5


async def test_an_accepted_find_counts_once_after_the_last_edition(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database, feed: Feed
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    async with database.write() as connection:
        other = await feeds.add(connection, workspace, "b", "https://b.example/feed", FeedFilter(), clock())
        for each in (feed, other):
            found = make_paper(title="A", id="a")
            await finds.offer(connection, workspace, [Find(each.id, "2026-11-27", {"title": "A"}, found)], clock())
        (number,) = (each.number for each in await candidates.waiting(connection, workspace))
        await decisions.decide(connection, workspace, number, "accepted", "花子", "discord:1", clock())
    clock.advance(seconds=1)
    first = await counted(digests, workspace)
    await add(library, workspace, clock, 1)
    await compose(digests, workspace, clock)
    await finish_all(database, clock)
    second = await counted(digests, workspace)
    assert first
    assert second
    assert (first.accepted, second.accepted) == (1, 0)


async def test_a_feed_that_cannot_be_read_is_told_unless_it_is_paused(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database, feed: Feed
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    async with database.write() as connection:
        await feed_addresses.save(connection, feed.address_id, failing_since=clock())
    assert await counted(digests, workspace) == FeedCounts(0, 0, 0, 1)
    async with database.write() as connection:
        await feeds.save(connection, feed.id, paused_at=clock().isoformat())
    assert await counted(digests, workspace) == FeedCounts(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("counts", "locale", "line"),
    [
        (COUNTS, "ja", "今週: 1,204本を見て、38本が条件に合い、6本を採用"),
        (COUNTS, "en", "This week: looked at 1,204, 38 matched, 6 accepted"),
        (COUNTS._replace(is_week=False), "ja", "前号から: 1,204本を見て、38本が条件に合い、6本を採用"),
        (FeedCounts(0, 0, 0), "ja", "今週: フィードに新着はありませんでした"),
        (FeedCounts(0, 0, 0, 2), "ja", "今週: フィードに新着はありませんでした（読み込めないフィードが2個あります）"),
        (FeedCounts(1, 0, 0, 1), "en", "This week: looked at 1, 0 matched, 0 accepted (1 feed cannot be read)"),
    ],
)
def test_every_platform_shows_the_line(counts: FeedCounts, locale: Locale, line: str) -> None:
    edition, without = replace(EDITION, feeds=counts, locale=locale), replace(EDITION, locale=locale)
    assert feeds_line(edition) == line
    (on_discord,) = DiscordRenderer(TOKYO).edition(edition, lambda _: "m")
    (plain,) = DiscordRenderer(TOKYO).edition(without, lambda _: "m")
    assert on_discord["content"] == plain["content"].replace("\n1. ", f"\n-# {line}\n1. ")
    (on_slack,) = SlackRenderer(TOKYO, CommandNames("dayori")).edition(edition, lambda _: "m")
    assert on_slack["blocks"][1]["elements"][0]["text"].split("\n")[2] == line
    terminal = Console(width=120, record=True, file=StringIO())
    terminal.print(console.edition(edition, TOKYO, 120, lambda command, _: f"/{command}"))
    assert line in terminal.export_text()
