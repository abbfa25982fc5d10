"""Runs searches on read connections of their own, independent of all writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.paper import Columns, Paper
from bot.store.database import Database
from bot.store.papers import paper_from
from bot.store.search_index.stored_index import ReadConnections, StoredIndex
from bot.store.search_index.version import is_current

if TYPE_CHECKING:
    from bot.domain.query import Query
    from bot.search.results import ResultPage

_ALL = 1_000_000


class Completion(NamedTuple):
    """A paper that a half-typed query may mean."""

    id: str
    heading: str
    title: str


class SearchIndex:
    """An open index; make it with `open`."""

    def __init__(self, connections: ReadConnections, aliases: Mapping[str, Sequence[str]]) -> None:
        self._connections, self._aliases = connections, dict(aliases)

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
        if not await is_current(database):
            from bot.store.search_index.maintenance import ensure_index

            await ensure_index(database, progress)
        return cls(_connections_to(database), aliases or {})

    async def find(self, workspace_id: int, query: str | Query, *, limit: int = 10, offset: int = 0) -> ResultPage:
        """Return one page of the papers that match, best first; for an empty query the newest first.

        Raises StoreError when the database cannot be read.
        """
        return await self._connections.run(workspace_id, lambda backend: self._find(backend, query, limit, offset))

    async def complete(self, workspace_id: int, typed: str, *, limit: int = 25) -> tuple[Completion, ...]:
        """Return the papers that a half-typed query may mean; the newest while nothing is typed."""
        return await self._connections.run(workspace_id, lambda backend: self._complete(backend, typed, limit))

    async def look_up(
        self, workspace_id: int, query: str, *, limit: int = 10, offset: int = 0
    ) -> tuple[ResultPage, dict[int, Paper]]:
        """Return what `find` returns, and the papers of the page and those near, by their numbers."""

        def ask(backend: StoredIndex) -> tuple[ResultPage, list[Columns]]:
            found = self._find(backend, query, limit, offset)
            return found, backend.columns([hit.number for hit in (*found.hits, *found.near)])

        found, rows = await self._connections.run(workspace_id, ask)
        return found, {row["number"]: paper_from(row) for row in rows}

    async def numbers(self, workspace_id: int, query: str) -> tuple[int, ...]:
        """Return the numbers of all papers that match, in the order of `find`."""

        def ask(backend: StoredIndex) -> tuple[int, ...]:
            return tuple(hit.number for hit in self._find(backend, query, _ALL, 0).hits)

        return await self._connections.run(workspace_id, ask, is_long=True)

    async def close(self) -> None:
        """Close the connections, after the running look-ups have ended."""
        await self._connections.close()

    def _find(self, backend: StoredIndex, query: str | Query, limit: int, offset: int) -> ResultPage:
        from bot.domain.query import parse_query  # the first search imports these, 11 ms of a start
        from bot.search import planner

        parsed = parse_query(query) if isinstance(query, str) else query
        return planner.find(backend, parsed, self._aliases | backend.aliases(), limit, offset)

    def _complete(self, backend: StoredIndex, typed: str, limit: int) -> tuple[Completion, ...]:
        from bot.domain.query import parse_query
        from bot.search import planner

        numbers = planner.complete(backend, parse_query(typed), self._aliases | backend.aliases(), limit)
        names = [name for name in map(backend.names(numbers).get, numbers) if name]
        return tuple(Completion(id, headline or title, title) for id, headline, title in names)


def _connections_to(database: Database) -> ReadConnections:
    if database.path:
        from bot.store.search_index.file_connections import FileConnections

        return FileConnections(database.path)
    from bot.store.postgresql_database import PostgresqlDatabase
    from bot.store.search_index.server_connections import ServerConnections

    assert isinstance(database, PostgresqlDatabase)
    return ServerConnections(database.search_engine())
