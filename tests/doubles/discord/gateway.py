"""The gateway: websocket sessions that identify, send heartbeats, resume and receive events."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from . import payloads
from .errors import Json
from .places import Guild
from .world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS = 0, 1, 2, 6, 7, 8
INVALID_SESSION, HELLO, ACK = 9, 10, 11
GUILDS, MEMBERS, PRESENCES, GUILD_MESSAGES, DIRECT_MESSAGES, CONTENT = 1, 1 << 1, 1 << 8, 1 << 9, 1 << 12, 1 << 15
_PRIVILEGED = MEMBERS | PRESENCES | CONTENT
# Sessions without a socket that can still be resumed.
_KEPT = 32


@dataclass(eq=False)
class Session:
    """One identified connection; it survives its socket so that it can be resumed."""

    id: str
    shard: tuple[int, int]
    sharded: bool
    intents: int
    socket: web.WebSocketResponse | None = None
    sequence: int = 0
    sent: list[tuple[int, str]] = field(default_factory=list)
    outbox: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def owns(self, guild: Guild | None) -> bool:
        """Return whether a server (or, for None, everything outside servers) belongs to this shard."""
        return self.shard[0] == (0 if guild is None else (guild.id >> 22) % self.shard[1])

    def wants(self, event: str, guild: Guild | None) -> bool:
        """Return whether the intents ask for an event."""
        if event in ("INTERACTION_CREATE", "READY", "RESUMED", "USER_UPDATE"):
            return True
        if event.startswith("MESSAGE_"):
            return bool(self.intents & (DIRECT_MESSAGES if guild is None else GUILD_MESSAGES))
        if event.startswith("GUILD_MEMBER_"):
            return True
        return bool(self.intents & GUILDS)

    def dispatch(self, event: str, payload: Any) -> None:
        """Send an event now, or keep it for a resume."""
        self.sequence += 1
        frame = json.dumps({"op": DISPATCH, "t": event, "s": self.sequence, "d": payload}, ensure_ascii=False)
        self.sent.append((self.sequence, frame))
        if self.socket is not None:
            self.outbox.put_nowait(frame)


class Gateway:
    """Serves the websocket and lets tests control every connection."""

    def __init__(self, world: World, token: str, *, shards: int, heartbeat: float, privileged: bool) -> None:
        self.world = world
        self.token = token
        self.shards = shards
        self.heartbeat = heartbeat
        self.privileged = privileged
        self.url = ""
        self.sessions: list[Session] = []
        self.identifies = self.resumes = 0
        # Tests set these: refuse the next connections with 503, greet the next not, stop acknowledging heartbeats.
        self.refuse_next = 0
        self.mute_next = 0
        self.silent = False
        self._numbers = itertools.count(1)
        self._lines: dict[web.WebSocketResponse, web.Request] = {}
        self._hung_up: set[web.WebSocketResponse] = set()

    @property
    def connected(self) -> list[Session]:
        """Return the sessions with a live socket."""
        return [session for session in self.sessions if session.socket is not None]

    def emit(self, event: str, payload: Json, guild: Guild | None) -> None:
        """Send an event to every session that may see it."""
        if guild is not None and not guild.joined:
            return
        for session in self.sessions:
            if session.owns(guild) and session.wants(event, guild):
                session.dispatch(event, self._seen(event, payload))

    def malformed(self) -> None:
        """Send an event that no client can parse."""
        for session in self.connected:
            session.dispatch("GUILD_CREATE", {"name": "形の壊れた知らせ"})

    async def reconnect(self) -> None:
        """Ask every client to connect again and resume (op 7)."""
        await self._each({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is invalid (op 9); a session that is not resumable is forgotten."""
        live = self.connected
        await self._each({"op": INVALID_SESSION, "d": resumable})
        if not resumable:
            self._forget(live)

    async def close(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Close every connection with a code."""
        for session in self.connected:
            if session.socket is not None:
                await self._hang_up(session.socket, code)

    def drop(self) -> None:
        """Cut every connection without a close frame."""
        for request in self._lines.values():
            if request.transport is not None:
                request.transport.abort()

    def vanish(self) -> None:
        """Stop reading from any connection, as when a network fails without closing it."""
        for request in self._lines.values():
            if request.transport is not None:
                request.transport.pause_reading()

    def forget(self) -> None:
        """Forget the sessions without a socket, so that a resume is answered with op 9."""
        self._forget([session for session in self.sessions if session.socket is None])

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one websocket; text frames satisfy any compression that the client's address requests."""
        if self.refuse_next > 0:
            self.refuse_next -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False, max_msg_size=4096)
        await socket.prepare(request)
        self._lines[socket] = request
        session: Session | None = None
        writer: asyncio.Task[None] | None = None
        try:
            await self._greet(socket)
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                frame = json.loads(message.data)
                if frame["op"] == HEARTBEAT and not self.silent:
                    await self._send(socket, {"op": ACK})
                elif frame["op"] in (IDENTIFY, RESUME) and session is None:
                    session = await self._begin(socket, frame)
                    if session is not None:
                        writer = asyncio.create_task(self._write(session, socket))
                elif frame["op"] == REQUEST_MEMBERS and session is not None:
                    self._chunk(session, frame["d"])
        except (ConnectionResetError, RuntimeError):
            pass
        finally:
            self._lines.pop(socket, None)
            if writer is not None:
                writer.cancel()
            self._lost(session, socket)
        return socket

    async def stop(self) -> None:
        """Close everything, as when Discord goes away."""
        for socket in list(self._lines):
            with contextlib.suppress(ConnectionResetError, TimeoutError):
                async with asyncio.timeout(0.5):
                    await self._hang_up(socket, WSCloseCode.GOING_AWAY)

    async def _hang_up(self, socket: web.WebSocketResponse, code: int, reason: bytes = b"") -> None:
        self._hung_up.add(socket)
        await socket.close(code=code, message=reason)

    async def _greet(self, socket: web.WebSocketResponse) -> None:
        if self.mute_next > 0:
            self.mute_next -= 1
            self.world.changed()
        else:
            await self._send(socket, {"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat * 1000)}})

    async def _begin(self, socket: web.WebSocketResponse, frame: Json) -> Session | None:
        if frame["d"].get("token") != self.token:
            await self._hang_up(socket, 4004, b"Authentication failed.")
            return None
        if frame["op"] == RESUME:
            return await self._resume(socket, frame["d"])
        return await self._identify(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse, wish: Json) -> Session | None:
        shard = wish.get("shard") or [0, 1]
        if not 0 <= shard[0] < shard[1]:
            await self._hang_up(socket, 4010, b"Invalid shard.")
            return None
        intents = int(wish.get("intents", 0))
        if intents & _PRIVILEGED and not self.privileged:
            await self._hang_up(socket, 4014, b"Disallowed intent(s).")
            return None
        self.identifies += 1
        number = next(self._numbers)
        session = Session(f"{number:032x}", (shard[0], shard[1]), "shard" in wish, intents, socket)
        self._forget([one for one in self.sessions if one.socket is None][:-_KEPT])
        self.sessions.append(session)
        self._ready(session)
        self.world.changed()
        return session

    def _ready(self, session: Session) -> None:
        guilds = [guild for guild in self.world.member_guilds() if session.owns(guild)]
        ready: Json = {
            "v": 10,
            "user": payloads.user(self.world.bot) | {"verified": True, "mfa_enabled": True, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "private_channels": [],
            "relationships": [],
            "application": {"id": str(self.world.application_id), "flags": 0},
        }
        if session.sharded:
            ready["shard"] = list(session.shard)
        session.dispatch("READY", ready)
        for guild in guilds:
            if session.wants("GUILD_CREATE", guild):
                session.dispatch("GUILD_CREATE", payloads.guild_create(guild))

    async def _resume(self, socket: web.WebSocketResponse, wish: Json) -> Session | None:
        session = next((one for one in self.sessions if one.id == wish.get("session_id")), None)
        if session is None:
            await self._send(socket, {"op": INVALID_SESSION, "d": False})
            return None
        self.resumes += 1
        session.socket, session.outbox = socket, asyncio.Queue()
        for sequence, frame in session.sent:
            if sequence > int(wish.get("seq") or 0):
                session.outbox.put_nowait(frame)
        session.dispatch("RESUMED", {})
        self.world.changed()
        return session

    def _chunk(self, session: Session, wish: Json) -> None:
        guild = self.world.guilds.get(int(wish["guild_id"]))
        if guild is None:
            return
        wanted = {str(one) for one in wish.get("user_ids") or []}
        members = [one for one in guild.members.values() if not wanted or str(one.id) in wanted]
        chunk: Json = guild.key | {"members": [payloads.member(one) for one in members]}
        chunk |= {"chunk_index": 0, "chunk_count": 1, "nonce": wish.get("nonce"), "not_found": []}
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    def _seen(self, event: str, payload: Json) -> Json:
        own = payload.get("author", {}).get("id") == str(self.world.bot.id)
        if self.privileged or own or "guild_id" not in payload or event not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return payload
        return payload | {"content": "", "embeds": [], "components": [], "attachments": []}

    def _lost(self, session: Session | None, socket: web.WebSocketResponse) -> None:
        if session is None or session.socket is not socket:
            return
        session.socket = None
        hung_up = socket in self._hung_up
        self._hung_up.discard(socket)
        # A client that closes with 1000 or 1001 ends its session; any other end can be resumed.
        if socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY) and not hung_up:
            self._forget([session])
        self.world.changed()

    def _forget(self, sessions: list[Session]) -> None:
        self.sessions = [session for session in self.sessions if session not in sessions]

    async def _each(self, frame: Json) -> None:
        for session in self.connected:
            if session.socket is not None:
                await self._send(session.socket, frame)

    @staticmethod
    async def _send(socket: web.WebSocketResponse, frame: Json) -> None:
        await socket.send_str(json.dumps(frame))

    @staticmethod
    async def _write(session: Session, socket: web.WebSocketResponse) -> None:
        outbox = session.outbox
        with contextlib.suppress(ConnectionResetError):
            while True:
                await socket.send_str(await outbox.get())
