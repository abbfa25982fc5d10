"""The store of the trials of restoring, as the real services read it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from bot.services.papers.lookup import Lookup
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from tests.collection import all_papers

WORKSPACE = 1
_INDEXED = "SELECT count(*) FROM search_papers"


@asynccontextmanager
async def lookup_on(database: Database) -> AsyncIterator[Lookup]:
    """Yield look-ups on an open database."""
    search = await SearchIndex.open(database)
    try:
        yield Lookup(database, search)
    finally:
        await search.close()


async def read_marks(store: Path) -> dict[str, str | None]:
    """Return the comments of all papers by id."""
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    try:
        async with lookup_on(database) as lookup:
            return {each.id: each.comment for each in await all_papers(lookup, WORKSPACE)}
    finally:
        await database.close()


async def unfound(store: Path, marks: dict[str, str]) -> list[str]:
    """Return the ids of papers that a search for their mark does not find alone."""
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    try:
        async with lookup_on(database) as lookup:
            found = {id: await lookup.find(WORKSPACE, f'"{mark}"') for id, mark in marks.items()}
            return [id for id, results in found.items() if [each.id for each in results.papers] != [id]]
    finally:
        await database.close()


def inconsistencies(store: Path, papers: int) -> list[str]:
    """Return what is wrong with the file, its indexes and the rows of the search index."""
    with closing(sqlite3.connect(store)) as connection:
        problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        problems += [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
        indexed = connection.execute(_INDEXED).fetchone()[0]
    return [each for each in problems if each != "ok"] + ([] if indexed == papers else [f"{indexed} indexed"])
