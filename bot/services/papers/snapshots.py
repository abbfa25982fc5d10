"""Lends the collection as it is at one moment, for whoever writes it out as a whole, a part at a time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b

from bot.domain.outline import EditionOutline, Outline
from bot.domain.paper import Paper
from bot.domain.statistics import CollectionStatistics
from bot.services.statistics import Statistics
from bot.store import aliases, papers, snapshots
from bot.store.connection import StoreConnection
from bot.store.database import Database


class Snapshot:
    """A collection at one moment; `shared_aliases` are those of the settings."""

    def __init__(
        self,
        connection: StoreConnection,
        workspace_id: int,
        statistics: Statistics,
        shared_aliases: Mapping[str, Sequence[str]],
    ) -> None:
        self._connection, self._workspace_id, self._statistics = connection, workspace_id, statistics
        self._shared_aliases = shared_aliases

    async def outlines(self) -> AsyncIterator[list[Outline]]:
        """Yield all papers in outline, some hundred at a time."""
        async for batch in snapshots.outlines(self._connection, self._workspace_id):
            yield batch

    async def papers(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return the papers of these numbers, in their order; unknown numbers are left out."""
        return await papers.by_numbers(self._connection, self._workspace_id, numbers)

    async def editions(self) -> list[EditionOutline]:
        """Return the editions with papers that have arrived, newest first."""
        return await snapshots.published_editions(self._connection, self._workspace_id)

    async def statistics(self) -> CollectionStatistics:
        """Return the numbers of the collection, which may be younger than the rest."""
        return await self._statistics.of(self._workspace_id)

    async def aliases(self) -> dict[str, Sequence[str]]:
        """Return the aliases that apply in the collection, as {name: meanings}."""
        return {**self._shared_aliases, **await aliases.of(self._connection, self._workspace_id)}

    async def state(self) -> str:
        """Return a text that differs when the snapshot of another moment does; its numbers are those of a day."""
        names = json.dumps(await self.aliases(), sort_keys=True).encode()
        papers = await snapshots.state_of(self._connection, self._workspace_id)
        return f"{papers}/{blake2b(names, digest_size=9).hexdigest()}/{self._statistics.today()}"


class Snapshots:
    """Lends snapshots of a workspace's collection."""

    def __init__(self, database: Database, statistics: Statistics, shared_aliases: Mapping[str, Sequence[str]]) -> None:
        self._database, self._statistics, self._shared_aliases = database, statistics, shared_aliases

    @asynccontextmanager
    async def of(self, workspace_id: int) -> AsyncIterator[Snapshot]:
        """Lend the collection as it is now."""
        async with snapshots.snapshot(self._database) as connection:
            yield Snapshot(connection, workspace_id, self._statistics, self._shared_aliases)

    async def state(self, workspace_id: int) -> str:
        """Return a text that differs when papers or aliases changed, editions arrived or another day began."""
        async with self._database.read() as connection:
            return await Snapshot(connection, workspace_id, self._statistics, self._shared_aliases).state()
