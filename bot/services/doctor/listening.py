"""Looks whether the address of `health.listen` can be used, without taking it."""

from __future__ import annotations

import asyncio

from bot.i18n import msg
from bot.services.check import Check

_PATIENCE = 2.0  # seconds
_OURS = b'"last_tick_seconds"'  # in the answer of our own `/healthz`


async def listen_check(address: str) -> Check:
    """Return whether a bot can answer at that address, or does."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not await _is_of_this_machine(host):
        message = msg("health.listen: {host} is no address of this machine.", host=host)
        return Check("health.listen", "warning", message, msg("Write 127.0.0.1 or 0.0.0.0 as its host."))
    answer = await _answer(host, int(port))
    if answer is None:
        return Check("health.listen", "ok", msg("health.listen: {address} is free", address=address))
    if _OURS in answer:
        return Check("health.listen", "ok", msg("health.listen: the bot answers at {address}", address=address))
    message = msg("health.listen: another program has {address}.", address=address)
    remedy = msg("End that program or write another port; until then the bot goes on without telling its health.")
    return Check("health.listen", "warning", message, remedy)


async def _is_of_this_machine(host: str) -> bool:
    """Return whether one can listen at a host; any free port tells, so the bot's own is left alone."""
    try:
        server = await asyncio.start_server(lambda *_: None, host, 0)
    except OSError:
        return False
    server.close()
    return True


async def _answer(host: str, port: int) -> bytes | None:
    """Return what answers there when asked for its health; None when nobody listens."""
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
                return await reader.read()
            finally:
                writer.close()
    except TimeoutError:
        return b""
    except OSError:
        return None
