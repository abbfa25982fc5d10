"""A small cache of the last values by name: Slack delivers an interaction again when it saw no acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Generic, TypeVar

_MOST = 500
T = TypeVar("T")


class RecentCache(Generic[T]):
    """The last values by name; older ones are forgotten."""

    def __init__(self) -> None:
        self._values: dict[str, T] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> T | None:
        """Return the value of that name, None if there is none any more."""
        return self._values.get(name)

    def put(self, name: str, value: T) -> None:
        """Remember a value under a name."""
        self._values.pop(name, None)
        while len(self._values) >= _MOST:
            del self._values[next(iter(self._values))]
        self._values[name] = value


@dataclass(frozen=True, slots=True)
class ShownModal:
    """What a modal showed last, and since when (monotonic)."""

    view: dict[str, Any]
    since: float = field(default_factory=monotonic)
