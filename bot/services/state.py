"""What one process leaves for the next to know."""

from __future__ import annotations

from bot.services.cancellation import uncancellable
from bot.store import state
from bot.store.database import Database


class State:
    """Small texts by name, of the installation and no workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @uncancellable
    async def read(self, name: str) -> str | None:
        """Return what was noted last."""
        async with self._database.read() as connection:
            return await state.read_state(connection, name)

    @uncancellable
    async def write(self, name: str, text: str) -> None:
        """Note a text over what stood there."""
        async with self._database.write() as connection:
            await state.write_state(connection, name, text)
