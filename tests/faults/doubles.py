"""Doubles of platforms that serve in a thread of their own, beside commands that run in the main one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

T = TypeVar("T")


@contextmanager
def serving(double: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """Yield a double that serves on a loop in another thread; what a test changes in it is changed between requests."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def done(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    try:
        yield done(_entered(double))
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before[0], yarl.URL(before[1])
        done(_left(double))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _entered(double: AbstractAsyncContextManager[T]) -> T:
    return await double.__aenter__()


async def _left(double: AbstractAsyncContextManager[Any]) -> None:
    await double.__aexit__(None, None, None)
