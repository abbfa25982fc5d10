"""What the operating system refuses is said in the reader's language, without addresses."""

from __future__ import annotations

import asyncio
import socket

import pytest

from bot.domain.os_errors import os_reason
from bot.i18n import Message


async def test_a_refused_connection_names_no_address_however_many_addresses_a_host_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", 9)) for n in (1, 2)]

    async def addresses(*_: object, **__: object) -> object:
        return both

    for host in ("127.0.0.1", "several.example"):
        if host == "several.example":
            monkeypatch.setattr(loop, "getaddrinfo", addresses)
        with pytest.raises(OSError, match="Connect call failed") as refused:
            await loop.create_connection(asyncio.Protocol, host, 9)
        reason = os_reason(refused.value)
        assert isinstance(reason, Message)
        assert reason.text("en") == "it refuses connections"
