"""A PostgreSQL server that says it is older than it is; everything else is passed on unchanged."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.engine import make_url

_VERSION = re.compile(rb"(?<=server_version\x00)\d\d")


@asynccontextmanager
async def older_server(url: str, version: int) -> AsyncIterator[str]:
    """Yield the address of a server as if its major version, of two digits, were this one."""
    there, writers = make_url(url), list[asyncio.StreamWriter]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(there.host, there.port)
        writers.extend((writer, there_writer))
        await asyncio.gather(_pass(reader, there_writer, None), _pass(there_reader, writer, version))

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        port = listening.sockets[0].getsockname()[1]
        yield there.set(port=port).render_as_string(hide_password=False)
    finally:
        listening.close()
        for each in writers:
            each.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: int | None) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(_VERSION.sub(b"%d" % version, data) if version else data)
    writer.close()
