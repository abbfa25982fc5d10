"""A second process of this program, for work that would hold up everybody here or has to be killed when it is late."""

from __future__ import annotations

import os
import sys
from asyncio import StreamReader, create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

_LENGTH = 4  # bytes that tell how many follow
_NICE = 10  # whoever looks something up goes before


async def start(module: str, ahead: int = 2**21) -> Process:
    """Start a module as a program of its own, `ahead` bytes of whose output may wait here. Raises OSError.

    Its own session keeps Ctrl-C from it; it ends when its input does, and so with this process.
    """
    return await create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=ahead, start_new_session=True
    )


async def end(process: Process) -> None:
    """Kill a process and wait for its end; one whose output nobody reads would not be seen to end."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


def framed(content: bytes) -> bytes:
    """Return a content behind its length."""
    return len(content).to_bytes(_LENGTH) + content


async def next_frame(stream: StreamReader) -> bytes:
    """Return the next content. Raises IncompleteReadError when the other process has ended."""
    return await stream.readexactly(int.from_bytes(await stream.readexactly(_LENGTH)))


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each content until the other process closes the stream; `stream` is the input of a second process."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    while length := stream.read(_LENGTH):
        yield stream.read(int.from_bytes(length))
