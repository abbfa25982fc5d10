"""What SQLite refuses, in the reader's language."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from bot.domain.os_errors import os_reason
from bot.i18n import Message, msg

_FULL = 100_000  # bytes, with which SQLite cannot even open a database
_REASONS = {
    sqlite3.SQLITE_FULL: msg("the disk is full"),
    sqlite3.SQLITE_READONLY: msg("the file or its folder cannot be written by this user"),
    sqlite3.SQLITE_CANTOPEN: msg("the file or its folder cannot be written by this user"),
    sqlite3.SQLITE_NOTADB: msg("the file is something else"),
    sqlite3.SQLITE_CORRUPT: msg("a part of it cannot be read"),
    sqlite3.SQLITE_IOERR: msg("the disk reports an error"),
}


def code_of(error: BaseException) -> int:
    """Return SQLite's primary error code; 0 for another error."""
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return code & 0xFF


def reason_of(error: BaseException, path: Path | None = None) -> Message | str:
    """Return why a statement failed or the file at that path cannot be opened."""
    if isinstance(error, OSError):
        return os_reason(error)
    if code_of(error) == sqlite3.SQLITE_IOERR and path and shutil.disk_usage(path.parent).free < _FULL:
        return _REASONS[sqlite3.SQLITE_FULL]  # SQLite does not say so of the files beside the database
    return _REASONS.get(code_of(error)) or str(getattr(error, "orig", error))
