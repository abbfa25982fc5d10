"""Lets other tasks have their turn during work of many small steps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")
_SLICE = 0.003  # seconds of work between two turns of other tasks


async def in_slices(items: Iterable[T]) -> AsyncIterator[T]:
    """Yield each item; after some milliseconds other tasks have their turn before the next one."""
    began = perf_counter()
    for item in items:
        yield item
        if perf_counter() - began > _SLICE:
            await asyncio.sleep(0)
            began = perf_counter()
