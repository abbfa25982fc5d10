"""Which SQLite this Python has."""

from __future__ import annotations

import sqlite3
from contextlib import closing


def sqlite_version() -> str:
    """Return SQLite's version."""
    return sqlite3.sqlite_version


def has_full_text_search() -> bool:
    """Return whether this SQLite can hold the search index."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return bool(connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0])
