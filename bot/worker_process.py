"""A second process of this program, for work that would block the event loop or may have to be killed."""

from __future__ import annotations

import sys
from asyncio import StreamReader, create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from bot.framing import LENGTH


async def start(module: str, ahead: int = 2**21) -> Process:
    """Start a module as a program; up to about `ahead` bytes of its output are buffered here. Raises OSError.

    Its own session keeps Ctrl-C from it; it ends when its input is closed, as at the end of this process.
    """
    return await create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=ahead, start_new_session=True
    )


async def end(process: Process) -> None:
    """Kill a process and wait for its end; its output must be read, or the end would not be noticed."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


async def next_frame(stream: StreamReader) -> bytes:
    """Return the next content. Raises IncompleteReadError when the other process has ended."""
    return await stream.readexactly(int.from_bytes(await stream.readexactly(LENGTH)))
