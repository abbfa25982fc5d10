"""Counts and durations since the start of this process, and what each is called and means.

They are kept without a library, since a start that shows them to nobody must not import one; `bot.health_server` turns
them into Prometheus' format.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal, NamedTuple, TypeAlias

CountName: TypeAlias = Literal["deliveries", "feed_polls", "rate_limited"]
DurationName: TypeAlias = Literal["interaction", "lookup", "event_loop_delay"]
Labels: TypeAlias = tuple[str, ...]
BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds; the last one is open


class Definition(NamedTuple):
    """What a metric means, and the values that each of its labels can have; none stands for any."""

    help: str
    labels: Mapping[str, tuple[str, ...]]


COUNTS: Mapping[CountName, Definition] = {
    "deliveries": Definition(
        "Attempts to deliver an edition, by result",
        {"platform": (), "result": ("delivered", "postponed", "paused")},
    ),
    "feed_polls": Definition(
        "Polls of feeds' addresses, by result; unsent ones reached no server",
        {"result": ("read", "unchanged", "failed", "postponed", "unsent")},
    ),
    "rate_limited": Definition(
        "Answers that asked for fewer requests (429), by who gave them: a platform, a source, web pages or feeds",
        {"by": ()},
    ),
}
DURATIONS: Mapping[DurationName, Definition] = {
    "interaction": Definition(
        "Time from an interaction's arrival to the end of its answer", {"platform": (), "kind": ()}
    ),
    "lookup": Definition(
        "Time of a search in the collection, or of a completion, by the platform that asked",
        {"platform": (), "kind": ("search", "completion")},
    ),
    "event_loop_delay": Definition("How late the event loop woke a task that slept", {}),
}


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
    """What happened in this process, by name and labels; the labels are those of the definition, in its order."""

    def __init__(self) -> None:
        self.counts: dict[CountName, Counter[Labels]] = {name: Counter() for name in COUNTS}
        self.durations: dict[DurationName, dict[Labels, Durations]] = {name: {} for name in DURATIONS}

    def count(self, name: CountName, *labels: str) -> None:
        """Count an event."""
        self.counts[name][labels] += 1

    def observe(self, name: DurationName, seconds: float, *labels: str) -> None:
        """Count a duration."""
        self.durations[name].setdefault(labels, Durations()).add(seconds)

    @contextmanager
    def timed(self, name: DurationName, *labels: str) -> Iterator[None]:
        """Count how long this block takes, unless it raises."""
        began = monotonic()
        yield
        self.observe(name, monotonic() - began, *labels)
