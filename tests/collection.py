"""A whole collection, for tests that compare it."""

from __future__ import annotations

from bot.domain.paper import Paper
from bot.services.papers.lookup import Lookup


async def all_papers(lookup: Lookup, workspace_id: int, query: str = "") -> list[Paper]:
    """Return every paper that a search finds, or for an empty query the collection, newest addition first."""
    return [paper async for batch in lookup.batches(workspace_id, query) for paper in batch]
