"""Runs searches on read connections of their own, independent of all writes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from bot.domain.errors import StoreError
from bot.domain.paper import Columns, Paper
from bot.domain.query import Query, parse_query
from bot.i18n import msg
from bot.search import planner
from bot.search.results import ResultPage
from bot.store.connections import finish
from bot.store.database import Database
from bot.store.papers import paper_from
from bot.store.search_index.maintenance import ensure_index
from bot.store.search_index.read_connection import ReadConnection
from bot.store.search_index.sqlite import SearchTimeoutError, SqliteBackend

T = TypeVar("T")
_ALL = 1_000_000
_AT_ONCE = 0.003  # seconds that a look-up may take on the event loop


class Completion(NamedTuple):
    """A paper that a half-typed query may mean."""

    id: str
    heading: str
    title: str


class SearchIndex:
    """An open index; make it with `open`.

    A look-up usually takes less time than handing it to a thread and back, especially during an import: a thread must
    regain the interpreter's lock after each row. So a look-up first runs on the event loop for at most 3 ms; one that
    takes longer (on a cold disk) is repeated in a thread.
    """

    def __init__(self, database: Database, aliases: Mapping[str, Sequence[str]]) -> None:
        self._aliases = dict(aliases)
        assert database.path
        self._on_loop, self._in_thread = ReadConnection(database.path), ReadConnection(database.path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")

    @classmethod
    async def open(
        cls,
        database: Database,
        progress: Callable[[int, int], None] | None = None,
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> SearchIndex:
        """Open the index; create or rebuild it if needed, calling `progress` with (papers done, papers in all).

        `aliases` are {name: meanings} that apply in every workspace.
        """
        await ensure_index(database, progress)
        return cls(database, aliases or {})

    async def find(self, workspace_id: int, query: str | Query, *, limit: int = 10, offset: int = 0) -> ResultPage:
        """Return one page of the papers that match, best first; for an empty query the newest first.

        Raises StoreError when the database cannot be read.
        """
        return await self._read(workspace_id, lambda backend: self._find(backend, query, limit, offset))

    async def complete(self, workspace_id: int, typed: str, *, limit: int = 25) -> tuple[Completion, ...]:
        """Return the papers that a half-typed query may mean; the newest while nothing is typed."""
        return await self._read(workspace_id, lambda backend: self._complete(backend, typed, limit))

    async def look_up(
        self, workspace_id: int, query: str, *, limit: int = 10, offset: int = 0
    ) -> tuple[ResultPage, dict[int, Paper]]:
        """Return what `find` returns, and the papers of the page and those near, by their numbers."""

        def ask(backend: SqliteBackend) -> tuple[ResultPage, list[Columns]]:
            found = self._find(backend, query, limit, offset)
            return found, backend.columns([hit.number for hit in (*found.hits, *found.near)])

        found, rows = await self._read(workspace_id, ask)
        return found, {row["number"]: paper_from(row) for row in rows}

    async def numbers(self, workspace_id: int, query: str) -> tuple[int, ...]:
        """Return the numbers of all papers that match, in the order of `find`."""

        def ask(backend: SqliteBackend) -> tuple[int, ...]:
            return tuple(hit.number for hit in self._find(backend, query, _ALL, 0).hits)

        return await self._read(workspace_id, ask, at_once=0.0)

    async def close(self) -> None:
        """Close the connections, after a running look-up has ended."""
        try:
            await finish(asyncio.to_thread(self._thread.shutdown))
        finally:
            self._on_loop.close()
            self._in_thread.close()

    def _find(self, backend: SqliteBackend, query: str | Query, limit: int, offset: int) -> ResultPage:
        parsed = parse_query(query) if isinstance(query, str) else query
        return planner.find(backend, parsed, self._aliases | backend.aliases(), limit, offset)

    def _complete(self, backend: SqliteBackend, typed: str, limit: int) -> tuple[Completion, ...]:
        numbers = planner.complete(backend, parse_query(typed), self._aliases | backend.aliases(), limit)
        names = [name for name in map(backend.names(numbers).get, numbers) if name]
        return tuple(Completion(id, headline or title, title) for id, headline, title in names)

    async def _read(self, workspace_id: int, question: Callable[[SqliteBackend], T], at_once: float = _AT_ONCE) -> T:
        try:
            try:
                return self._on_loop.run(workspace_id, question, at_once)
            except SearchTimeoutError:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._thread, self._in_thread.run, workspace_id, question)
        except sqlite3.Error as error:
            raise StoreError(msg("The database could not be read: {reason}.", reason=str(error))) from error
