"""The editions that a team has received, with their papers as the collection has them today."""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.outline import EditionOutline
from bot.domain.paper import Paper
from bot.store import papers, snapshots
from bot.store.database import Database


class PastEdition(NamedTuple):
    """An edition that has arrived; papers that were removed since are left out."""

    outline: EditionOutline
    papers: tuple[Paper, ...]


class PastEditions:
    """Reads what was delivered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, workspace_id: int, most: int) -> list[PastEdition]:
        """Return the newest editions of all subscriptions, newest first."""
        async with self._database.read() as connection:
            outlines = await snapshots.published_editions(connection, workspace_id, most)
            numbers = sorted({number for each in outlines for number in each.papers})
            by_number = await papers.by_numbers(connection, workspace_id, numbers)
        return [
            PastEdition(each, tuple(by_number[number] for number in each.papers if number in by_number))
            for each in outlines
        ]
