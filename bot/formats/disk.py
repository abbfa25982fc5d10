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


def replace_if_still(path: Path, content: bytes, expected: bytes | None) -> bool:
    """Put new content in the file's place, unless it is no longer what was expected; tell whether it was done.

    The bytes are on the disk before the old file gives way. Raises OSError.
    """
    target = path.resolve()  # of a link, what it points to is replaced, and the link stays
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.dayori")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
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
