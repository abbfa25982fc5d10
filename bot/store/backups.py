"""Copies of a database: made while it is in use, checked, and put in its place."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.domain.errors import FileError, StoreError
from bot.i18n import msg
from bot.store.connections import finish
from bot.store.schema import REVISION
from bot.store.sqlite_errors import reason_of

_BESIDE = ("-wal", "-shm")  # what belongs to a database beside its file
_REMAINS = ("", "-journal", *_BESIDE)


def check_copy(path: Path) -> None:
    """Check that a file is a whole database of this program, of this version or an earlier one. Raises StoreError."""
    if not path.is_file():
        if path.exists():
            raise FileError(msg("this is not a file but a folder, a pipe or a device"), file=str(path))
        raise StoreError(msg('There is no file "{file}".', file=str(path)))
    try:
        with closing(_open_to_read(path)) as connection:
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise StoreError(msg('"{file}" is damaged: {reason}', file=str(path), reason=problem))
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(
            msg('"{file}" is not a database of this program: {reason}', file=str(path), reason=reason_of(error))
        ) from error
    if not row or row[0] > REVISION:
        raise StoreError(msg('The database "{path}" was made by a newer version; update this program.', path=str(path)))


async def back_up(source: Path, target: Path) -> None:
    """Copy a database, as it is at this moment, to a new private file, whose name only a whole copy gets.

    Raises StoreError.
    """
    with _unfinished(target) as unfinished:
        await finish(asyncio.to_thread(_write_copy, source, unfinished))
        await finish(asyncio.to_thread(_name_new, unfinished, target))


async def restore_copy(copy: Path, path: Path, now: datetime) -> Path | None:
    """Put a checked copy in the place of the database; return where the old one is kept, None if there was none.

    No process may have the database open. A crash leaves either the old database or the new one. Raises StoreError.
    """
    with _unfinished(path) as unfinished:
        await finish(asyncio.to_thread(_copy_beside, copy, path, unfinished))
        return await finish(asyncio.to_thread(_put_in_place, unfinished, path, now))


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """Yield the name of a copy that is not whole yet, and remove what is left of it. Raises StoreError."""
    unfinished = unfinished_of(path)
    try:
        yield unfinished
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            msg('"{file}" cannot be written: {reason}', file=str(path), reason=reason_of(error))
        ) from error
    finally:
        with suppress(OSError):
            remove_database(unfinished)


def _name_new(new: Path, path: Path) -> None:
    """Give a file a name that no other has."""
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    new.replace(path)


def _copy_beside(copy: Path, path: Path, new: Path) -> None:
    """Copy another database to a file beside this one."""
    if path.exists() and copy.samefile(path):
        raise StoreError(msg('"{file}" is the database itself; name a copy of it.', file=str(copy)))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_copy(copy, new)


def _put_in_place(new: Path, path: Path, now: datetime) -> Path | None:
    """Replace the database by another one; return where the old one is kept, None if there was none."""
    kept = _free_name(path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%SZ}")) if path.exists() else None
    if kept:
        _keep(path, kept)
    new.replace(path)
    return kept


def _free_name(path: Path) -> Path:
    """Return the path, or one with a number behind it if another database was kept in the same second."""
    numbered = (path.with_name(f"{path.name}-{n}") for n in itertools.count(2))
    return path if not path.exists() else next(each for each in numbered if not each.exists())


def _keep(path: Path, kept: Path) -> None:
    """Give a database a second name, and move its log there: beside another database the log would damage it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:  # a damaged one stays as it is
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        os.link(path, kept)
    except OSError:  # not every file system has links
        import shutil  # slow to import, and most file systems have them

        shutil.copy2(path, kept)
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{path}{ending}").replace(f"{kept}{ending}")


def _write_copy(source: Path, target: Path) -> None:
    """Copy a database, as it is at this moment, to a file that only its owner may read.

    Raises OSError and sqlite3.Error.
    """
    remove_database(target)  # what a killed process left
    open(target, "xb", opener=_private).close()
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def unfinished_of(path: Path) -> Path:
    """Return the name that a copy has until it is whole."""
    return path.with_name(f".{path.name}.unfinished")


def remove_database(path: Path) -> None:
    """Remove a database that nobody has open, or what is left of one, with SQLite's files beside it."""
    for ending in _REMAINS:
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Open a file that nobody writes; SQLite then makes no file beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def make_private(path: Path) -> None:
    """Create the file and its missing folders for their owner only; SQLite gives its additional files the same mode.

    Existing files and folders keep their mode.
    """
    for folder in reversed([each for each in path.parents if not each.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    open(path, "ab", opener=_private).close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
