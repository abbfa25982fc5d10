"""Messages between two processes, each with its length before it; a second process reads them without asyncio."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

LENGTH = 4  # bytes of the length before each frame
_NICE = 10  # lower priority, so that look-ups come first


def framed(content: bytes) -> bytes:
    """Return a content with its length before it."""
    return len(content).to_bytes(LENGTH) + content


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each content until the other process closes the stream, the standard input of this second process."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    while length := stream.read(LENGTH):
        yield stream.read(int.from_bytes(length))
