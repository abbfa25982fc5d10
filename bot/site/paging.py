"""Splits long lists into pages whose content stays when something new is added at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

SIZE = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """A page of a list: `newer` and `older` are the paths of its neighbours, without the extension."""

    name: str
    items: Sequence[T]
    newer: str | None
    older: str | None


def pages_of(name: str, items: Sequence[T]) -> list[ListPage[T]]:
    """Return the pages of a list that is newest first; the first one is called `name`, older ones `name~3`.

    Older pages are full and counted from the oldest one, so they stay as they are; the first one has the rest.
    """
    older = max(0, len(items) // SIZE - 1)
    first = len(items) - older * SIZE
    slices = [items[:first], *(items[first + n * SIZE : first + (n + 1) * SIZE] for n in range(older))]
    names = [name, *(f"{name}~{n}" for n in range(older, 0, -1))]
    around = [None, *names, None]
    return [
        ListPage(each, part, around[n], around[n + 2]) for n, (each, part) in enumerate(zip(names, slices, strict=True))
    ]
