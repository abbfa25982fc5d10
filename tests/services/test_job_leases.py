"""Each job is done by one process of all on a store, and by another within seconds when that one dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import pairwise
from time import monotonic

import pytest
from sqlalchemy import update

from bot.services.job_leases import JobLeases, delivery_job
from bot.store import job_leases
from bot.store.database import Database, open_database
from bot.store.schema import state
from tests.processes import ended_process
from tests.stores import on_server

_SECONDS = 0.6  # that a lease lasts
Make = Callable[[], JobLeases]


@pytest.fixture
def make(database: Database) -> Make:
    """Return a function that makes the leases of another process, which takes part in the job `feeds`."""

    async def count_others() -> int:
        return 1

    def make() -> JobLeases:
        leases = JobLeases(database, lambda: datetime.now(UTC), count_others, _SECONDS)
        leases.want("feeds")
        return leases

    return make


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> float:
    began = monotonic()
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)
    return monotonic() - began


async def write(database: Database, job: str, owner: str, seconds: float, serial: int) -> None:
    async with database.write() as connection:
        before = (await job_leases.every(connection)).get(job)
        assert await job_leases.replace(connection, job, before, json.dumps([owner, seconds, serial]))


async def test_of_several_processes_one_does_a_job_and_none_does_it_without_its_lease(make: Make) -> None:
    every = [make() for _ in range(4)]
    assert all(each.holds("feeds") for each in every)  # a single command has nobody to agree with
    async with AsyncExitStack() as stack:
        for each in every:
            await stack.enter_async_context(each.kept())
        for _ in range(20):
            assert sum(each.holds("feeds") for each in every) <= 1
            await asyncio.sleep(0.03)
        await until(lambda: sum(each.holds("feeds") for each in every) == 1)
        assert not any(each.holds("papers") for each in every)


async def test_a_process_that_stops_leaves_its_jobs_to_another(make: Make) -> None:
    first, second = make(), make()
    changes: list[bool] = []
    second.on_change(lambda: changes.append(second.holds("feeds")))
    async with AsyncExitStack() as stack, AsyncExitStack() as stopped:
        await stopped.enter_async_context(first.kept())
        await stack.enter_async_context(second.kept())
        assert first.holds("feeds") and not second.holds("feeds")
        await stopped.aclose()
        await until(lambda: changes == [True])


async def test_the_jobs_of_a_killed_process_are_taken_over_without_waiting_for_its_lease(
    make: Make, database: Database
) -> None:
    await write(database, "feeds", await ended_process(), 60, 1)
    leases = make()
    async with leases.kept():
        assert await until(lambda: leases.holds("feeds")) < 2


async def test_the_jobs_of_a_machine_that_fell_silent_are_taken_over_when_its_lease_has_ended(
    make: Make, database: Database
) -> None:
    await write(database, "feeds", "elsewhere/boot/pid 1 2 3", _SECONDS, 1)
    leases = make()
    async with leases.kept():
        for serial in range(2, 6):  # it still renews
            await asyncio.sleep(_SECONDS / 3)
            assert not leases.holds("feeds")
            await write(database, "feeds", "elsewhere/boot/pid 1 2 3", _SECONDS, serial)
        assert _SECONDS * 0.8 < await until(lambda: leases.holds("feeds")) < _SECONDS + 2


async def test_what_a_silent_machine_had_leased_counts_as_free_until_it_renews_again(
    make: Make, database: Database
) -> None:
    there = "elsewhere/boot/pid 1 2"
    await write(database, "feeds", f"{there} 3", _SECONDS, 1)
    await write(database, "identification 0", f"{there} 3", _SECONDS, 1)  # nobody else takes this one
    leases = make()
    async with leases.kept():
        assert not leases.is_gone(f"{there} 4")
        await until(lambda: leases.holds("feeds"))
        await asyncio.sleep(_SECONDS)
        assert leases.is_gone(f"{there} 4")
        await write(database, "identification 0", f"{there} 3", _SECONDS, 2)
        await until(lambda: not leases.is_gone(f"{there} 4"))


async def test_a_process_that_cannot_renew_gives_up_before_another_takes_over(
    make: Make, database_url: str, database: Database
) -> None:
    leases = make()
    async with leases.kept():
        assert leases.holds("feeds")
        other = await open_database(database_url)
        async with other.write() as connection:
            await connection.execute(update(state).values(text=state.c.text))  # a server locks rows
            await until(lambda: not leases.holds("feeds"))
        await until(lambda: leases.holds("feeds"))
        await other.close()


async def test_a_process_that_gets_a_job_back_waits_as_long_as_one_that_takes_it_over(
    make: Make, database: Database
) -> None:
    leases = make()
    async with leases.kept():
        assert leases.holds("feeds")
        await write(database, "feeds", "elsewhere/boot/pid 1 2 3", 60, 1)  # took it over, as during a suspension
        await until(lambda: not leases.holds("feeds"))
        async with database.write() as connection:
            await job_leases.remove(connection, "feeds", (await job_leases.every(connection))["feeds"])
        while "feeds" not in await every(database):
            await asyncio.sleep(0.005)
        assert not leases.holds("feeds")
        await until(lambda: leases.holds("feeds"))


@on_server
async def test_a_process_that_was_suspended_while_it_wrote_keeps_no_other_from_its_own_jobs(
    make: Make, database: Database
) -> None:
    await write(database, "editions", "elsewhere/boot/pid 1 2 3", _SECONDS, 1)
    leases = make()
    leases.want("editions")
    async with leases.kept():
        await until(lambda: leases.holds("feeds"))
        async with database.write(own_rows=True) as connection:
            before = (await job_leases.every(connection))["editions"]
            assert await job_leases.replace(connection, "editions", before, before)
            for _ in range(20):
                await asyncio.sleep(0.1)
                assert leases.holds("feeds") and not leases.holds("editions")
        await until(lambda: leases.holds("editions"))


async def every(database: Database) -> dict[str, str]:
    async with database.read() as connection:
        return await job_leases.every(connection)


async def test_what_is_done_alone_is_done_by_one_after_the_other(make: Make) -> None:
    running = most = 0

    async def work(leases: JobLeases) -> None:
        nonlocal running, most
        async with leases.kept(), leases.alone("commands"):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.05)
            running -= 1

    await asyncio.gather(*(work(make()) for _ in range(4)))
    assert most == 1


async def test_turns_keep_everybody_waiting_for_some_time_in_one_process_and_over_all(make: Make) -> None:
    first, second = make(), make()
    async with first.kept(), second.kept():
        times = list[float]()
        for leases in (first, first, second):
            await leases.take_turn("identification", 0.3, 10)
            times.append(monotonic())
        assert all(after - before > 0.28 for before, after in pairwise(times))


async def test_a_process_without_a_connection_leaves_its_jobs_and_takes_part_again(make: Make) -> None:
    first, second = make(), make()
    async with first.kept(), second.kept():
        await first.leave("feeds")
        assert not first.holds("feeds")
        await until(lambda: second.holds("feeds"))
        await first.take_part("feeds", "papers")
        assert first.holds("papers") and not first.holds("feeds")


async def test_others_know_of_a_job_that_somebody_does_until_its_process_has_ended(
    database: Database, make: Make
) -> None:
    await write(database, "papers", await ended_process(), 60, 1)
    async with make().kept(), (other := make()).kept():
        assert other.is_taken("feeds") and not other.is_taken("papers")


def test_the_name_of_a_delivery_tells_nothing_of_the_token() -> None:
    name = delivery_job("discord", "a-hidden.secret.token")
    assert name == delivery_job("discord", "a-hidden.secret.token") != delivery_job("discord", "another")
    assert not any(part in name for part in ("hidden", "secret", "token"))
