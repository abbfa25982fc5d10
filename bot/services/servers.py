"""Decides which servers the bot serves: where all share one collection, an invitation must not give access to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

import structlog

from bot.domain.errors import InputError, NotAllowedError
from bot.domain.server import Server, ServerState
from bot.domain.text import clean_line, clip
from bot.i18n import Message, msg
from bot.services.cancellation import uncancellable
from bot.services.digests.message_updates import updated_until
from bot.services.ports import Clock
from bot.services.workspaces import Sharing
from bot.store import leases, sent_messages, servers, state
from bot.store.connection import StoreConnection
from bot.store.database import Database, iso

_LONGEST_NAME = 100
_log = structlog.get_logger()
# Whether the next server that the bot joins counts as the team's; only before it was ever in one.
_STATE_KEY, _OPEN, _CLOSED = "first server", "awaited", "known"


class ServedServers(NamedTuple):
    """The served servers at one moment: those `ids` of one platform, or all where `ids` is None."""

    platform: str
    ids: frozenset[str] | None

    def has(self, channel: str) -> bool:
        """Return whether a channel's server (`discord:<server id>/…`) is served."""
        server = channel.partition("/")[0]
        return self.ids is None or not server.startswith(f"{self.platform}:") or server in self.ids


class Servers:
    """Decides which servers to serve on a platform where anybody may invite the bot.

    `listed` are the servers that the settings allow; if there are any, only they are served. `named` are the servers of
    the settings' subscriptions and workspaces, which the operator allowed by naming them. All are written
    `<platform>:<server id>`. Servers of other platforms are always served: there, a token belongs to one team.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        platform: str,
        sharing: Sharing,
        *,
        listed: Collection[str] = (),
        named: Collection[str] = (),
    ) -> None:
        self._database, self._clock, self._platform = database, clock, platform
        self._setting = f"{platform}.servers"
        self._listed, self._named = frozenset(listed), frozenset({*listed, *named})
        self.serves_all = sharing == "hosted" and not listed
        self._look: asyncio.Task[ServedServers] | None = None

    @uncancellable
    async def served(self) -> ServedServers:
        """Return the servers that the store and the settings allow now; concurrent calls share one query."""
        if self.serves_all or self._listed:
            return ServedServers(self._platform, None if self.serves_all else self._named)
        if self._look is None:
            self._look = asyncio.create_task(self._allowed())
        return await asyncio.shield(self._look)

    async def _allowed(self) -> ServedServers:
        try:
            async with self._database.read() as connection:
                return ServedServers(self._platform, self._named | await servers.allowed(connection))
        finally:
            self._look = None

    async def require(self, channel: str) -> None:
        """Raise NotAllowedError, which says what the operator can do, unless the channel's server is served."""
        if not (await self.served()).has(channel):
            raise NotAllowedError(self.refusal(channel))

    def refusal(self, channel: str) -> Message:
        """Return the sentence that tells a server's members that the bot does not serve it."""
        id = self._id(channel)
        if self._listed:
            return msg(
                "The bot does not serve this server; its operator can add {id} to {setting} in the settings.",
                id=id,
                setting=self._setting,
            )
        return msg(
            "The bot does not serve this server; its operator can let it in with: dayori servers allow {id}", id=id
        )

    def remedy(self, channel: str) -> Message:
        """Return the sentence that tells the operator how to allow a channel's server."""
        if self._listed:
            return msg("Add {id} to {setting} in the settings.", id=self._id(channel), setting=self._setting)
        return msg("Allow it with dayori servers allow {id}.", id=self._id(channel))

    def _id(self, channel: str) -> str:
        return channel.partition("/")[0].removeprefix(f"{self._platform}:")

    async def note_first_servers(self, present: Callable[[], Awaitable[Mapping[str, str]]]) -> None:
        """Record the servers of the first start as the team's; call it before answering anybody.

        `present` returns their names by id, and is called at the first start only.
        """
        if await self._first_server():
            return
        names = {} if self.serves_all else await present()
        if await self._remember(names):
            _log.info(
                "servers of the first start", servers=", ".join(f"{id} {_cleaned(name)}" for id, name in names.items())
            )

    @uncancellable
    async def _first_server(self) -> str | None:
        async with self._database.read() as connection:
            return await state.read_state(connection, _STATE_KEY)

    @uncancellable
    async def _remember(self, names: Mapping[str, str]) -> bool:
        """Record the first servers; return False if another process did meanwhile, and may have seen others join."""
        async with self._database.write() as connection:
            if await state.read_state(connection, _STATE_KEY):
                return False
            for id, name in names.items():
                is_ours = id in self._named or not self._listed
                await self._save(connection, id, name, "allowed" if is_ours else "waiting")
            is_known = self.serves_all or self._named or await servers.every(connection)
            await state.write_state(connection, _STATE_KEY, _CLOSED if is_known else _OPEN)
        return True

    @uncancellable
    async def note_server(self, server: str, name: str) -> None:
        """Record a server that the bot is in; the first ever is the team's, the others wait for the operator."""
        if self.serves_all:
            return
        name = _cleaned(name)
        async with self._database.read() as connection:
            stored = await servers.get(connection, server)
        if stored and name in ("", stored.name):
            return
        async with self._database.write() as connection:
            note = await state.read_state(connection, _STATE_KEY)
            if note is None:
                return  # the servers of the first start are not known yet
            is_first = note == _OPEN and not self._listed
            await self._save(connection, server, name, "allowed" if is_first or server in self._named else "waiting")
            await state.write_state(connection, _STATE_KEY, _CLOSED)
        if stored is None and not (await self.served()).has(server):
            _log.warning("a server waits to be allowed", server=server, name=name)

    @uncancellable
    async def forget_others(self, present: Collection[str], is_seen: Callable[[str], bool] = lambda _: True) -> None:
        """Forget waiting servers that the bot has left; `present` are all servers that it is in.

        Servers that are not seen from here, because other processes serve them, stay.
        """
        if self.serves_all:
            return
        async with self._database.read() as connection:
            waiting = {each.id for each in await servers.every(connection) if each.state == "waiting"}
        ids = set(filter(is_seen, waiting - set(present)))
        if ids:
            async with self._database.write() as connection:
                await servers.drop_waiting(connection, ids)

    async def every(self) -> list[Server]:
        """Return all known servers with their effective state under these settings."""
        async with self._database.read() as connection:
            stored = await servers.every(connection)
        served = await self.served()
        missing = [Server(id, "", "allowed", None) for id in sorted(self._named - {each.id for each in stored})]
        return [*(_as_served(each, served, is_listed=bool(self._listed)) for each in stored), *missing]

    async def waiting(self) -> list[Server]:
        """Return the servers that wait for the operator's decision."""
        return [each for each in await self.every() if each.state == "waiting"]

    async def allow(self, id: str) -> Server:
        """Serve a server from now on; its postponed editions become due. Raises InputError if the settings decide."""
        return await self._decide(id, "allowed")

    async def refuse(self, id: str) -> Server:
        """Stop serving a server; its subscriptions rest until it is allowed. Raises InputError like `allow`."""
        server = self.key(id)
        if server in self._named and not self._listed:
            raise InputError(
                msg("The settings name the server {id} under subscriptions or workspaces; remove it there.", id=id)
            )
        return await self._decide(id, "refused")

    async def _decide(self, id: str, decision: ServerState) -> Server:
        server = self.key(id)
        if self.serves_all:
            raise InputError(
                msg(
                    "With sharing: hosted every server is served; list some under {setting} to serve only those.",
                    setting=self._setting,
                )
            )
        if self._listed:
            raise InputError(
                msg(
                    "Only {setting} in the settings decides; change the list there and start the bot again.",
                    setting=self._setting,
                )
            )
        async with self._database.write() as connection:
            before = await servers.get(connection, server)
            if before and before.state == decision:
                return before
            await servers.put(connection, server, "", decision, self._clock())
            if await state.read_state(connection, _STATE_KEY) == _OPEN:
                await state.write_state(connection, _STATE_KEY, _CLOSED)
            if decision == "allowed" and before and before.since:
                await leases.wake(connection, server)
                await _correct_since(connection, updated_until(self._platform), before.since)
            stored = await servers.get(connection, server)
        assert stored
        return stored

    async def _save(self, connection: StoreConnection, id: str, name: str, decision: ServerState) -> None:
        """Add a new server, update the name of a known one, or allow a waiting one that the settings name."""
        stored = await servers.get(connection, id)
        if stored is None or (stored.state == "waiting" and decision == "allowed"):
            await servers.put(connection, id, _cleaned(name), decision, self._clock())
        elif _cleaned(name):
            await servers.rename(connection, id, _cleaned(name))

    def key(self, id: str) -> str:
        """Return the key of the server with that id. Raises InputError if it cannot be an id."""
        number = id.strip().removeprefix(f"{self._platform}:")
        if not (number.isascii() and number.isdecimal() and 15 <= len(number) <= 20):
            raise InputError(
                msg(
                    '"{id}" is not a server\'s id, which has 15 to 20 digits; dayori servers lists those that wait.',
                    id=id[:60],
                )
            )
        return f"{self._platform}:{int(number)}"


def _cleaned(name: str) -> str:
    return clip(clean_line(name), _LONGEST_NAME)


async def _correct_since(connection: StoreConnection, key: str, moment: datetime) -> None:
    """Make the posted digests of a newly allowed server catch up on the edits since that moment."""
    until = await state.read_state(connection, key)
    step = await sent_messages.step_of(connection, iso(moment))
    if until and await sent_messages.step_of(connection, until) > step:
        await state.write_state(connection, key, str(step))


def _as_served(server: Server, served: ServedServers, *, is_listed: bool) -> Server:
    if served.has(server.id):
        return Server(server.id, server.name, "allowed", server.since)
    return Server(server.id, server.name, "refused" if is_listed else server.state, server.since)
