"""The editions that a team has received, with their papers as the collection has them today."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.domain.paper import Paper
from bot.store import papers, past_editions
from bot.store.database import Database


class PastEdition(NamedTuple):
    """An edition that has arrived; papers that were removed since are left out."""

    subscription: str
    number: int
    composed_at: datetime
    reason: str
    papers: tuple[Paper, ...]


class PastEditions:
    """Reads what was delivered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, workspace_id: int, limit: int) -> list[PastEdition]:
        """Return the newest editions of all subscriptions, newest first."""
        async with self._database.read() as connection:
            rows = await past_editions.newest(connection, workspace_id, limit)
            numbers = sorted({number for row in rows for number in row.papers})
            by_number = await papers.by_numbers(connection, workspace_id, numbers)
        return [
            PastEdition(*row[:-1], papers=tuple(by_number[number] for number in row.papers if number in by_number))
            for row in rows
        ]
