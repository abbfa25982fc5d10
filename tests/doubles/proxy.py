"""An HTTP proxy on loopback: it forwards plain requests, opens tunnels (CONNECT) and records its requests."""

from __future__ import annotations

import asyncio
import base64
import re
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_REQUEST = re.compile(rb"([A-Z]+) ((?:http|ws)://\S+) HTTP/1")


class Proxy:
    """Leads every host to one port of this machine, or refuses with a status."""

    def __init__(self, port: int, *, user: str = "", refuses_with: int = 0) -> None:
        self.asked: list[tuple[str, str]] = []
        self._target, self._user, self._refuses_with = port, user, refuses_with
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *headers = head.split("\r\n")
        method, target, version = first.split(" ")
        self.asked.append((method, target))
        expected = "Basic " + base64.b64encode(self._user.encode()).decode()
        if self._user and f"proxy-authorization: {expected}".lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if self._refuses_with:
            writer.write(f"HTTP/1.1 {self._refuses_with} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            parts = urlsplit(target)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            far_writer.write("\r\n".join([f"{method} {path} {version}", *headers]).encode())
        try:
            await asyncio.gather(self._pipe(reader, far_writer), self._pipe(far_reader, writer))
        finally:
            far_writer.close()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(1 << 16):
                if again := _REQUEST.match(chunk):  # a connection carries several requests
                    self.asked.append((again[1].decode(), again[2].decode()))
                writer.write(chunk)
                await writer.drain()
        writer.close()
