"""Reading and replacing a file so that a reader, a crash or a second writer never sees half of it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path


def read_if_there(path: Path) -> bytes | None:
    """Return the file's bytes, None where there is none. Raises OSError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def make_folder(path: Path) -> None:
    """Make a folder, and those it lacks above it, for their owner alone. Raises OSError."""
    for folder in reversed([each for each in (path, *path.parents) if not each.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file; a new one is for its owner alone, one that is there keeps its mode. Raises OSError."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def replace_if_still(path: Path, content: bytes, expected: bytes | None) -> bool:
    """Put new content in the file's place, unless it is no longer what was expected; tell whether it was done.

    The bytes are on the disk before the old file gives way. A file keeps its mode, a new one is for its owner alone.
    Raises OSError.
    """
    target = path.resolve()  # of a link, what it points to is replaced, and the link stays
    make_folder(target.parent)
    beside = target.with_name(f".{target.name}.dayori")
    beside.unlink(missing_ok=True)
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if expected is not None:
            beside.chmod(target.stat().st_mode)
        if read_if_there(target) != expected:
            return False
        _replace(beside, target, content)
    finally:
        beside.unlink(missing_ok=True)
    return True


def _replace(beside: Path, target: Path, content: bytes) -> None:
    try:
        beside.replace(target)
    except OSError as error:
        if (
            error.errno != errno.EBUSY
        ):  # a file that is mounted by itself, as into a container, can only be written over
            raise
        with target.open("r+b") as file:
            file.write(content)
            file.truncate()
            os.fsync(file.fileno())
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
