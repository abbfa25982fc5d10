"""Reads and replaces files so that no reader, crash or second writer ever sees a partial file."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot.domain.errors import FileError
from bot.i18n import msg

# opened without waiting: after the check, the file may have become a pipe
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
MOST_BYTES = 200_000_000  # twice the JSON of 100,000 papers


def read_regular(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return a file's bytes. Raises OSError, and FileError for a folder, a pipe or a device and for too many bytes.

    Pipes and devices are not opened: a pipe would block, and a device may have no end.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise FileError(msg("this is not a file but a folder, a pipe or a device"), file=str(path))
    with open(os.open(path, os.O_RDONLY | _AT_ONCE), "rb") as file:
        content = file.read(most + 1) if os.fstat(file.fileno()).st_size <= most else None
    if content is None or len(content) > most:
        raise FileError(
            msg("this is larger than {most} MB, which is the most that is read", most=most // 10**6), file=str(path)
        )
    return content


def read_if_exists(path: Path, most: int = MOST_BYTES) -> bytes | None:
    """Return the file's bytes, or None if there is no file. Raises the same errors as `read_regular`."""
    try:
        return read_regular(path, most)
    except FileNotFoundError:
        return None


def make_folder(path: Path) -> None:
    """Create a folder and its missing parents, accessible only to their owner. Raises OSError."""
    for folder in reversed([each for each in (path, *path.parents) if not each.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)


def replace_if_unchanged(path: Path, content: bytes, expected: bytes | None) -> bool:
    """Replace a file unless it differs from `expected`; return whether it was replaced.

    The new bytes are on disk before the old file is removed. An existing file keeps its mode, a new one is private to
    its owner. Raises OSError.
    """
    target = path.resolve()  # a symbolic link stays, and its target is replaced
    make_folder(target.parent)
    beside = target.with_name(f".{target.name}.dayori")
    beside.unlink(missing_ok=True)
    try:
        with open(beside, "xb", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if expected is not None:
            beside.chmod(target.stat().st_mode)
        if read_if_exists(target) != expected:
            return False
        _replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def write_private(path: Path) -> Iterator[BinaryIO]:
    """Yield a temporary file that replaces the target when it is completely written, and is deleted otherwise.

    An existing file keeps its mode, a new one is private to its owner; a pipe or a device is written directly. Raises
    OSError.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    target = path.resolve()
    beside = target.with_name(f".{target.name}.export")
    beside.unlink(missing_ok=True)
    try:
        with open(beside, "xb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode)
        _replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _replace(beside: Path, target: Path) -> None:
    try:
        beside.replace(target)
    except OSError as error:
        if error.errno != errno.EBUSY:  # a single file mounted into a container can only be overwritten
            raise
        with beside.open("rb") as new, target.open("r+b") as file:
            shutil.copyfileobj(new, file)
            file.truncate()
            os.fsync(file.fileno())
    with contextlib.suppress(OSError):  # not every system can open a folder
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
