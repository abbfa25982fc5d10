"""Remembers what stood in each address's last document, so that the next poll reads only what is new in it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.feed_address import FeedAddress

_MOST = 16_000_000  # characters of all addresses together


class SeenItems:
    """The hashes of items by address; every entry of such an item is in the log, which never forgets its keys.

    They are no truth of their own: without them, as after a restart, a document is read whole.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[datetime, str]] = {}
        self._size = 0

    def of(self, address: FeedAddress) -> str:
        """Return what was seen of an address, unless another process read it since, or it is a new one."""
        read_at, seen = self._kept.get(address.id, (None, ""))
        return seen if read_at == address.read_at else ""

    def keep(self, before: FeedAddress, read_at: datetime, seen: str) -> None:
        """Keep what was seen of an address that was read now; an empty `seen` leaves what was kept."""
        seen = seen or self.of(before)
        self._size -= len(self._kept.pop(before.id, (None, ""))[1])
        if seen:
            self._kept[before.id] = (read_at, seen)
            self._size += len(seen)
        while self._size > _MOST:
            self._size -= len(self._kept.pop(next(iter(self._kept)))[1])
