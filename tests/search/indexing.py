"""Adds papers to the store and its index like the services do."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.paper import Paper
from bot.store import papers
from bot.store.database import Database
from bot.store.papers import columns_of, with_bookkeeping
from bot.store.search_index.index import SearchIndex
from bot.store.search_index.maintenance import index_papers
from tests.doubles.clock import AdjustableClock


async def put(database: Database, workspace: int, some: Sequence[Paper]) -> list[int]:
    """Store papers and their index in one transaction and return their numbers."""
    now = AdjustableClock()()
    async with database.write() as connection:
        rows = [columns_of(with_bookkeeping(each, added_at=now, updated_at=now, added_by=None)) for each in some]
        numbers = await papers.add(connection, workspace, rows)
        await index_papers(connection, workspace, rows)
    return numbers


async def numbers_of(search: SearchIndex, workspace: int, query: str) -> list[int]:
    """Return the numbers of the papers that a search finds."""
    return [hit.number for hit in (await search.find(workspace, query)).hits]
