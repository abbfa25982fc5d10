"""Socket Mode over real sockets: hello, envelopes that need an acknowledgement, and how Slack ends a connection."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from aiohttp import WSMsgType, web


class Sockets:
    """All connections of the app."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.url, self.opened = "", 0
        self.acknowledged: list[str] = []
        self.open: list[web.WebSocketResponse] = []
        self._changed = changed

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until its end."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.open) + 1})
        self.open.append(socket)
        self.opened += 1
        self._changed()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self.acknowledged.append(message.json()["envelope_id"])
                    self._changed()
        finally:
            self.open.remove(socket)
            self._changed()
        return socket

    async def send(self, kind: str) -> str:
        """Send an envelope over the oldest connection and return its id."""
        envelope = str(uuid4())
        await self.open[0].send_json({"type": kind, "envelope_id": envelope, "payload": {}})
        return envelope

    async def refresh(self) -> None:
        """Ask for the oldest connection to be reopened, as Slack does every few hours."""
        await self.open[0].send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def stop(self) -> None:
        """Close all connections."""
        for socket in list(self.open):
            await socket.close()
