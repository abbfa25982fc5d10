"""A platform that never connects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.services.ports import Publisher


class BrokenPlatform:
    """Fails with one error on every call, and counts the calls."""

    name, latency, delivery_job = "broken", None, "delivery broken"

    def __init__(self, error: Exception) -> None:
        self.error, self.attempts = error, 0

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[BrokenPlatform]:
        yield self

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[Publisher]:
        self.attempts += 1
        raise self.error
        yield

    async def run(self, begin: Callable[[], None]) -> None:
        self.attempts += 1
        begin()
        raise self.error

    def deliver(self) -> None:
        raise self.error

    def stop_delivering(self) -> None:
        pass

    async def update_messages(self) -> None:
        raise self.error

    async def heartbeat(self) -> None:
        raise self.error
