"""Whose collection it is: the one place that turns a server into a workspace."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4, uuid5

from rapidfuzz import process

from bot.domain.errors import NotFoundError
from bot.i18n import msg
from bot.services.ports import Clock
from bot.store import state
from bot.store.database import Database
from bot.store.workspaces import find_or_add, ids_by_name

Sharing = Literal["team", "hosted"]
DEFAULT = "default"
_INSTALLATION = "installation"  # the note of a random UUID that no other installation has
_MOST_NAMES = 5


class Workspaces:
    """Finds the workspace of a server; every server has the same one in a team, its own where we host many."""

    def __init__(self, database: Database, clock: Clock, sharing: Sharing) -> None:
        self._database, self._clock, self._sharing = database, clock, sharing
        self._known: dict[str, int] = {}

    async def named(self, name: str) -> int:
        """Return the id of the workspace of that name, made when it is new."""
        if name not in self._known:
            self._known[name], _ = await find_or_add(self._database, name, self._clock())
        return self._known[name]

    async def uuid(self, workspace_id: int) -> UUID:
        """Return what tells the workspace's collection from any other, for good: it is kept in the database."""
        async with self._database.write() as connection:
            installation = await state.read_or_write_state(connection, _INSTALLATION, str(uuid4()))
        return uuid5(UUID(installation), f"workspace/{workspace_id}")

    async def require(self, name: str) -> int:
        """Return the id of the workspace of that name. Raises NotFoundError naming the nearest that there are.

        `default` is there from the first start on; the others are made by whoever writes in their servers.
        """
        if name == DEFAULT:
            return await self.named(name)
        return await require_workspace(self._database, name)

    async def of_server(self, platform: str, server: int | str) -> int:
        """Return the id of the workspace that a platform's server uses."""
        return await self.named(DEFAULT if self._sharing == "team" else f"{platform}:{server}")


async def require_workspace(database: Database, name: str) -> int:
    """Return the id of the workspace of that name, 0 for a default one that nobody has used yet.

    Raises NotFoundError naming the nearest that there are.
    """
    ids = await ids_by_name(database)
    if name == DEFAULT:
        return ids.get(name, 0)
    if name not in ids:
        near = ", ".join(each for each, *_ in process.extract(name[:80], list(ids), limit=_MOST_NAMES))
        raise NotFoundError(msg('There is no workspace "{name}"; there are: {names}', name=name[:80], names=near))
    return ids[name]
