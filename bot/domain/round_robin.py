"""Orders what belongs to channels by round-robin over servers: none waits for all channels of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def round_robin(items: Iterable[T], channel_of: Callable[[T], str]) -> list[T]:
    """Return the first of every server, then the second of every server, and so on, each in the order given."""
    counts: Counter[str] = Counter()
    ranked = []
    for each in items:
        server = channel_of(each).rpartition("/")[0]
        ranked.append((counts[server], each))
        counts[server] += 1
    return [each for _, each in sorted(ranked, key=lambda pair: pair[0])]
