"""A network between the bot and its database server that breaks at chosen commits, or at chosen words."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from sqlalchemy.engine import make_url

Cut = Literal["before", "after"]
"""The connection breaks before the server hears of the commit, or after it has committed and before it is heard."""
_COMMIT = b"COMMIT;\x00"


class CutConnection:
    """Passes bytes on; each commit uses up one of `cuts`, and None lets it through; `word` never gets through."""

    def __init__(self, server: str) -> None:
        self._host, self._port = make_url(server).host or "", make_url(server).port or 5432
        self.cuts: deque[Cut | None] = deque()
        self.word, self.is_down = b"", False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client with the server."""
        if self.is_down:
            writer.close()
            return
        there, to_there = await asyncio.open_connection(self._host, self._port)
        silent = asyncio.Event()  # the client hears nothing any more
        back = asyncio.create_task(self._pass_back(there, writer, silent))
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                cut = self.cuts.popleft() if data.endswith(_COMMIT) and self.cuts else None
                if cut == "before" or (self.word and self.word in data):
                    break
                if cut == "after":
                    silent.set()
                to_there.write(data)
                if cut == "after":
                    await back
                    break
        writer.close()
        to_there.close()
        back.cancel()

    async def _pass_back(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while data := await there.read(65536):
                if silent.is_set():
                    return
                writer.write(data)
        writer.close()


@asynccontextmanager
async def cut_connection(url: str) -> AsyncIterator[tuple[CutConnection, str]]:
    """Yield a network and the URL of the database over it."""
    network = CutConnection(url)
    listening = await asyncio.start_server(network.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield network, make_url(url).set(port=port).render_as_string(hide_password=False)
    finally:
        listening.close()
