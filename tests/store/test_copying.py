"""A store is copied whole, from one snapshot, into an empty one, whichever databases the two are on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.engine import Connection

from bot.domain.errors import StoreError
from bot.services.papers.library import Library
from bot.store.copying.copy import copy_store
from bot.store.copying.sqlite_store import fill_sqlite
from bot.store.copying.tables import tables
from bot.store.database import Database, open_database
from bot.store.papers import last_number
from bot.store.schema import state
from bot.store.search_index.index import SearchIndex
from bot.store.state import read_state
from tests.doubles.clock import AdjustableClock
from tests.samples import paper
from tests.store.filling import ROWS, fill
from tests.stores import Stores

Places = Callable[[], str]


def silent(_done: int, _total: int) -> None:
    pass


@pytest.fixture
def empty_place(all_stores: Stores, tmp_path: Path) -> Iterator[Places]:
    """Return a function that returns the URL of a place where there is no store yet, on the database of this run."""
    with all_stores.empty_places(tmp_path) as place:
        yield place


@pytest.fixture(params=["same", "file"])
def target(request: pytest.FixtureRequest, empty_place: Places, tmp_path: Path) -> str:
    return empty_place() if request.param == "same" else f"sqlite+aiosqlite:///{tmp_path}/copy.db"


async def counts(url: str) -> dict[str, int]:
    database = await open_database(url)
    async with database.read() as connection:
        found = {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables()
        }
    await database.close()
    return found


async def test_the_tables_of_a_copy_are_all_tables_of_a_store_but_its_index(database: Database) -> None:
    def names(connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names())

    async with database.read() as connection:
        stored = {name for name in await connection.run(names) if not name.startswith(("search_", "alembic_"))}
    assert stored == {table.name for table in tables()}


async def test_everything_is_copied_and_copied_back(
    database: Database, database_url: str, target: str, empty_place: Places
) -> None:
    await fill(database)
    done: list[int] = []
    copied = await copy_store(database_url, target, lambda rows, total: done.append(rows * 100 // total))
    assert {each.name: each.rows for each in copied} == await counts(target) | {"state": ROWS}
    assert done == sorted(done) and done[-1] == 100
    back = await copy_store(target, empty_place(), silent)
    assert back == copied


async def test_numbers_go_on_in_the_copy_after_those_of_papers_that_are_gone(
    library: Library, database: Database, database_url: str, workspace: int, target: str
) -> None:
    for n in range(3):
        await library.add(workspace, paper(n), "花子")
    await library.remove(workspace, paper(2).id, "花子")
    await copy_store(database_url, target, silent)
    copy = await open_database(target)
    async with copy.read() as connection:
        assert await last_number(connection) == 3
    others = Library(copy, AdjustableClock())
    await others.add(workspace, paper(7), "花子")
    async with copy.read() as connection:
        assert await last_number(connection) == 4
    index = await SearchIndex.open(copy)
    assert (await index.find(workspace, "")).total == 3
    await index.close()
    await copy.close()


async def test_a_place_that_is_not_empty_is_refused_and_left_as_it_is(
    database: Database, database_url: str, target: str, empty_place: Places
) -> None:
    await fill(database)
    await copy_store(database_url, target, silent)
    before = await counts(target)
    with pytest.raises(StoreError, match=r"is not empty.*(dropdb|)|exists already"):
        await copy_store(database_url, target, silent)
    assert await counts(target) == before


async def test_a_copy_that_is_interrupted_leaves_an_empty_place(
    database: Database, database_url: str, target: str, tmp_path: Path
) -> None:
    await fill(database)

    def stop(done: int, total: int) -> None:
        if done > total / 3:
            raise KeyboardInterrupt

    copying = asyncio.create_task(_guarded(copy_store(database_url, target, stop)))
    assert await copying is None
    assert not [each for each in tmp_path.rglob("*") if "unfinished" in each.name]
    assert await copy_store(database_url, target, silent)


async def test_batches_follow_each_other_without_disturbing_one_another(tmp_path: Path) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        async with fill_sqlite(tmp_path / "copy.db") as store:
            for n in range(300):
                await store.insert(state, [(f"{n}-{m}", "text") for m in range(200)])
            assert await store.count(state) == 60_000
    finally:
        sys.setswitchinterval(interval)


async def _guarded(work: object) -> object:
    try:
        return await work  # type: ignore[misc]
    except KeyboardInterrupt:
        return None


async def test_what_is_written_during_the_copy_is_not_in_it(
    database: Database, database_url: str, target: str, library: Library, workspace: int
) -> None:
    for n in range(5):
        await library.add(workspace, paper(n), "花子")
    adding: list[asyncio.Task[object]] = []

    def write_more(done: int, total: int) -> None:
        if not adding:
            adding.append(asyncio.create_task(library.add(workspace, paper(9), "花子")))

    copied = await copy_store(database_url, target, write_more)
    await asyncio.gather(*adding)
    assert {each.name: each.rows for each in copied}["papers"] == 5


async def test_the_source_of_an_older_version_is_to_be_migrated_first(
    database: Database, database_url: str, target: str
) -> None:
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0013'")
    with pytest.raises(StoreError, match="is of version 0013"):
        await copy_store(database_url, target, silent)


async def test_a_source_that_is_not_there_is_not_made(tmp_path: Path, target: str) -> None:
    with pytest.raises(StoreError, match="There is no database"):
        await copy_store(f"sqlite+aiosqlite:///{tmp_path}/nowhere.db", target, silent)
    assert not (tmp_path / "nowhere.db").exists()


async def test_the_copy_makes_its_own_index(
    database: Database, database_url: str, target: str, search: SearchIndex
) -> None:
    async with database.read() as connection:
        before = await read_state(connection, "search_index")
    await copy_store(database_url, target, silent)
    copy = await open_database(target)
    async with copy.read() as connection:
        assert await read_state(connection, "search_index") and before
    await copy.close()
