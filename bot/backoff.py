"""How long to wait before something that failed is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

_FIRST, _LONGEST = 1.0, 300.0  # seconds


def pauses() -> Iterator[float]:
    """Give the seconds between attempts: twice as many each time, up to five minutes, without end."""
    for n in count():
        yield min(_FIRST * 2 ** min(n, 20), _LONGEST)
