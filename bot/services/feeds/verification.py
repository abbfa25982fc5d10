"""Verifies what an address answered: finds entries that it lacked, their day, and how the feed is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.feed_address import FeedAddress, FeedAnswer, Status
from bot.domain.feed_entry import FeedEntry


@dataclass(frozen=True, slots=True)
class Verification:
    """The entries of an answer with those that it lacked, in the order of the document; `keys` identify them, if known.

    `day` is that of the announcement, None for the team's day; `status` is what was found out about the feed, None
    where the times of the address tell enough. What `is_whole` lacks nothing that another poll soon could bring.
    """

    entries: tuple[FeedEntry, ...] = ()
    day: str | None = None
    status: Status | None = None
    is_whole: bool = True
    keys: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, answer: FeedAnswer) -> Verification:
        """Return an answer as it is."""
        return cls(answer.document.entries, keys=answer.document.keys) if answer.document else cls()


class Verifier(Protocol):
    """Verifies what addresses answer, within a bounded time."""

    def needs_all(self, address: FeedAddress) -> bool:
        """Return whether an address's answer must have the entries that stood in an earlier one too."""

    async def verify(self, address: FeedAddress, answer: FeedAnswer) -> Verification:
        """Return what to write of an answer that was read (a document, or 304)."""


class NullVerifier:
    """Takes answers as they are."""

    def needs_all(self, address: FeedAddress) -> bool:
        """Return that it does not."""
        return False

    async def verify(self, address: FeedAddress, answer: FeedAnswer) -> Verification:
        """Return the document's entries."""
        return Verification.of(answer)
