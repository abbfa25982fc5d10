"""Which version of the index the program expects, and whether the database has it.

A start asks only this; what creates and maintains the index is imported when there is something to do, 4 ms of a start.
"""

from __future__ import annotations

import unicodedata

from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.state import read_state, write_state

# A paper is removed by computing again what the index stores of it, so whatever that depends on is part of the version.
INDEX_VERSION = f"6 {unicodedata.unidata_version}"
_VERSIONS = {"sqlite": INDEX_VERSION, "postgresql": f"{INDEX_VERSION} tsvector 3"}
_STATE_KEY = "search_index"
_REDUCED = "reduced"  # instead of a version: the index lacks the papers that are being removed


async def is_current(database: Database) -> bool:
    """Return whether the index is complete and of this version."""
    async with database.read() as connection:
        return await read_state(connection, _STATE_KEY) == _VERSIONS[connection.dialect]


async def is_reduced(database: Database) -> bool:
    """Return whether the index lacks the papers that are being removed."""
    async with database.read() as connection:
        return await read_state(connection, _STATE_KEY) == _REDUCED


async def note_current(connection: StoreConnection) -> None:
    """Note that the index is complete and of this version."""
    await write_state(connection, _STATE_KEY, _VERSIONS[connection.dialect])


async def note_reduced(connection: StoreConnection) -> None:
    """Note that the index lacks the papers that are being removed."""
    await write_state(connection, _STATE_KEY, _REDUCED)
