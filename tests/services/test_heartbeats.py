"""Every process notes that it is alive; who answers the same servers as another is told, and who died is missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.util import await_only
from structlog.testing import capture_logs

from bot.services.digests.composing import Digests
from bot.services.health import Health
from bot.services.heartbeats import Heartbeats
from bot.services.state import State
from bot.services.vitals import vitals
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.processes import ended_process
from tests.stores import on_server

TWICE = "another process answers the same servers; give each its discord.shards or stop one"


async def checks(database: Database, clock: AdjustableClock, digests: Digests, workspace: int) -> dict[str, str]:
    report = await Health(database, clock, digests).check(workspace, {})
    return {each.name: each.message.text("en") for each in report.checks if each.name.startswith("bot")}


@pytest.mark.parametrize("shards", [("", ""), ("0-3/16", "3-7/16"), ("0-3/16", "4-7/8"), ("0-3/16", "")])
async def test_two_processes_that_answer_the_same_servers_are_told(
    database: Database, clock: AdjustableClock, digests: Digests, workspace: int, shards: tuple[str, str]
) -> None:
    first, second = (Heartbeats(database, clock, "account", each) for each in shards)
    with capture_logs() as lines:
        for _ in range(3):
            await first.beat("discord", "connected")
            await second.beat("discord", "connected")
    assert [line["event"] for line in lines] == [TWICE, TWICE]  # once by each
    assert (await checks(database, clock, digests, workspace))["bot twice"] == (
        "Two processes answer the same servers with one token."
    )


async def test_processes_with_shards_of_their_own_are_well_and_each_is_told_of(
    database: Database, clock: AdjustableClock, digests: Digests, workspace: int
) -> None:
    with capture_logs() as lines:
        for account, shards in (("a", "0-3/16"), ("a", "4-7/16"), ("b", "0-3/16"), ("", "")):
            await Heartbeats(database, clock, account, shards).beat("discord", "connected")
    assert lines == []
    assert set(await checks(database, clock, digests, workspace)) == {"bot", "bot 0-3/16", "bot 4-7/16"}


async def test_a_process_that_died_is_missed_until_another_takes_its_place(
    database: Database, clock: AdjustableClock, digests: Digests, workspace: int
) -> None:
    owner = await ended_process()
    note = {"at": clock().isoformat(), "process": owner, "gateway": "a", "shards": "0-3/16", "connections": {}}
    await State(database).write(f"last tick of {owner}", json.dumps(note))
    await Heartbeats(database, clock, "a", "4-7/16").beat("discord", "connected")
    assert (await checks(database, clock, digests, workspace))["bot 0-3/16"].startswith("The bot stopped unexpectedly")
    await Heartbeats(database, clock, "a", "0-3/16").beat("discord", "connected")
    assert set((await checks(database, clock, digests, workspace)).values()) == {
        "The bot runs and is connected to Discord."
    }


async def test_what_is_asked_of_a_process_it_answers_for_itself(database: Database, clock: AdjustableClock) -> None:
    well, lost = Heartbeats(database, clock, "a", "0/2"), Heartbeats(database, clock, "a", "1/2")
    assert not (await vitals(database, clock, well)).is_well
    await well.beat("discord", "connected")
    await lost.beat("discord", "connected")
    await lost.beat("discord", "lost")
    assert (await vitals(database, clock, well)).is_well
    assert not (await vitals(database, clock, lost)).is_well
    assert await well.count_others() == 1
    await lost.stop()
    assert await well.count_others() == 0


@contextmanager
def slow(beginning: str) -> Iterator[None]:
    """Let the first statement with that beginning wait a moment, while its transaction has read already."""
    delays = iter([0.3])

    def delay(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith(beginning):
            await_only(asyncio.sleep(next(delays, 0)))

    event.listen(Engine, "before_cursor_execute", delay)
    yield
    event.remove(Engine, "before_cursor_execute", delay)


@pytest.fixture
def slow_note() -> Iterator[None]:
    with slow("INSERT INTO state"):
        yield


@pytest.mark.usefixtures("slow_note")
async def test_a_note_that_is_slow_to_be_written_does_not_replace_a_newer_one(
    database: Database, clock: AdjustableClock
) -> None:
    heartbeats = Heartbeats(database, clock, "a")
    older = asyncio.create_task(heartbeats.beat("discord", "lost"))
    await asyncio.sleep(0.05)
    await heartbeats.beat("discord", "connected")
    await older
    own = await heartbeats.own()
    assert own and own.connections["discord"]["state"] == "connected"


@pytest.mark.usefixtures("slow_note")
async def test_a_note_that_is_slow_to_be_written_does_not_outlive_an_orderly_stop(
    database: Database, clock: AdjustableClock
) -> None:
    heartbeats = Heartbeats(database, clock, "a")
    last = asyncio.create_task(heartbeats.beat("discord", "lost"))  # as the gateway tells while it is closed
    await asyncio.sleep(0.05)
    await heartbeats.stop()
    await last
    await heartbeats.beat("discord", "connected")
    assert await heartbeats.every() == []


async def test_a_process_that_comes_back_while_its_old_note_is_removed_keeps_its_new_one(
    database: Database, clock: AdjustableClock
) -> None:
    woken, other = Heartbeats(database, clock, "a"), Heartbeats(database, clock, "a")
    await woken.beat("discord", "connected")
    clock.advance(minutes=6)
    with slow("DELETE FROM state"):
        removing = asyncio.create_task(other.beat("discord", "connected"))
        await asyncio.sleep(0.1)
        await woken.beat("discord", "connected")
        await removing
    assert len(await other.every()) == 2


@on_server
async def test_a_machine_whose_clock_is_minutes_behind_seems_not_to_have_stopped(database: Database) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    there, here = Heartbeats(database, now, "a"), Heartbeats(database, now, "b")
    with time_machine.travel(now() - timedelta(minutes=10), tick=True):
        await there.beat("discord", "starting")
    (note,) = await here.every()
    assert note.may_run(now())
    since = datetime.fromisoformat(note.connections["discord"]["since"])
    assert abs(now() - since) < timedelta(seconds=10)
