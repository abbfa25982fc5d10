"""The doctor tells of each feed that needs somebody, with the one thing to do, and of the others in one line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.domain.feed_filter import FeedFilter
from bot.i18n import msg
from bot.services.check import Check
from bot.services.digests.composing import Digests
from bot.services.health import Health
from bot.store import feed_addresses, feeds
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock


async def checked(database: Database, clock: AdjustableClock, digests: Digests, *workspaces: int) -> list[Check]:
    others = {f"w{id}": id for id in workspaces[1:]}
    report = await Health(database, clock, digests).check(workspaces[0], {}, None, others)
    assert report.is_well
    return [each for each in report.checks if each.name.startswith("feed")]


async def test_without_feeds_nothing_is_said_of_them(
    database: Database, clock: AdjustableClock, digests: Digests, workspace: int
) -> None:
    assert await checked(database, clock, digests, workspace) == []


async def test_each_feed_that_needs_somebody_has_a_line_and_a_remedy(
    database: Database, clock: AdjustableClock, digests: Digests, workspace: int
) -> None:
    now = clock()
    states: dict[str, dict[str, Any]] = {
        "well": {"read_at": now, "news_at": now},
        "failing": {"failing_since": now, "trouble": msg("{source} cannot be reached.", source="lab.example")},
        "stale": {"read_at": now, "news_at": now - timedelta(days=90)},
        "stopped": {"stopped_at": now},
        "paused": {"failing_since": now},
    }
    async with database.write() as connection:
        for name, columns in states.items():
            feed = await feeds.add(connection, workspace, name, f"https://{name}.example/", FeedFilter(), now)
            await feed_addresses.save(connection, feed.address_id, **columns)
            if name == "paused":
                await feeds.save(connection, feed.id, paused_at=now.isoformat())
    first, *others = await checked(database, clock, digests, workspace)
    assert first.columns("ja") == {
        "check": "feeds",
        "level": "ok",
        "message": "フィード: 5個（うち正常 2個）",
        "remedy": None,
    }
    assert [(each.name, each.level) for each in others] == [
        ("feed failing", "warning"),
        ("feed stale", "warning"),
        ("feed stopped", "warning"),
    ]
    assert "lab.exampleに接続できません。" in str(others[0].columns("ja")["message"])
    assert all(each.remedy for each in others)


async def test_the_feeds_of_every_workspace_that_is_looked_at_are_checked(
    database: Database, clock: AdjustableClock, digests: Digests, workspace: int
) -> None:
    from bot.store.workspaces import find_or_add

    other, _ = await find_or_add(database, "other", clock())
    async with database.write() as connection:
        for id in (workspace, other):
            await feeds.add(connection, id, "lab", "https://lab.example/", FeedFilter(), clock())
    assert len(await checked(database, clock, digests, workspace, other)) == 2
