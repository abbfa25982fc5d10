"""Pauses between attempts at something that failed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

_FIRST, _LONGEST = 1.0, 300.0  # seconds


def pauses() -> Iterator[float]:
    """Yield the seconds between attempts without end: doubled each time, up to five minutes."""
    for n in count():
        yield min(_FIRST * 2 ** min(n, 20), _LONGEST)
