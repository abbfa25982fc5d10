"""Lines of an input, read so that one that never comes keeps nobody from ending the program."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TextIO


async def next_line(stream: TextIO | None, most: int = -1) -> str:
    """Return the next line, or its first `most` characters; empty at the end, or if the stream cannot be read.

    A daemon thread reads it: the loop goes on meanwhile, and the program's end does not wait for the thread.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()

    def deliver(line: str) -> None:
        if not future.done():
            future.set_result(line)

    def wait() -> None:
        try:
            line = stream.readline(most) if stream else ""
        except (OSError, ValueError):  # closed, or not text
            line = ""
        with suppress(RuntimeError):  # the program ended meanwhile
            loop.call_soon_threadsafe(deliver, line)

    threading.Thread(target=wait, daemon=True, name="stdin").start()
    return await future
