"""What a second look at an address's answer adds to it: entries that it lacked, their day, and how the feed is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.feed_address import FeedAddress, FeedAnswer, Status
from bot.domain.feed_entry import FeedEntry


@dataclass(frozen=True, slots=True)
class Checked:
    """The entries of an answer with those that it lacked, in the order of the document; `keys` identify them, if known.

    `day` is that of the announcement, None for the team's day; `status` is what the check found, None where the times
    of the address tell enough. What `is_whole` lacks nothing that another poll soon could bring.
    """

    entries: tuple[FeedEntry, ...] = ()
    day: str | None = None
    status: Status | None = None
    is_whole: bool = True
    keys: tuple[tuple[str, ...], ...] = ()


class AnswerCheck(Protocol):
    """Takes a second look at what addresses answer, within a bounded time."""

    def needs_all(self, address: FeedAddress) -> bool:
        """Return whether an address's answer must have the entries that stood in an earlier one too."""

    async def check(self, address: FeedAddress, answer: FeedAnswer) -> Checked:
        """Return what to write of an answer that was read (a document, or 304)."""


class NoCheck:
    """Takes answers as they are."""

    def needs_all(self, address: FeedAddress) -> bool:
        """Return that it does not."""
        return False

    async def check(self, address: FeedAddress, answer: FeedAnswer) -> Checked:
        """Return the document's entries."""
        return unchecked(answer)


def unchecked(answer: FeedAnswer) -> Checked:
    """Return an answer as it is."""
    return Checked(answer.document.entries, keys=answer.document.keys) if answer.document else Checked()
