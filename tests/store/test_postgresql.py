"""A PostgreSQL database is opened, migrated, read and written as a file is, and what it refuses is said in words."""

from __future__ import annotations

import asyncio
import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.engine import Connection, make_url

from bot.domain.errors import StoreError
from bot.store.database import Database, open_database, open_to_read
from bot.store.dialect import upsert
from bot.store.schema import metadata, state, workspaces
from bot.store.state import read_state, write_state
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.postgres_server import VARIABLE

pytestmark = pytest.mark.skipif(not os.environ.get(VARIABLE), reason="make test-postgres runs it")


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
