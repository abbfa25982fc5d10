"""Small values that one process leaves for the next."""

from __future__ import annotations

from bot.services.cancellation import uncancellable
from bot.store import state
from bot.store.database import Database


class State:
    """Texts by name, for the whole installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @uncancellable
    async def read(self, name: str) -> str | None:
        """Return the last text written under that name, or None."""
        async with self._database.read() as connection:
            return await state.read_state(connection, name)

    @uncancellable
    async def write(self, name: str, text: str) -> None:
        """Write a text, replacing the previous one."""
        async with self._database.write() as connection:
            await state.write_state(connection, name, text)
