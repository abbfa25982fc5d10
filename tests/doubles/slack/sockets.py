"""Socket Mode over real sockets: hello, envelopes that need an acknowledgement, and how Slack ends a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

from aiohttp import WSMsgType, web

from .world import Json

PATIENCE = 3.0  # seconds that Slack waits for an acknowledgement


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What came back for an envelope, and after how many seconds."""

    content: Json
    seconds: float


class Sockets:
    """All connections of the app."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.url, self.opened = "", 0
        self.strangers = 0  # connections that another program has open with the app's token
        self.acknowledged: list[str] = []
        self.asked: list[str] = []  # commands with their text, else types with the actions
        self.open: list[web.WebSocketResponse] = []
        self.seconds: list[float] = []  # until each acknowledgement
        self._awaited: dict[str, tuple[float, asyncio.Future[Acknowledgement]]] = {}
        self._effects: dict[str, Callable[[Json], None]] = {}
        self._last: tuple[str, Json, Callable[[Json], None] | None] = "", {}, None
        self._changed = changed

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until its end."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.open) + 1 + self.strangers})
        self.open.append(socket)
        self.opened += 1
        self._changed()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.json())
                    self._changed()
        finally:
            self.open.remove(socket)
            self._changed()
        return socket

    async def send(self, kind: str, payload: Json | None = None) -> str:
        """Send an envelope over the oldest connection and return its id."""
        envelope = str(uuid4())
        self.asked.append(_name(payload or {}))
        self._awaited[envelope] = monotonic(), asyncio.get_running_loop().create_future()
        await self.open[0].send_json({"type": kind, "envelope_id": envelope, "payload": payload or {}})
        return envelope

    async def ask(self, kind: str, payload: Json, effect: Callable[[Json], None] | None = None) -> Acknowledgement:
        """Send an envelope and return its acknowledgement, whose content takes effect the moment it arrives.

        Raises TimeoutError after Slack's three seconds.
        """
        self._last = kind, payload, effect
        envelope = await self.send(kind, payload)
        if effect:
            self._effects[envelope] = effect
        return await asyncio.wait_for(self._awaited[envelope][1], PATIENCE)

    async def repeat(self) -> Acknowledgement:
        """Deliver what was asked last once more, as if no acknowledgement had arrived."""
        return await self.ask(*self._last)

    async def refresh(self) -> None:
        """Ask for the oldest connection to be reopened, as Slack does every few hours."""
        await self.open[0].send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def stop(self) -> None:
        """Close all connections."""
        for socket in list(self.open):
            await socket.close()

    def _acknowledge(self, answer: Json) -> None:
        self.acknowledged.append(answer["envelope_id"])
        sent_at, waiting = self._awaited[answer["envelope_id"]]
        seconds = monotonic() - sent_at
        if effect := self._effects.pop(answer["envelope_id"], None):
            effect(answer.get("payload") or {})
        self.seconds.append(seconds)
        if not waiting.done():
            waiting.set_result(Acknowledgement(answer.get("payload") or {}, seconds))


def _name(payload: Json) -> str:
    parts = [payload.get("command") or payload.get("type"), payload.get("text")]
    return " ".join(filter(None, [*parts, *(each["action_id"] for each in payload.get("actions") or [])]))
