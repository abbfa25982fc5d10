"""Counts and durations since the start of this process.

They are kept without a library, since a start that shows them to nobody must not import one; `bot.health_server` turns
them into Prometheus' format.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Counted: TypeAlias = Literal["deliveries", "rate_limited"]
Timed: TypeAlias = Literal["interaction", "event_loop_delay"]
Labels: TypeAlias = tuple[tuple[str, str], ...]
BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds; the last one is open


@dataclass(slots=True)
class Durations:
    """How often a duration was at most as long as each bucket and longer than the one before, and their sum."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count a duration."""
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds


class Metrics:
    """What happened in this process, by name and labels."""

    def __init__(self) -> None:
        self.counts: dict[Counted, Counter[Labels]] = {}
        self.durations: dict[Timed, dict[Labels, Durations]] = {}

    def count(self, name: Counted, **labels: str) -> None:
        """Count an event."""
        self.counts.setdefault(name, Counter())[_sorted(labels)] += 1

    def observe(self, name: Timed, seconds: float, **labels: str) -> None:
        """Count a duration."""
        self.durations.setdefault(name, {}).setdefault(_sorted(labels), Durations()).add(seconds)


def _sorted(labels: dict[str, str]) -> Labels:
    return tuple(sorted(labels.items()))
