"""A second process of this program, for work that would block the event loop or may have to be killed."""

from __future__ import annotations

import os
import sys
from asyncio import StreamReader, create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

_LENGTH = 4  # bytes of the length before each frame
_NICE = 10  # lower priority, so that look-ups come first


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


def framed(content: bytes) -> bytes:
    """Return a content with its length before it."""
    return len(content).to_bytes(_LENGTH) + content


async def next_frame(stream: StreamReader) -> bytes:
    """Return the next content. Raises IncompleteReadError when the other process has ended."""
    return await stream.readexactly(int.from_bytes(await stream.readexactly(_LENGTH)))


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each content until the other process closes the stream, the standard input of this second process."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    while length := stream.read(_LENGTH):
        yield stream.read(int.from_bytes(length))
