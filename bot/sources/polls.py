"""Polls of feeds through the one fetcher: one request and its redirects, without retry, cookies or referrer."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.domain.errors import SourceError
from bot.domain.feed_address import host_of
from bot.domain.identifiers import web_address
from bot.i18n import msg
from bot.sources.http import MOST_REDIRECTS, Fetcher, Request, Response, UnsentError, read_body, target_of
from bot.sources.network import place_of
from bot.sources.source_errors import too_slow, unreadable

# On a connection of its own, because one that was kept may be closed by the time of the next poll.
_ALONE = {"Connection": "close"}
_PERMANENT, _REDIRECTS = (301, 308), (301, 302, 303, 307, 308)
MayRequest = Callable[[str], Awaitable[bool]]
"""Returns whether a host to which a redirect leads may be requested now."""


@dataclass(frozen=True, slots=True)
class PollResponse:
    """What an address answered, whatever its status, and where permanent redirects led."""

    response: Response
    status: int
    headers: Mapping[str, str]
    moved: str | None = None


class _Redirect(NamedTuple):
    target: str
    is_permanent: bool


class PostponedError(SourceError):
    """A redirect led to a host that may not be requested now."""


class Polls:
    """Polls addresses; each place gets one poll at a time."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._places = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def poll(self, url: str, accept: str, headers: Mapping[str, str], may_request: MayRequest) -> PollResponse:
        """Return what an address answers; a redirect to another host is followed if that may be requested now.

        Raises UnsentError when nobody received the request, and SourceError, at the latest after the time limit.
        """
        name = urlsplit(url).hostname or url[:80]
        try:
            async with asyncio.timeout(self._fetcher.seconds):
                return await self._follow(url, Request(name=name, accept=accept), headers, may_request)
        except TimeoutError as error:
            raise too_slow(name, self._fetcher.seconds) from error

    async def _follow(
        self, url: str, request: Request, headers: Mapping[str, str], may_request: MayRequest
    ) -> PollResponse:
        address, moved, is_permanent = web_address(url), url, True
        for n in range(MOST_REDIRECTS + 1):
            if address is None:
                raise unreadable(request.name)
            if place_of(address) != place_of(url) and not await may_request(host_of(address)):
                raise PostponedError(msg("{source} is being polled by another process.", source=request.name))
            try:
                answer = await self._hop(address, request, headers)
            except UnsentError as error:
                raise (SourceError(error.message) if n else error) from error
            if isinstance(answer, PollResponse):
                return replace(answer, moved=moved if moved != url else None)
            is_permanent = is_permanent and answer.is_permanent
            address = web_address(answer.target)
            moved = address if is_permanent and address else moved
            request = replace(request, name=urlsplit(address or "").hostname or request.name)
        raise SourceError(msg("{source} redirects from page to page without end.", source=request.name))

    async def _hop(self, url: str, request: Request, headers: Mapping[str, str]) -> PollResponse | _Redirect:
        place = place_of(url)
        async with self._places[place], self._fetcher.requested(url, request, _ALONE | dict(headers)) as response:
            target = target_of(response, url)
            if response.status in _REDIRECTS and target:
                return _Redirect(target, response.status in _PERMANENT)
            if response.status == 429:
                await self._fetcher.back_off(place, request.name, response.headers.get("Retry-After"), "feeds")
            is_whole = response.status == 200
            body = await read_body(response, url, request) if is_whole else Response(url, "", None, b"")
            return PollResponse(body, response.status, response.headers)
