"""The sources of a process, opened when somebody first needs them, since their imports are slow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """Anything with connections to close."""

    async def close(self) -> None:
        """Close all connections."""


S_co = TypeVar("S_co", bound=Closable, covariant=True)


class LazySources(Generic[S_co]):
    """Opens the sources once, in a thread; all services share them, because they keep the rate limits."""

    def __init__(self, open_sources: Callable[[], S_co]) -> None:
        self._open = open_sources
        self._opening: asyncio.Task[S_co] | None = None

    async def get(self) -> S_co:
        """Return the sources."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self._open))
        return await asyncio.shield(self._opening)

    async def close(self) -> None:
        """Close all connections, if there are any."""
        if self._opening is None:
            return
        await asyncio.gather(self._opening, return_exceptions=True)
        if not self._opening.cancelled() and self._opening.exception() is None:
            await self._opening.result().close()
