"""Messages between two processes, each with its length before it; a second process reads them without asyncio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

LENGTH = 4  # bytes of the length before each frame


def framed(content: bytes) -> bytes:
    """Return a content with its length before it."""
    return len(content).to_bytes(LENGTH) + content


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each content until the other process closes the stream."""
    while length := stream.read(LENGTH):
        yield stream.read(int.from_bytes(length))
