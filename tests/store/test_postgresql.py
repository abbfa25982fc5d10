"""A PostgreSQL database is opened, migrated, read and written as a file is, and what it refuses is said in words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from time import monotonic

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.engine import Connection, make_url

from bot.domain.errors import StoreError
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.store import leases, lookup_schema  # noqa: F401 - the latter's table is known only then
from bot.store.connection import StoreConnection
from bot.store.database import Database, open_database, open_to_read
from bot.store.dialect import upsert
from bot.store.schema import metadata, state, workspaces
from bot.store.state import read_state, write_state
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.samples import paper
from tests.stores import on_server

pytestmark = on_server


async def test_the_migrations_lead_to_the_tables_that_the_code_knows(database: Database) -> None:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: not is_index(name)}
        )
        return list(compare_metadata(context, metadata))

    def is_index(name: str | None) -> bool:
        return (name or "").startswith("search_")

    async with database.read() as connection:
        assert await connection.run(compare) == []


async def test_text_sorts_by_its_bytes_and_numbers_have_64_bits(database: Database) -> None:
    async with database.read() as connection:
        columns = await connection.execute(
            text("""
                SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name NOT LIKE 'search_%' AND table_name <> 'alembic_version'
                  AND (data_type = 'integer' OR (data_type = 'text' AND collation_name IS DISTINCT FROM 'C'))
            """)
        )
        assert columns.all() == []


async def test_a_number_longer_than_32_bits_is_found_nowhere_and_refused_nowhere(database: Database) -> None:
    async with database.read() as connection:
        assert (await connection.execute(select(workspaces).where(workspaces.c.id == 2**40))).first() is None


async def test_a_row_that_is_there_is_left_or_changed(database: Database) -> None:
    async with database.write() as connection:
        await write_state(connection, "a", "1")
        left = await connection.execute(upsert(state).values(name="a", text="2").on_conflict_do_nothing())
        assert left.rowcount == 0
        assert await read_state(connection, "a") == "1"
        await write_state(connection, "a", "3")
        assert await read_state(connection, "a") == "3"


async def test_a_writer_waits_for_another_process_and_gives_up_in_words(
    database: Database, database_url: str, clock: AdjustableClock
) -> None:
    other = await open_database(database_url)
    async with other.write():
        waiting = asyncio.create_task(find_or_add(database, "team", clock()))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    assert (await waiting)[1]
    await other.close()


async def test_what_is_opened_to_read_cannot_be_written(database: Database, database_url: str) -> None:
    reader = await open_to_read(database_url)
    with pytest.raises(StoreError, match="only lets it be read"):
        async with reader.write() as connection:
            await write_state(connection, "a", "1")
    await reader.close()


async def test_a_server_that_cannot_be_reached_is_told_of_without_the_password(database_url: str) -> None:
    address = make_url(database_url).set(port=1, username="somebody", password="geheim-1234")
    with pytest.raises(StoreError) as error:
        await open_database(address.render_as_string(hide_password=False))
    assert "the server cannot be reached" in str(error.value)
    assert "geheim" not in str(error.value) + repr(error.value.__cause__) and "somebody" not in str(error.value)


async def test_a_database_that_is_not_there_is_told_of(database_url: str) -> None:
    address = make_url(database_url).set(database="nowhere")
    with pytest.raises(StoreError, match="there is no database of this name; make it with createdb"):
        await open_database(address.render_as_string(hide_password=False))


async def test_who_waits_hears_within_a_second_that_another_process_wrote(
    database: Database, database_url: str
) -> None:
    other, wait = await open_database(database_url), database.writes()
    assert await seconds_of(wait(0.3)) >= 0.3
    waiting = asyncio.create_task(seconds_of(wait(30)))
    await asyncio.sleep(0.2)
    async with other.write() as connection:
        await write_state(connection, "a", "1")
        await asyncio.sleep(0.1)
        assert not waiting.done()  # nobody hears of what is not committed
    assert await waiting < 1.5
    async with other.write() as connection:
        await write_state(connection, "a", "2")
    assert await seconds_of(wait(30)) < 1.5
    await other.close()


async def test_a_write_is_heard_of_again_after_the_listener_lost_its_connection(
    database: Database, database_url: str
) -> None:
    wait = database.writes()
    await wait(0.05)
    async with database.write() as connection:
        await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await seconds_of(wait(30)) < 2  # the loss itself wakes
    await wait(0.3)
    waiting = asyncio.create_task(seconds_of(wait(30)))
    await asyncio.sleep(0.3)
    async with database.write() as connection:
        await write_state(connection, "a", "1")
    assert await waiting < 1.5


async def seconds_of(waiting: Awaitable[None]) -> float:
    began = monotonic()
    await waiting
    return monotonic() - began


async def test_two_processes_take_different_editions_at_once_without_waiting(
    database: Database, database_url: str, digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await library.add(workspace, paper(1), None)
    for name in ("a", "b", "c"):
        await digests.subscribe(workspace, SubscriptionRequest(name, f"discord:1/{name}", "mon 09:00", (), "ja"))
        await digests.compose_now(workspace, name)
    other = await open_database(database_url)

    async def take(connection: StoreConnection, owner: str, most: int) -> list[str]:
        until, dead = clock() + timedelta(minutes=1), {"nobody"}
        taken = await leases.acquire(
            connection, owner, clock(), until, platforms=["discord"], is_dead=dead.__contains__, most=most
        )
        return [each.subscription for each in taken]

    async with database.write(own_rows=True) as one, other.write(own_rows=True) as two, asyncio.timeout(5):
        assert await take(one, "first", 1) == ["a"]
        assert await take(two, "second", 1) == []  # the first is just being taken; nobody waits for it
        assert await take(two, "second", 3) == ["b", "c"]
        async with database.write() as three:  # what needs to be alone waits for neither
            await write_state(three, "a", "1")
    async with other.write(own_rows=True) as two:
        assert await take(two, "second", 3) == []
    await other.close()
