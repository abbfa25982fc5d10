"""Curators see how their feeds are, pause and resume them, and remove them without losing what they found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.errors import NotAllowedError, NotFoundError
from bot.domain.feed import Feed
from bot.domain.feed_filter import FeedFilter
from bot.domain.paper import make_paper
from bot.i18n import msg
from bot.services.feeds.management import FeedManagement
from bot.services.feeds.status_text import brief_lines, status_lines
from bot.store import candidates, feed_addresses, feed_days, feeds, finds
from bot.store.database import Database
from bot.store.feed_days import DayCounts, FeedDay
from bot.store.finds import Find
from tests.doubles.clock import TOKYO, AdjustableClock

URL = "https://lab.example/feed"


@pytest.fixture
def management(database: Database, clock: AdjustableClock) -> FeedManagement:
    return FeedManagement(database, clock, TOKYO)


async def add(
    database: Database, workspace: int, clock: AdjustableClock, name: str = "lab", *, is_configured: bool = False
) -> Feed:
    async with database.write() as connection:
        configured = {"url": URL} if is_configured else None
        filter = FeedFilter(("diffusion", "拡散"), ("survey",), (), ("cs.CL",))
        return await feeds.add(connection, workspace, name, f"{URL}/{name}", filter, clock(), configured=configured)


async def change(database: Database, feed: Feed, **columns: object) -> None:
    async with database.write() as connection:
        await feed_addresses.save(connection, feed.address_id, **columns)


async def offer(database: Database, workspace: int, feed: Feed, clock: AdjustableClock) -> None:
    async with database.write() as connection:
        found = Find(feed.id, "2026-11-27", {"title": "A"}, make_paper(title="A", id="a"))
        await finds.offer(connection, workspace, [found], clock())


async def test_a_feed_is_paused_and_goes_on(
    management: FeedManagement, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    await add(database, workspace, clock)
    paused = await management.pause(workspace, "lab")
    assert paused.paused_at == clock()
    clock.advance(hours=1)
    assert (await management.pause(workspace, "lab")).paused_at == paused.paused_at
    (status,) = await management.statuses(workspace)
    assert (status.status.state, status.next_poll) == ("paused", None)
    assert (await management.resume(workspace, "lab")).paused_at is None


async def test_a_feed_that_is_gone_for_good_is_polled_again_when_a_curator_resumes_it(
    management: FeedManagement, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    feed = await add(database, workspace, clock)
    await change(database, feed, stopped_at=clock(), next_poll_at=clock() + timedelta(days=1))
    (status,) = await management.statuses(workspace, "lab")
    assert status.status.state == "stopped"
    await management.resume(workspace, "lab")
    (status,) = await management.statuses(workspace, "lab")
    assert (status.status.state, status.next_poll) == ("quiet", clock())


async def test_a_removed_feed_leaves_its_candidates(
    management: FeedManagement, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    feed = await add(database, workspace, clock)
    await offer(database, workspace, feed, clock)
    assert (await management.removal(workspace, "lab")).waiting == 1
    assert (await management.remove(workspace, feed.id)).waiting == 1
    assert await management.all(workspace) == []
    async with database.read() as connection:
        assert await candidates.get(connection, workspace, 1)
    with pytest.raises(NotFoundError, match="already"):
        await management.remove(workspace, feed.id)


async def test_a_feed_of_the_settings_is_paused_but_not_removed(
    management: FeedManagement, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    feed = await add(database, workspace, clock, is_configured=True)
    for removing in (management.removal(workspace, "lab"), management.remove(workspace, feed.id)):
        with pytest.raises(NotAllowedError, match="settings file"):
            await removing
    assert (await management.pause(workspace, "lab")).paused_at


async def test_a_workspace_sees_and_changes_only_its_own_feeds(
    management: FeedManagement, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    feed = await add(database, workspace, clock)
    assert await management.all(workspace + 1) == []
    for acting in (
        management.pause(workspace + 1, "lab"),
        management.resume(workspace + 1, "lab"),
        management.removal(workspace + 1, "lab"),
        management.remove(workspace + 1, feed.id),
        management.address_and_filter(workspace + 1, "lab", {}),
    ):
        with pytest.raises(NotFoundError):
            await acting


async def test_a_name_that_is_not_there_is_told_with_those_that_are(
    management: FeedManagement, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    with pytest.raises(NotFoundError, match="no feeds yet"):
        await management.named(workspace, "lab")
    await add(database, workspace, clock)
    with pytest.raises(NotFoundError, match='"lob"; there are: lab'):
        await management.named(workspace, "lob")


async def test_a_list_tells_state_next_poll_counts_and_what_each_rule_left_out(
    management: FeedManagement, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    feed = await add(database, workspace, clock)
    now = clock()
    trouble = msg("{source} cannot be reached.", source="lab.example")
    await change(
        database, feed, failing_since=now - timedelta(hours=5), trouble=trouble, next_poll_at=now + timedelta(hours=1)
    )
    today = now.astimezone(TOKYO).date()
    dropped = {("include", ""): 1100, ("exclude", "survey"): 66}
    async with database.write() as connection:
        for ago, counts in (
            (0, DayCounts(1204, 1204, 38, 30, 6, 2, dropped)),
            (6, DayCounts(1, 1, 1, 1)),
            (7, DayCounts(500, 500, 5, 5)),
        ):
            on = FeedDay(workspace, feed.id, (today - timedelta(days=ago)).isoformat())
            await feed_days.count(connection, {on: counts})
    (status,) = await management.statuses(workspace)
    assert status.columns("en") == {
        "name": "lab",
        "url": f"{URL}/lab",
        "state": "failing",
        "since": (now - timedelta(hours=5)).isoformat(),
        "reason": "lab.example cannot be reached.",
        "next_poll": (now + timedelta(hours=1)).isoformat(),
        "counts": {"seen": 1205, "matched": 39, "offered": 31, "accepted": 6, "rejected": 2},
    }
    assert status_lines(status, now, "ja", lambda time: f"{time.astimezone(TOKYO):%H:%M}") == [
        f"読み込み失敗（{(now - timedelta(hours=5)).astimezone(TOKYO):%H:%M}から）: lab.exampleに接続できません。",
        f"次の読み込み: {(now + timedelta(hours=1)).astimezone(TOKYO):%H:%M}",
        "この7日間: 1,205本を見て、39本が条件に合い、31本が受信箱へ、6本を採用、2本を却下",
        "外れた理由: 含めたい語がない 1,100 · 除外の条件「survey」に当たる 66",
        "条件: diffusion, 拡散 のどれか · survey を除く · カテゴリー cs.CL",
    ]
    assert len(brief_lines(status, "en", str)) == 2
