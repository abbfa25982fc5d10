"""Checks of what the database needs from the machine: its rights, the disk, and the nightly copies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.i18n import msg
from bot.services.backups import newest_copy
from bot.services.check import Check

_FULL = 50_000_000  # bytes, without which the next write may fail
_TIGHT = 100_000_000  # bytes besides a copy of the database, without which the next migration or copy may fail
_OLD = timedelta(days=2)


def storage_checks(database: Path, backups: Path | None, now: datetime) -> Iterator[Check]:
    """Yield what is found; reads the file system, nothing of the database."""
    if os.name == "posix" and database.stat().st_mode & 0o077:
        message = msg("Other users of this machine may read the database {path}.", path=str(database))
        remedy = msg("If they should not: chmod 600 {path}*", path=str(database))
        yield Check("database mode", "warning", message, remedy)
    if not (os.access(database, os.W_OK) and os.access(database.parent, os.W_OK)):
        message = msg("{path} cannot be written by the user who runs this.", path=str(database))
        yield Check(
            "database rights", "fault", message, msg("Give this user the folder {path}.", path=str(database.parent))
        )
    yield _disk(database)
    if backups:
        yield _copies(backups, now)


def _disk(database: Path) -> Check:
    free, size = shutil.disk_usage(database.parent).free, database.stat().st_size
    message = msg("Disk: {free} MB free beside a database of {size} MB", free=free // 10**6, size=-(-size // 10**6))
    if free > size + _TIGHT:
        return Check("disk", "ok", message)
    remedy = msg("Make room on the disk of {path}.", path=str(database.parent))
    return Check("disk", "fault" if free < _FULL else "warning", message, remedy)


def _copies(folder: Path, now: datetime) -> Check:
    copy = newest_copy(folder)
    if copy is None:
        return Check("backup", "ok", msg("Nightly copies: none yet in {folder}", folder=str(folder)))
    made = datetime.fromtimestamp(copy.stat().st_mtime, now.tzinfo)
    message = msg("Nightly copies: the newest is {file}", file=str(copy))
    if now - made < _OLD:
        return Check("backup", "ok", message)
    remedy = msg("The bot's log says why there is no newer one; dayori backup FILE makes one now.")
    return Check("backup", "warning", message, remedy)
