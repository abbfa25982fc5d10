"""Reads the collection: one paper, a search, the newest additions."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence

from bot.domain.digest import Payload
from bot.domain.errors import NotFoundError
from bot.domain.folding import as_spelled
from bot.domain.paper import Paper, stored_id
from bot.domain.request import current_platform
from bot.i18n import msg
from bot.search.identifier_lookup import identifier_keys
from bot.search.results import Hit
from bot.services.metrics import Metrics
from bot.services.papers.results import Result, Results
from bot.store import papers, sent_messages
from bot.store.database import Database, batched
from bot.store.search_index.index import Completion, SearchIndex

_BATCH = 20  # papers; reading them takes a millisecond or two
_SHOWING = 3  # results in which a suggestion's spelling is looked up
_MOST_SHOWN = 10_000  # characters of these results

Holds = Callable[[Payload, str], bool]
"""Returns whether a platform's message shows the paper of an id."""


class Lookup:
    """Answers look-ups and searches from the local store alone; `count` is called with the workspace of each."""

    def __init__(
        self,
        database: Database,
        search: SearchIndex,
        metrics: Metrics | None = None,
        count: Callable[[int], None] | None = None,
    ) -> None:
        self._database, self._search, self._metrics, self._count = database, search, metrics or Metrics(), count

    async def get(self, workspace_id: int, id: str) -> Paper:
        """Return the paper of that id, or the oldest one with that identifier or link in any form (`arXiv:…`, a DOI).

        Raises NotFoundError.
        """
        async with self._database.read() as connection:
            rows = await papers.by_ids(connection, workspace_id, [stored_id(id)])
            if not rows:
                keys = identifier_keys(id)
                holders = await papers.by_keys(connection, workspace_id, keys)
                id_held = next((holders[key] for key in keys if key in holders), id)
                rows = await papers.by_ids(connection, workspace_id, [id_held])
        if not rows:
            raise NotFoundError(msg('No paper has the id "{id}".', id=id[:80]))
        return next(paper for _, paper in rows.values())

    async def resolve(self, workspace_id: int, text: str, *, limit: int = 10) -> Results:
        """Return the one paper that a text names by an id or a link, or else the results of a search."""
        try:
            paper = await self.get(workspace_id, text)
        except NotFoundError:
            return await self.find(workspace_id, text, limit=limit)
        return Results(text, 1, None, (Result(paper, Hit(0, 0.0, None)),), ())

    async def look_up(self, workspace_id: int, query: str, *, limit: int = 10, offset: int = 0) -> Results:
        """Return the one paper whose id the query is, or else the results of a search."""
        results = await self.find(workspace_id, query, limit=limit, offset=offset)
        if results.results and results.results[0].paper.id == stored_id(query):
            return Results(query, 1, None, results.results[:1], ())
        return results

    async def sent_in(self, workspace_id: int, id: str, server: str, holds: Holds) -> tuple[str, str] | None:
        """Return the newest message in a server (`discord:<id>`) that shows a paper, as (channel, message id)."""
        async with self._database.read() as connection:
            rows = await papers.by_ids(connection, workspace_id, [id])
            if id not in rows:
                return None
            messages = await sent_messages.messages_with(
                connection, server.partition(":")[0], workspace_id, rows[id][0]
            )
        here = [each for each in messages if each.channel.startswith(f"{server}/")]
        return next(((each.channel, each.message_id) for each in here if holds(each.payload, id)), None)

    async def find(self, workspace_id: int, query: str, *, limit: int = 10, offset: int = 0) -> Results:
        """Search; an empty query finds everything, newest first. A further page counts as no other look-up."""
        if self._count and not offset:
            self._count(workspace_id)
        with self._metrics.timed("lookup", current_platform(), "search"):
            page, by_number = await self._search.look_up(workspace_id, query, limit=limit, offset=offset)
        results, near = (
            tuple(Result(by_number[hit.number], hit) for hit in hits if hit.number in by_number)
            for hits in (page.hits, page.near)
        )
        suggestion = page.suggestion and as_spelled(page.suggestion, _text(results[:_SHOWING]))
        return Results(query, page.total, suggestion, results, near)

    async def by_numbers(self, workspace_id: int, numbers: Sequence[int], limit: int) -> Results:
        """Return the first `limit` papers of these numbers as results; `total` counts all numbers."""
        async with self._database.read() as connection:
            by_number = await papers.by_numbers(connection, workspace_id, numbers[:limit])
        results = tuple(Result(paper, Hit(number, 0.0, None)) for number, paper in by_number.items())
        return Results("", len(numbers), None, results, ())

    async def complete(self, workspace_id: int, typed: str, limit: int = 25) -> tuple[Completion, ...]:
        """Return completions of a half-typed query; the newest papers while nothing is typed."""
        with self._metrics.timed("lookup", current_platform(), "completion"):
            return await self._search.complete(workspace_id, typed, limit=limit)

    async def batches(self, workspace_id: int, query: str) -> AsyncIterator[list[Paper]]:
        """Yield every paper that a search finds, or for an empty query the collection from its newest addition on.

        A few papers come at a time, so that a large collection is never in memory.
        """
        for batch in batched(await self._numbers(workspace_id, query), _BATCH):
            async with self._database.read() as connection:
                by_number = await papers.by_numbers(connection, workspace_id, batch)
            yield list(by_number.values())

    async def random(self, workspace_id: int, query: str) -> Paper:
        """Return a uniformly random paper of those that a search finds, or of all for an empty query.

        Raises NotFoundError when there are none.
        """
        numbers = await self._numbers(workspace_id, query)
        if numbers:
            number = random.choice(numbers)
            async with self._database.read() as connection:
                by_number = await papers.by_numbers(connection, workspace_id, [number])
            if number in by_number:
                return by_number[number]
        raise NotFoundError(Results(query, 0, None, (), ()).heading())

    async def _numbers(self, workspace_id: int, query: str) -> Sequence[int]:
        if query.strip():
            return await self._search.numbers(workspace_id, query)
        async with self._database.read() as connection:
            return await papers.numbers(connection, workspace_id)


def _text(results: Sequence[Result]) -> str:
    """Return the text of papers, headings first, up to a limit."""
    papers = [result.paper for result in results]
    lines: list[str | None] = []
    for paper in papers:
        lines += [paper.headline, paper.title, *paper.tags]
    for paper in papers:
        lines += [paper.comment, paper.excerpt, ", ".join(paper.authors)]
    return "\n".join(filter(None, lines))[:_MOST_SHOWN]
