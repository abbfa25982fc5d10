"""What a round of polls did for each feed of a workspace, and how the feed is now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.domain.feed import Feed
from bot.domain.feed_address import Status


@dataclass(slots=True)
class PollReport:
    """What a round of polls did: new entries by address, and how many each feed offered, by the feed's id."""

    new: dict[int, int] = field(default_factory=dict)
    offered: Counter[int] = field(default_factory=Counter)


class PollResult(NamedTuple):
    """A feed after a round: whether it was polled, how many entries were new, how many it offered.

    `next_poll_at` is None for a feed that is not polled any more.
    """

    feed: Feed
    was_polled: bool
    new: int
    offered: int
    status: Status
    next_poll_at: datetime | None
