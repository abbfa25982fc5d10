"""Which shards of a gateway one process serves, of how many in all."""

from __future__ import annotations

import re
from typing import NamedTuple

_MOST = 100_000
_FORM = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?/([0-9]{1,6})")


class Shards(NamedTuple):
    """Shards from `first` to `last`, of `total` in all; a server belongs to one of them by its id."""

    first: int
    last: int
    total: int

    @property
    def ids(self) -> list[int]:
        """Return the numbers of the shards."""
        return list(range(self.first, self.last + 1))

    def overlap(self, other: Shards) -> bool:
        """Return whether some server belongs to both, as it may whenever the totals differ."""
        return self.total != other.total or (self.first <= other.last and other.first <= self.last)


def parse_shards(text: str) -> Shards | None:
    """Read `0-3/16` or `3/16`; return None for anything else, and where there are no such shards."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        return None
    first, last, total = int(match[1]), int(match[2] or match[1]), int(match[3])
    return Shards(first, last, total) if first <= last < total <= _MOST else None
