"""Keeps the bot from starting over without being asked where copies tell that there was a database.

With an empty one it would send every paper a second time.
"""

from __future__ import annotations

from pathlib import Path

from bot.domain.errors import DamagedStoreError
from bot.i18n import msg


def require_no_loss(database: Path | None, copies: Path | None) -> None:
    """Raise DamagedStoreError if SQLite's file is gone or empty although there are copies of it."""
    if not (database and copies) or (database.is_file() and database.stat().st_size):
        return
    from bot.services.backup_folder import newest_copy  # nearly every start has a database

    if newest_copy(copies):
        raise DamagedStoreError(
            msg(
                'The database "{path}" is gone or empty, but {folder} holds copies of it; move them away to begin '
                "anew.",
                path=str(database),
                folder=str(copies),
            )
        )
