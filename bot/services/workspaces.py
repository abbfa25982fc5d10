"""The one place that maps a server to a workspace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal
from uuid import UUID, uuid4, uuid5

import structlog

from bot.domain.errors import NotFoundError
from bot.i18n import msg
from bot.services.ports import Clock
from bot.store import state
from bot.store.database import Database
from bot.store.workspaces import find_or_add, ids_by_name

Sharing = Literal["team", "hosted"]
DEFAULT = "default"
_INSTALLATION = "installation"  # the state key of a random UUID, unique to this installation
_MOST_NAMES = 5
_log = structlog.get_logger()


class Workspaces:
    """Finds a server's workspace: that of all servers of a team, or one each where sharing is hosted.

    `tied` names the workspaces of the servers for which the settings choose one; they are written
    `<platform>:<server id>`, as is the name of a server's own workspace.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sharing: Sharing,
        tied: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._database, self._clock, self._sharing, self._tied = database, clock, sharing, tied
        self._ids: dict[str, int] = {}

    @property
    def tied_servers(self) -> Mapping[str, str]:
        """Return the names of the workspaces that the settings choose, by server."""
        return self._tied

    async def named(self, name: str) -> int:
        """Return the id of the workspace of that name; create it if it is new."""
        if name not in self._ids:
            self._ids[name], _ = await find_or_add(self._database, name, self._clock())
        return self._ids[name]

    async def uuid(self, workspace_id: int) -> UUID:
        """Return a permanent, globally unique id of the workspace; its random part is stored in the database."""
        async with self._database.write() as connection:
            installation = await state.read_or_write_state(connection, _INSTALLATION, str(uuid4()))
        return uuid5(UUID(installation), f"workspace/{workspace_id}")

    async def require(self, name: str) -> int:
        """Return the id of the workspace of that name. Raises NotFoundError with the most similar names.

        `default` and those of the settings always exist; others are created when somebody uses the bot in their server.
        """
        settled = (DEFAULT, *self._tied.values())
        if name in settled:
            return await self.named(name)
        if name in self._tied and name not in await ids_by_name(self._database):
            raise NotFoundError(
                msg('{server} uses the workspace "{name}"; name that one.', server=name, name=self._tied[name])
            )
        return await require_workspace(self._database, name, settled)

    def name_of(self, server: str) -> str:
        """Return the name of the workspace that a server (`<platform>:<server id>`) uses."""
        return self._tied.get(server) or (DEFAULT if self._sharing == "team" else server)

    def warn_of_other_servers(self, platform: str, server: str) -> None:
        """Log the servers of a platform that the settings tie although the bot's token there is for another one."""
        ours = f"{platform}:{server}"
        for other in self._tied:
            if other.startswith(f"{platform}:") and other != ours:
                _log.warning("workspaces in the settings names a server that is not the bot's", named=other, ours=ours)

    async def of_server(self, platform: str, server: int | str) -> int:
        """Return the id of the workspace that a platform's server uses."""
        return await self.named(self.name_of(f"{platform}:{server}"))

    async def of_channel(self, channel: str) -> int:
        """Return the id of the workspace of a channel's server (`<platform>:<server id>/<channel id>`)."""
        return await self.named(self.name_of(channel.partition("/")[0]))


async def require_workspace(database: Database, name: str, settled: Collection[str] = (DEFAULT,)) -> int:
    """Return the id of the workspace of that name; 0 for one of the `settled` names that nobody has used yet.

    Raises NotFoundError with the most similar names.
    """
    ids = await ids_by_name(database)
    if name in settled:
        return ids.get(name, 0)
    if name not in ids:
        from rapidfuzz import process  # slow to import, and no start needs it

        every = list(dict.fromkeys((*ids, *settled)))
        names = ", ".join(each for each, *_ in process.extract(name[:80], every, limit=_MOST_NAMES))
        raise NotFoundError(
            msg('There is no workspace "{name}"; some that exist: {names}', name=name[:80], names=names)
        )
    return ids[name]
