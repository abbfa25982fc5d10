"""DNS for the small internet: every name resolves to it, unless a test sets other answers."""

from __future__ import annotations

import socket
from collections import defaultdict

from aiohttp.abc import AbstractResolver, ResolveResult


class Dns(AbstractResolver):
    """Answers with `addresses[host]`, one per call, the last one repeatedly; else with the server's address.

    Ports are the server's, so that links in tests look like real ones.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.addresses: dict[str, list[str]] = {}
        self.asked: defaultdict[str, int] = defaultdict(int)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked[host] += 1
        if host.startswith("nowhere."):
            raise OSError(socket.EAI_NONAME, "no such host")
        answers = self.addresses.get(host, ["127.0.0.1"])
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=address, port=self.port, family=kind, proto=socket.IPPROTO_TCP, flags=0)
        ]

    async def close(self) -> None:
        return None
