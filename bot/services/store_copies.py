"""Moves a whole store to another place or another kind of database."""

from __future__ import annotations

from bot.store.copying.copy import CopiedTable as CopiedTable
from bot.store.copying.copy import Progress, copy_store


async def copy(source: str, target: str, progress: Progress) -> list[CopiedTable]:
    """Copy everything from one database URL into an empty one, and return its tables with their checksums.

    Both then hold the same rows. Raises StoreError; the source is never written.
    """
    return await copy_store(source, target, progress)
