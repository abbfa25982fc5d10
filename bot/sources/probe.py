"""Looks whether an address answers: one request, without its body, through the one fetcher."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.sources.http import Fetcher, Request
from bot.sources.network import place_of
from bot.sources.source_errors import too_slow


class ProbeAnswer(NamedTuple):
    """The status of an answer, and the time of day in its `Date` header."""

    status: int
    date: str


class Probe:
    """Requests addresses within the fetcher's limits; redirects are not followed."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def get(self, url: str) -> ProbeAnswer:
        """Return what an address of the settings answers, which may be private. Raises SourceError."""
        return await self._ask(url, Request(name=_name(url), accept="*/*", trusted=place_of(url)), {})

    async def head(self, url: str, headers: Mapping[str, str]) -> ProbeAnswer:
        """Return what an address answers when asked for its headers alone. Raises SourceError."""
        return await self._ask(url, Request(name=_name(url), accept="*/*", method="HEAD"), headers)

    async def close(self) -> None:
        """Close all connections."""
        await self._fetcher.close()

    async def _ask(self, url: str, request: Request, headers: Mapping[str, str]) -> ProbeAnswer:
        try:
            async with asyncio.timeout(self._fetcher.seconds):
                async with self._fetcher.requested(url, request, headers) as response:
                    return ProbeAnswer(response.status, response.headers.get("Date", ""))
        except TimeoutError as error:
            raise too_slow(request.name, self._fetcher.seconds) from error


def _name(url: str) -> str:
    return urlsplit(url).hostname or url[:80]
