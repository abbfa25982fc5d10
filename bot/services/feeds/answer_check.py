"""What a second look at an address's answer adds to it: entries that it lacked, their day, and how the feed is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.feed_address import FeedAddress, FeedAnswer, Status
from bot.domain.feed_entry import FeedEntry


@dataclass(frozen=True, slots=True)
class Checked:
    """The entries of an answer with those that it lacked, in the order of the document.

    `day` is that of the announcement, None for the team's day; `status` is what the check found, None where the times
    of the address tell enough. What `is_whole` lacks nothing that another poll soon could bring.
    """

    entries: tuple[FeedEntry, ...] = ()
    day: str | None = None
    status: Status | None = None
    is_whole: bool = True


class AnswerCheck(Protocol):
    """Takes a second look at what addresses answer, within a bounded time."""

    async def check(self, address: FeedAddress, answer: FeedAnswer) -> Checked:
        """Return what to write of an answer that was read (a document, or 304)."""


class NoCheck:
    """Takes answers as they are."""

    async def check(self, address: FeedAddress, answer: FeedAnswer) -> Checked:
        """Return the document's entries."""
        return Checked(answer.document.entries if answer.document else ())
