"""What a round of polls did for each feed of a workspace, and how the feed is now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.i18n import Locale
from bot.services.feeds.statuses import FeedStatus


@dataclass(slots=True)
class PollReport:
    """What a round of polls did: new entries by address that was polled, and how many each feed offered, by its id."""

    new: dict[int, int] = field(default_factory=dict)
    offered: Counter[int] = field(default_factory=Counter)


class PollResult(NamedTuple):
    """A feed after a round: whether it was polled, how many entries were new, how many it offered, and how it is."""

    was_polled: bool
    new: int
    offered: int
    status: FeedStatus

    def columns(self, locale: Locale) -> dict[str, Any]:
        """Return the result as JSON values."""
        did = {"polled": self.was_polled, "new": self.new, "offered": self.offered}
        return self.status.columns(locale) | did
