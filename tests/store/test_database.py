"""A transaction is atomic, and one writer never spoils another's work."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import shutil
import sqlite3
import threading
import warnings
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.domain.errors import StoreError
from bot.services.backups import write_backup
from bot.store.database import Database, iso, open_database
from bot.store.schema import workspaces
from bot.store.state import read_state, write_state
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.stores import sqlite_file


async def noted(database: Database, name: str) -> str | None:
    async with database.read() as connection:
        return await read_state(connection, name)


async def drivers_ended() -> None:
    """Wait until no thread of the driver runs; one ends a moment after its connection is closed."""
    async with asyncio.timeout(30):
        while any("_connection_worker_thread" in thread.name for thread in threading.enumerate()):
            await asyncio.sleep(0.005)


async def test_what_is_written_is_read_by_the_next(database: Database, database_url: str) -> None:
    async with database.write() as connection:
        await write_state(connection, "a", "1")
    other = await open_database(database_url)
    assert await noted(other, "a") == "1"
    await other.close()


async def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await write_state(connection, "a", "1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await noted(database, "a") is None


async def test_a_cancelled_transaction_leaves_nothing_behind_and_nothing_locked(database: Database) -> None:
    async def write_slowly() -> None:
        async with database.write() as connection:
            await write_state(connection, "a", "1")
            await asyncio.sleep(30)

    task = asyncio.create_task(write_slowly())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with database.write() as connection:
        await write_state(connection, "b", "2")
    assert (await noted(database, "a"), await noted(database, "b")) == (None, "2")


async def test_a_transaction_cancelled_in_the_middle_of_a_statement_leaves_nothing_locked(
    database: Database, database_file: Path, database_url: str, clock: AdjustableClock
) -> None:
    tasks = []  # a task holds its error, which holds the frames, which hold the cursor of the interrupted statement
    for n in range(150):
        tasks.append(asyncio.create_task(find_or_add(database, f"team {n}", clock())))
        await asyncio.sleep(n * 0.00004)
        tasks[-1].cancel()
        await asyncio.gather(tasks[-1], return_exceptions=True)
        with closing(sqlite3.connect(database_file, timeout=0.5, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
    assert any(task.cancelled() for task in tasks)


@pytest.mark.parametrize("seconds", [0.05, 0.15])  # in the first attempt to begin, and after it
async def test_a_write_that_could_not_begin_leaves_a_connection_as_patient_as_before(
    database: Database, database_file: Path, seconds: float
) -> None:
    with closing(sqlite3.connect(database_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(find_or_add(database, "team", datetime.now(UTC)), seconds)
    async with database.read() as connection:
        assert (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar() == 10_000


async def test_a_connection_is_given_back_whenever_its_borrower_is_cancelled_once_or_twice(database_url: str) -> None:
    database = await open_database(database_url)

    async def ask(*, writing: bool) -> None:
        async with database.write() if writing else database.read() as connection:
            await connection.execute(text("SELECT 1"))
            await connection.execute(text("SELECT 2"))

    chance, loop = random.Random(1), asyncio.get_running_loop()
    for _ in range(20):
        tasks = [asyncio.create_task(ask(writing=n == 0)) for n in range(6)]
        for task in tasks * 2:
            loop.call_later(chance.random() * 0.01, task.cancel)
        await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()
    with warnings.catch_warnings(record=True, category=ResourceWarning, action="always") as left_open:
        gc.collect()  # newer Pythons report a connection that only the garbage collector closes
    assert left_open == []
    await drivers_ended()


async def test_a_connection_that_is_lent_while_the_database_closes_is_closed_when_it_comes_back(
    database_url: str,
) -> None:
    database, opened = await open_database(database_url), asyncio.Event()

    async def ask(seconds: float) -> None:
        async with database.read() as connection:
            opened.set()
            await asyncio.sleep(seconds)
            await connection.execute(text("SELECT 1"))

    early = asyncio.create_task(ask(0.1))
    await opened.wait()
    await asyncio.gather(database.close(), early, ask(0), ask(0.02))
    with pytest.raises(StoreError):
        await ask(0)
    await drivers_ended()


async def test_closing_waits_for_what_is_being_opened_since_the_end_of_the_loop_would_cancel_it(
    database_url: str,
) -> None:
    database = await open_database(database_url)

    async def ask() -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))

    tasks = [asyncio.create_task(ask()) for _ in range(6)]
    await asyncio.sleep(0)
    await database.close()
    assert all(task.done() for task in tasks)


async def test_closing_waits_for_nobody_who_keeps_a_connection(database_url: str) -> None:
    database, has_it, goes_on = await open_database(database_url), asyncio.Event(), asyncio.Event()

    async def keep() -> None:
        async with database.read():
            has_it.set()
            await goes_on.wait()

    keeper = asyncio.create_task(keep())
    await has_it.wait()
    await asyncio.wait_for(database.close(), 5)
    goes_on.set()
    await keeper
    await drivers_ended()


async def test_reading_does_not_wait_for_writing_and_sees_only_what_is_committed(database: Database) -> None:
    async with database.write() as connection:
        await write_state(connection, "a", "1")
        assert await asyncio.wait_for(noted(database, "a"), 5) is None
    assert await noted(database, "a") == "1"


async def test_writers_take_turns(database: Database, database_url: str) -> None:
    other = await open_database(database_url)

    async def count_up(opened: Database) -> None:
        for _ in range(10):
            async with opened.write() as connection:
                await write_state(connection, "n", str(int(await read_state(connection, "n") or "0") + 1))

    await asyncio.gather(*(count_up(opened) for opened in (database, database, other, other)))
    assert await noted(database, "n") == "40"
    await other.close()


@sqlite_file
async def test_foreign_keys_and_the_write_ahead_log_are_on(database: Database) -> None:
    async with database.read() as connection:
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2


async def test_a_workspace_is_made_once(database: Database, clock: AdjustableClock) -> None:
    results = await asyncio.gather(*(find_or_add(database, "team", clock()) for _ in range(5)))
    assert {id for id, _ in results} == {results[0][0]}
    assert [is_new for _, is_new in results].count(True) == 1
    async with database.read() as connection:
        assert list(await connection.scalars(select(workspaces.c.name))) == ["team"]


@sqlite_file
async def test_after_a_checkpoint_the_file_alone_holds_what_was_committed(database: Database, tmp_path: Path) -> None:
    async with database.write() as connection:
        await write_state(connection, "note", "kept")
    await database.checkpoint()
    assert database.path
    shutil.copy(database.path, tmp_path / "alone.db")
    alone = await open_database(f"sqlite+aiosqlite:///{tmp_path}/alone.db")
    assert await noted(alone, "note") == "kept"
    await alone.close()


async def test_a_backup_is_the_database_at_that_moment(database: Database, tmp_path: Path) -> None:
    async with database.write() as connection:
        await write_state(connection, "a", "1")
    await write_backup(database, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT text FROM state WHERE name = 'a'").fetchall() == [("1",)]


async def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    database = await open_database(f"sqlite+aiosqlite:///{tmp_path}/new/deep/dayori.db")
    await database.close()
    assert (tmp_path / "new/deep/dayori.db").exists()


async def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("This is a letter, not a database. " * 50)
    with pytest.raises(StoreError, match="is damaged: the file is something else"):
        await open_database(f"sqlite+aiosqlite:///{tmp_path}/a.db")


async def test_a_place_that_cannot_be_a_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        await open_database(f"sqlite+aiosqlite:///{tmp_path}/file/a.db")


async def test_what_the_database_refuses_is_said_in_a_sentence(database: Database) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO notes (name, text) VALUES ('a', NULL)"))
    assert await noted(database, "a") is None


async def test_an_error_says_nothing_of_what_was_to_be_written(database: Database) -> None:
    with pytest.raises(StoreError) as failure:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "a secret"})
    assert "nowhere" in str(failure.value.__cause__)
    assert "a secret" not in str(failure.value.__cause__)


def test_times_sort_as_text_whatever_their_zone() -> None:
    tokyo = timezone(timedelta(hours=9))
    early, late = datetime(2024, 1, 1, 9, 0, tzinfo=tokyo), datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert iso(early) == "2024-01-01T00:00:00.000000+00:00" < iso(late)


@pytest.mark.parametrize("umask", [0o000, 0o022])
async def test_the_database_and_what_sqlite_puts_beside_it_are_their_owners_alone(
    tmp_path: Path, clock: AdjustableClock, umask: int
) -> None:
    before = os.umask(umask)
    try:
        database = await open_database(f"sqlite+aiosqlite:///{tmp_path}/made/here/dayori.db")
        await find_or_add(database, "default", clock())
        await write_backup(database, tmp_path / "copy.db")
        modes = {each.name: each.stat().st_mode & 0o777 for each in (tmp_path / "made/here").iterdir()}
        await database.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("dayori.db", "dayori.db-wal", "dayori.db-shm"), 0o600)
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert [(tmp_path / each).stat().st_mode & 0o777 for each in ("made", "made/here")] == [0o700, 0o700]


@sqlite_file
async def test_a_backup_that_cannot_be_written_is_said_in_a_sentence_and_leaves_nothing(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "there.db").write_bytes(b"mine")
    for target in ("there.db", "no-folder/copy.db"):
        with pytest.raises(StoreError, match="cannot be written"):
            await write_backup(database, tmp_path / target)
    assert (tmp_path / "there.db").read_bytes() == b"mine"
    assert not (tmp_path / "no-folder").exists()
