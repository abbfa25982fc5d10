"""The doctor distinguishes a crashed bot from a stopped one, and shows what is paused."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.i18n import msg
from bot.platforms.console.reports import prompt_name
from bot.services.check import Check
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.health import Health, HealthReport
from bot.services.heartbeats import Heartbeats
from bot.services.papers.library import Library
from bot.services.state import State
from bot.store import subscriptions
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper


@pytest.fixture
def health(database: Database, clock: AdjustableClock, digests: Digests) -> Health:
    return Health(database, clock, digests)


@pytest.fixture
def heartbeats(database: Database, clock: AdjustableClock) -> Heartbeats:
    return Heartbeats(database, clock)


def seen(findings: HealthReport) -> list[tuple[str, str]]:
    """Return level and sentence of every check that is not ok."""
    return [(check.level, check.message.text("en")) for check in findings.checks if check.level != "ok"]


def running(findings: HealthReport) -> str:
    return next(check.message.text("en") for check in findings.checks if check.name == "bot")


async def test_an_installation_that_never_ran_is_well(health: Health, library: Library, workspace: int) -> None:
    await library.add(workspace, paper(1), None)
    findings = await health.check(workspace, {"discord": False})
    assert findings.is_well
    messages = [check.message.text("en") for check in findings.checks if check.name not in ("database", "disk")]
    last = messages.pop()
    assert messages == ["Papers in the collection: 1", "Discord: no token is set", "The bot is not running."]
    assert last == "Every page of the database is whole." or "connections are taken" in last


async def test_a_bot_that_beats_is_well_and_one_that_fell_silent_is_not(
    health: Health, heartbeats: Heartbeats, workspace: int, clock: AdjustableClock
) -> None:
    await heartbeats.beat("discord", "connected")
    clock.advance(minutes=4)
    assert running(await health.check(workspace, {"discord": True})) == "The bot runs and is connected to Discord."
    clock.advance(minutes=2)
    findings = await health.check(workspace, {"discord": True})
    assert seen(findings) == [("fault", "The bot has not run since 2024-01-21 23:00 UTC.")]
    assert not findings.is_well


async def test_a_bot_that_was_killed_is_missed_at_once(
    health: Health, digests: Digests, database: Database, database_file: Path, workspace: int, clock: AdjustableClock
) -> None:
    code = (
        "import asyncio, sys\n"
        "from bot.store.database import open_database\n"
        "from bot.services.heartbeats import Heartbeats\n"
        "from tests.doubles.clock import AdjustableClock\n"
        "async def beat():\n"
        "    database = await open_database(sys.argv[1])\n"
        "    await Heartbeats(database, AdjustableClock()).beat('discord', 'connected')\n"
        "    await database.close()\n"
        "asyncio.run(beat())\n"
    )
    url = f"sqlite+aiosqlite:///{database_file}"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", code, url)
    assert await other.wait() == 0
    assert seen(await health.check(workspace, {"discord": True})) == [
        ("fault", "The bot stopped unexpectedly, after 2024-01-21 23:00 UTC.")
    ]


async def test_a_bot_that_was_stopped_on_purpose_is_well(
    health: Health, heartbeats: Heartbeats, workspace: int, clock: AdjustableClock
) -> None:
    await heartbeats.beat("discord", "connected")
    await heartbeats.stop()
    clock.advance(days=1)
    assert (await health.check(workspace, {"discord": True})).is_well


async def test_a_bot_that_starts_is_no_fault_until_it_takes_too_long(
    health: Health, heartbeats: Heartbeats, workspace: int, clock: AdjustableClock
) -> None:
    await heartbeats.beat("discord", "starting")
    clock.advance(minutes=1)
    await heartbeats.beat("discord", "starting")
    findings = await health.check(workspace, {"discord": True})
    assert seen(findings) == [("warning", "The bot is starting and not connected to Discord yet.")]
    assert findings.is_well
    clock.advance(minutes=2)
    await heartbeats.beat("discord", "starting")
    assert seen(await health.check(workspace, {"discord": True})) == [
        ("fault", "The bot runs, but it has not been connected to Discord since 2024-01-21 23:00 UTC.")
    ]
    await heartbeats.beat("discord", "connected")
    assert seen(await health.check(workspace, {"discord": True})) == []


async def test_a_connection_that_is_lost_for_a_moment_is_no_fault(
    health: Health, heartbeats: Heartbeats, workspace: int, clock: AdjustableClock
) -> None:
    await heartbeats.beat("discord", "connected")
    clock.advance(hours=1)
    await heartbeats.beat("discord", "lost")
    clock.advance(minutes=1)
    await heartbeats.beat("discord", "starting")  # a new client in the same process
    findings = await health.check(workspace, {"discord": True})
    assert seen(findings) == [("warning", "The bot is connecting to Discord again.")]
    assert findings.is_well
    clock.advance(minutes=2)
    assert not (await health.check(workspace, {"discord": True})).is_well


async def test_what_an_older_version_noted_is_understood(
    health: Health, workspace: int, database: Database, clock: AdjustableClock
) -> None:
    await State(database).write("last tick", json.dumps({"at": clock().isoformat(), "connected": True}))
    assert (await health.check(workspace, {"discord": True})).is_well


async def test_a_paused_channel_is_told_with_its_reason_and_the_others_with_their_next_edition(
    health: Health, digests: Digests, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    for name in ("closed", "open"):
        subscription = await digests.subscribe(
            workspace, SubscriptionRequest(name, f"discord:1/{len(name)}", "mon 09:00", (), "ja")
        )
        if name == "closed":
            async with database.write() as connection:
                await subscriptions.pause(connection, subscription.id, msg("The channel no longer exists."), clock())
    findings = await health.check(workspace, {"discord": True})
    assert seen(findings) == [("warning", "closed is paused: The channel no longer exists.")]
    assert findings.is_well
    assert findings.checks[-1].columns("ja") == {
        "check": "subscription closed",
        "level": "warning",
        "message": "「closed」は一時停止中です: チャンネルがなくなっています。",
        "remedy": "原因を取り除いてください。1日に1回自動で試し、直っていれば再開します。"
        "すぐに再開するには /digest subscribe で同じチャンネルをもう一度登録してください。",
    }
    statuses = {
        each.subscription.name: each.lines("en", lambda moment: moment.isoformat(), prompt_name)
        for each in findings.subscriptions
    }
    assert statuses == {
        "closed": [
            "No edition yet",
            "Paused: The channel no longer exists.",
            "The bot will try again at 2024-01-22T23:00:00+00:00, and go on once the problem is solved; "
            "/digest subscribe resumes it at once.",
        ],
        "open": ["No edition yet", "Next: 2024-01-22T00:00:00+00:00, nothing new so far"],
    }


async def test_a_database_that_others_may_read_is_told_of(
    health: Health, database: Database, database_file: Path, workspace: int
) -> None:
    database_file.chmod(0o644)
    [check] = [each for each in (await health.check(workspace, {"discord": True})).checks if each.level == "warning"]
    assert check.remedy and check.remedy.text("en") == f"If they should not: chmod 600 {database_file}*"
    database_file.chmod(0o600)
    assert all(each.level == "ok" for each in (await health.check(workspace, {"discord": True})).checks)


async def test_a_thorough_check_reads_every_page(
    health: Health, workspace: int, database: Database, database_file: Path
) -> None:
    assert [each.level for each in await thorough(health, workspace)] == ["ok"]
    with closing(sqlite3.connect(database_file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'aliases'").fetchone()
    with database_file.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xff" * 4096)
    [check] = await thorough(health, workspace)
    assert (check.level, check.remedy is not None) == ("fault", True)


async def thorough(health: Health, workspace: int) -> list[Check]:
    findings = await health.check(workspace, {})
    return [each for each in findings.checks if each.name == "integrity"]
