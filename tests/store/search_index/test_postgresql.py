"""Searches on a server come from one snapshot, wait for nobody, and outlive a lost connection."""

from __future__ import annotations

import asyncio
import os

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.util import await_only

from bot.domain.errors import StoreError
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.search_index.postgresql_tables import FULL_TERMS, HEAD_TERMS
from tests.postgres_server import VARIABLE
from tests.samples import paper
from tests.search.indexing import numbers_of, put

pytestmark = pytest.mark.skipif(not os.environ.get(VARIABLE), reason="make test-postgres runs it")
_WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""
_END_SEARCHES = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def test_of_several_processes_that_start_one_makes_the_index(
    database: Database, database_url: str, workspace: int
) -> None:
    numbers = await put(database, workspace, [paper(n) for n in range(1, 10)])
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE state SET text = 'old' WHERE name = 'search_index'")
    progress: list[tuple[int, int]] = []
    others = [await open_database(database_url) for _ in range(3)]
    opening = [SearchIndex.open(each, lambda done, total: progress.append((done, total))) for each in others]
    for search, its in zip(await asyncio.gather(*opening), others, strict=True):
        assert sorted(await numbers_of(search, workspace, "subject")) == numbers
        await search.close()
        await its.close()
    assert progress == [(9, 9)]


async def test_a_process_that_waits_until_another_has_made_the_index_is_not_refused_after_seconds(
    database: Database,
) -> None:
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE state SET text = 'old' WHERE name = 'search_index'")
    delays = iter([0.8])

    def delay(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("DROP TABLE"):
            await_only(asyncio.sleep(next(delays, 0)))

    event.listen(Engine, "before_cursor_execute", delay)
    opening = [asyncio.create_task(SearchIndex.open(database)) for _ in range(2)]
    await asyncio.sleep(0.5)
    async with database.read() as connection:  # the server ends such a wait after ten seconds
        assert (await connection.exec_driver_sql(_WAITING)).scalar() == 0
    for search in await asyncio.gather(*opening):
        await search.close()
    event.remove(Engine, "before_cursor_execute", delay)


async def test_a_search_waits_for_no_writer_and_sees_what_is_committed(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    await put(database, workspace, [paper(1)])
    async with database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM search_papers")
        async with asyncio.timeout(5):
            assert (await search.find(workspace, "subject")).total == 1
    assert (await search.find(workspace, "subject")).total == 0


async def test_a_lost_connection_is_said_once_and_replaced(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    await put(database, workspace, [paper(1)])
    await search.find(workspace, "subject")
    async with database.read() as connection:
        await connection.exec_driver_sql(_END_SEARCHES)
    found = 0
    for _ in range(3):
        try:
            found = (await search.find(workspace, "subject")).total
        except StoreError:
            await asyncio.sleep(0.1)
    assert found == 1


async def test_a_search_that_is_given_up_leaves_its_connection_in_order(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    await put(database, workspace, [paper(n) for n in range(1, 30)])
    for _ in range(20):
        task = asyncio.create_task(search.find(workspace, "subject"))
        await asyncio.sleep(0.0005)
        task.cancel()
        await asyncio.wait([task])
    pages = await asyncio.gather(*(search.find(workspace, "subject") for _ in range(12)))
    assert {page.total for page in pages} == {29}


async def test_the_terms_of_rows_are_read_from_the_index_alone(database: Database, search: SearchIndex) -> None:
    async with database.read() as connection:
        for sql in ("SET enable_seqscan = off", "SET plan_cache_mode = force_generic_plan"):
            await connection.exec_driver_sql(sql)
        for terms, index in ((HEAD_TERMS, "search_head"), (FULL_TERMS, "search_full")):
            sql = f"EXPLAIN SELECT number FROM search_papers WHERE {terms} @@ '''x'''::tsquery"
            plan = "\n".join((await connection.exec_driver_sql(sql)).scalars())
            assert f"Bitmap Index Scan on {index}" in plan
        await connection.exec_driver_sql("RESET ALL")
