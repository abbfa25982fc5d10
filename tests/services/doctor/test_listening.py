"""The port of health.listen is looked at without being taken: free, the bot's own, or another program's."""

from __future__ import annotations

import asyncio
import socket

from bot.services.doctor.listening import listen_check


async def told(answer: bytes) -> tuple[str, str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        check = await listen_check(address)
    return check.level, check.message.text("en").replace(address, "…")


async def test_the_bots_own_answer_is_told_from_another_programs() -> None:
    ours = b'HTTP/1.0 200 OK\r\n\r\n{"ok": true, "last_tick_seconds": 3.1}'
    assert await told(ours) == ("ok", "health.listen: the bot answers at …")
    assert await told(b"HTTP/1.0 404 Not Found\r\n\r\n") == ("warning", "health.listen: another program has ….")


async def test_a_free_port_stays_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert (await listen_check(f"127.0.0.1:{port}")).level == "ok"
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_an_address_of_another_machine_is_told() -> None:
    check = await listen_check("192.0.2.1:9109")
    assert (check.level, check.message.text("en")) == (
        "warning",
        "health.listen: 192.0.2.1 is no address of this machine.",
    )
