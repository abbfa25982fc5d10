"""Checks of what is written on the machine: the database with its rights and disk, the nightly copies, the site."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.i18n import Message, msg
from bot.services.backup_folder import newest_copy
from bot.services.check import Check

_FULL = 50_000_000  # bytes, without which the next write may fail
_TIGHT = 100_000_000  # bytes besides a copy of the database, without which the next migration or copy may fail
_OLD = timedelta(days=2)
_AS_EFFECTIVE_USER = os.access in os.supports_effective_ids


def storage_checks(database: Path, backups: Path | None, now: datetime) -> Iterator[Check]:
    """Yield what is found; reads the file system, nothing of the database, which need not be there."""
    yield from _mode(database)
    if fault := _rights(database):
        yield fault
        return
    yield _disk(database)
    if backups:
        yield copies_check(_size(database), backups, now)


def storage_remedy(database: Path) -> Message | None:
    """Return what to do about the rights or the disk that keep the database from being written; None if they do not."""
    fault = _rights(database) or _disk(database)
    return fault.remedy if fault.level == "fault" else None


def start_warnings(database: Path | None, backups: Path | None, site: Path | None) -> list[Check]:
    """Return the warnings that a start reports before it goes on; `database` is SQLite's file, which exists."""
    found = [*_mode(database), _disk(database)] if database else []
    if backups and (problem := _copies_problem(_size(database) if database else 0, backups)):
        found.append(problem)
    if site:
        found.append(site_check(site))
    return [each for each in found if each.level != "ok"]


def secrets_checks(file: Path, secrets: Sequence[str]) -> Iterator[Check]:
    """Yield a warning if other users may read a file that holds tokens or passwords."""
    if _is_open(file) and any(secret in file.read_text("utf-8", "replace") for secret in secrets):
        message = msg("Other users of this machine may read the tokens in {path}.", path=str(file))
        yield Check("secrets mode", "warning", message, msg("If they should not: chmod 600 {path}", path=str(file)))


def _mode(database: Path) -> Iterator[Check]:
    if _is_open(database):
        message = msg("Other users of this machine may read the database {path}.", path=str(database))
        remedy = msg("If they should not: chmod 600 {path}*", path=str(database))
        yield Check("database mode", "warning", message, remedy)


def _is_open(file: Path) -> bool:
    """Return whether other users than its owner may use a file; other systems tell that otherwise than by a mode."""
    return file.is_file() and os.name == "posix" and bool(file.stat().st_mode & 0o077)


def _rights(database: Path) -> Check | None:
    """Return what keeps the bot from writing the database, or from making it."""
    name, folder = "database rights", _nearest(database.parent)
    if database.is_dir():
        message = msg("{path} is a folder, not a database.", path=str(database))
        return Check(name, "fault", message, msg("Name a file in database_url."))
    if not folder.is_dir():
        message = msg("{path} is a file, so no database can be made below it.", path=str(folder))
        return Check(name, "fault", message, msg("Name another place in database_url."))
    if _is_read_only(folder):
        message = msg("The disk of {path} is read-only.", path=str(database))
        return Check(name, "fault", message, msg("Mount it for writing, or name another place in database_url."))
    if not _may_write(folder) or (database.exists() and not _may_write(database)):
        message = msg("{path} cannot be written by the user who runs this.", path=str(database))
        return Check(
            name, "fault", message, msg("Give this user the folder {path} and what is in it.", path=str(folder))
        )
    return None


def _disk(database: Path) -> Check:
    folder = _nearest(database.parent)
    free, size = shutil.disk_usage(folder).free, _size(database)
    message = msg("Disk: {free} MB free beside a database of {size} MB", free=free // 10**6, size=-(-size // 10**6))
    if free > size + _TIGHT:
        return Check("disk", "ok", message)
    remedy = msg("Make room on the disk of {path}.", path=str(folder))
    return Check("disk", "fault" if free < _FULL else "warning", message, remedy)


def copies_check(size: int, folder: Path, now: datetime) -> Check:
    """Return how the nightly copies are, of a database of so many bytes."""
    if problem := _copies_problem(size, folder):
        return problem
    copy = newest_copy(folder)
    if copy is None:
        return Check("backup", "ok", msg("Nightly copies: none yet in {folder}", folder=str(folder)))
    made = datetime.fromtimestamp(copy.stat().st_mtime, now.tzinfo)
    message = msg("Nightly copies: the newest is {file}", file=str(copy))
    if now - made < _OLD:
        return Check("backup", "ok", message)
    remedy = msg("The bot's log says why there is no newer one; dayori backup FILE makes one now.")
    return Check("backup", "warning", message, remedy)


def site_check(folder: Path) -> Check:
    """Return whether the site can be kept in its folder."""
    if _takes_files(_nearest(folder)):
        return Check("site", "ok", msg("The site is kept in {folder}", folder=str(folder)))
    message = msg("The site cannot be written to {folder}.", folder=str(folder))
    return Check("site", "warning", message, msg("Let the bot write there, or set site.folder."))


def _copies_problem(size: int, folder: Path) -> Check | None:
    place = _nearest(folder)
    if not _takes_files(place):
        message = msg("Nightly copies cannot be written to {folder}.", folder=str(folder))
        return Check("backup", "warning", message, msg("Let the bot write there, or set backups.folder."))
    if size > shutil.disk_usage(place).free:
        message = msg(
            "There is no room for a copy of {size} MB in {folder}.", size=-(-size // 10**6), folder=str(folder)
        )
        return Check("backup", "warning", message, msg("Make room, lower backups.keep, or set backups.folder."))
    return None


def _size(database: Path) -> int:
    return database.stat().st_size if database.exists() else 0


def _nearest(folder: Path) -> Path:
    """Return a folder, or what there is of the folders above it."""
    return next((each for each in (folder, *folder.absolute().parents) if each.exists()), folder)


def _takes_files(folder: Path) -> bool:
    return folder.is_dir() and _may_write(folder) and not _is_read_only(folder)


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=_AS_EFFECTIVE_USER)


def _is_read_only(folder: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
