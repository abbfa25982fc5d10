"""The index contains the papers' words, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.paper import Paper, with_id
from bot.search.document import document_of
from bot.search.phonetics import phonetic_key
from bot.store import papers
from bot.store.database import Database
from bot.store.papers import columns_of
from bot.store.search_index.index import SearchIndex
from bot.store.search_index.maintenance import index_papers, optimize, unindex_papers
from bot.store.search_index.version import INDEX_VERSION
from tests.samples import on_the_store, paper, random_papers
from tests.search.indexing import numbers_of, put

_TABLES = ("search_papers", "search_words")
_FTS_TABLES = ("search_head", "search_full")


async def sizes(database: Database) -> dict[str, int]:
    tables = (*_TABLES, *(f"{table}_idx" for table in _FTS_TABLES)) if database.path else _TABLES
    async with database.read() as connection:
        return {t: (await connection.exec_driver_sql(f"SELECT count(*) FROM {t}")).scalar_one() for t in tables}


@on_the_store
@given(some=st.lists(random_papers, min_size=1, max_size=4))
async def test_deleting_papers_leaves_nothing_of_them(
    database: Database, workspace: int, search: SearchIndex, some: list[Paper]
) -> None:
    some = [with_id(each, f"paper-{n}") for n, each in enumerate(some)]
    before = await sizes(database)
    numbers = await put(database, workspace, some)
    async with database.write() as connection:
        await unindex_papers(connection, workspace, numbers)
        await papers.remove(connection, workspace, numbers)
        for table in _FTS_TABLES if database.path else ():
            await connection.exec_driver_sql(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")
            await connection.exec_driver_sql(f"INSERT INTO {table}({table}) VALUES ('optimize')")
    assert await sizes(database) == before
    assert (await search.find(workspace, some[0].title)).total == 0


async def test_a_paper_that_is_indexed_anew_has_only_its_new_words(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    number, _ = await put(database, workspace, [paper(1, comment="Retention"), paper(2)])
    async with database.read() as connection:
        _, old = (await papers.by_ids(connection, workspace, ["paper-1"]))["paper-1"]
    row = {**columns_of(replace(old, comment="Attention", tags=("attention",))), "number": number}
    async with database.write() as connection:
        for _ in range(2):
            await unindex_papers(connection, workspace, [number])
            await papers.replace_all(connection, workspace, [row])
            await index_papers(connection, workspace, [row])
    assert await numbers_of(search, workspace, "attention") == [number]
    assert await numbers_of(search, workspace, "retention") == []
    async with database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT papers FROM search_words WHERE word = 'attention'")
        assert rows.scalar_one() == 1


async def test_an_index_of_another_version_is_made_anew(database: Database, workspace: int) -> None:
    numbers = await put(database, workspace, [paper(n) for n in range(1, 4)])
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE state SET text = 'old' WHERE name = 'search_index'")
        await connection.exec_driver_sql("DROP TABLE search_words")
    progress: list[tuple[int, int]] = []
    search = await SearchIndex.open(database, lambda done, total: progress.append((done, total)))
    assert progress == [(3, 3)]
    assert sorted(await numbers_of(search, workspace, "subject")) == numbers
    await search.close()


async def test_papers_that_are_added_while_the_index_is_made_are_in_it_once(database: Database, workspace: int) -> None:
    await put(database, workspace, [paper(n) for n in range(1, 1200)])
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE state SET text = 'old' WHERE name = 'search_index'")
    adding: list[asyncio.Task[list[int]]] = []

    def add(done: int, total: int) -> None:
        adding.append(asyncio.create_task(put(database, workspace, [paper(2000 + len(adding), title="Latecomer")])))

    search = await SearchIndex.open(database, add)
    added = [number for task in adding for number in await task]
    assert len(added) > 1
    assert sorted(await numbers_of(search, workspace, "latecomer")) == added
    async with database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT papers FROM search_sizes")
        assert rows.scalar_one() == 1199 + len(added)
    await search.close()


async def test_tidying_changes_no_answer(database: Database, workspace: int, search: SearchIndex) -> None:
    for n in range(1, 12):
        await put(database, workspace, [paper(n)])
    before = await search.find(workspace, "subject")
    await optimize(database)
    assert await search.find(workspace, "subject") == before


async def test_indexing_lets_others_have_their_turn(database: Database, workspace: int) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(others())
    await put(database, workspace, [paper(n, excerpt="words " * 1000) for n in range(1, 60)])
    task.cancel()
    assert turns > 30


def test_what_is_kept_of_a_paper_changes_only_with_the_version_of_the_index() -> None:
    """When this fails, raise INDEX_VERSION, so that every index is rebuilt, and record the new hash."""
    document = document_of(
        paper(1, comment="ヴィジョンのキュー gpt-4 Ćwikliński", authors=["José Jarquín"], tags=["C++"])
    )
    english = ("scientific", "forest", "margin", "scheme", "tuning", "visual", "knowledge", "queue")
    sounds = [phonetic_key(word) or "" for word in english]
    columns = (*document.lines, *document.title_prefixes, *document.columns, *sorted(document.words), *sounds)
    assert INDEX_VERSION.split()[0] == "6"
    assert hashlib.blake2b("\n".join(columns).encode(), digest_size=8).hexdigest() == "9d14a85ef7daf3c8"
