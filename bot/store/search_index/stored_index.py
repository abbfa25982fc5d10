"""The Protocols of an index in a database, and of the connections through which searches read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from bot.domain.paper import Columns
from bot.search.backend import Backend

T = TypeVar("T")


class StoredIndex(Backend, Protocol):
    """A workspace's index together with what the store keeps of its papers."""

    def names(self, numbers: Sequence[int]) -> dict[int, tuple[str, str, str]]:
        """Return id, headline ("" for none) and title of papers, by number."""

    def columns(self, numbers: Sequence[int]) -> list[Columns]:
        """Return papers as table columns."""

    def aliases(self) -> dict[str, list[str]]:
        """Return the workspace's aliases as {name: meanings}."""


class ReadConnections(Protocol):
    """The connections through which searches read, each search from one snapshot of the database."""

    async def run(self, workspace_id: int, question: Callable[[StoredIndex], T], *, is_long: bool = False) -> T:
        """Return the answer to a question about the newest state. Raises StoreError."""

    async def close(self) -> None:
        """Close the connections."""
