"""A metadata finder that knows a few papers and can be unreachable."""

from __future__ import annotations

import asyncio

from bot.domain.errors import SourceError
from bot.domain.metadata import Metadata
from bot.i18n import msg


class FakeFinder:
    """Answers from `known`; `asked` lists the look-ups over the network."""

    def __init__(self) -> None:
        self.known: dict[str, Metadata] = {}
        self.asked: list[str] = []
        self.is_down = False

    async def look_up(self, source: str, by: str = "") -> Metadata:
        self.asked.append(source)
        await asyncio.sleep(0)
        if self.is_down:
            raise SourceError(msg("Discord answered {status}.", status=503))
        return self.known.get(source, Metadata())

    async def cached(self, source: str) -> Metadata | None:
        return self.known.get(source)
