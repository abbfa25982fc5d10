"""The only way to the outside: public addresses only, with limits on size, time, redirects and rates.

`get` is for people's look-ups: with one retry, and with the cookies that a site sets on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http.cookies import BaseCookie
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.domain.errors import ConfigError, SourceBusyError, SourceError, SourceSettingError, UnknownPaperError
from bot.domain.identifiers import web_address
from bot.i18n import msg
from bot.sources.network import MayConnect, NotPublicError, guarded, is_named, is_public, place_of
from bot.sources.proxy import Proxy, may_be_asked, proxy_for
from bot.sources.rate_limit import ARXIV_INTERVAL, OnRateLimit, RateLimits, SharedTurns, busy, seconds_of
from bot.sources.source_errors import too_slow, unreadable

MOST_BYTES, MOST_REDIRECTS, LONGEST = 5_000_000, 5, 10.0
_PAGES = frozenset({"text/html", "application/xhtml+xml", "text/xml", "application/xml", "text/plain"})
_MOST_CONNECTIONS = 100  # a person's look-ups use only a few of them; see services/papers/metadata
_RETRY_WAIT = 0.3


class _TransientError(SourceError):
    """A failure after which a retry may succeed."""


class UnsentError(SourceError):
    """No server received the request."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its final address, content type, charset if declared, and body."""

    url: str
    content_type: str
    charset: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """How an address is requested: what for, in whose name, how much, and where it may lead."""

    name: str
    accept: str
    most: int = MOST_BYTES
    page: bool = False
    trusted: str | None = None
    until: Callable[[str], bool] = lambda url: False
    method: str = "GET"


class Fetcher:
    """Fetches addresses; one per process, because it keeps the rate limits. Close it at the end.

    `contact` is a mail address or a page for the User-Agent; `allowed_hosts` may be fetched although they are not
    public; all `slow_hosts` together get one request per `interval` seconds, over one connection; with `turns`, all
    processes together.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allowed_hosts: Collection[str] = (),
        slow_hosts: Collection[str] = ("arxiv.org",),
        interval: float = ARXIV_INTERVAL,
        turns: SharedTurns | None = None,
        seconds: float = LONGEST,
        resolver: AbstractResolver | None = None,
        may_connect: MayConnect = is_public,
        on_rate_limit: OnRateLimit | None = None,
    ) -> None:
        self._agent = "RonbunDayori/0.1" + (f" ({_contact(contact)})" if contact else "")
        self._allowed_hosts, self.seconds = tuple(allowed_hosts), seconds
        self._resolver, self._may_connect = resolver, may_connect
        self._rate_limits = RateLimits(tuple(slow_hosts), interval, turns, on_rate_limit)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def get(
        self,
        url: str,
        *,
        name: str | None = None,
        accept: str = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
        most: int = MOST_BYTES,
        page: bool = False,
        own: bool = False,
        until: Callable[[str], bool] = lambda url: False,
    ) -> Response:
        """Return the content of an address; `name` is the source's name in messages (by default its host).

        `own` marks an address from the settings, which may be private; with `page`, anything but a page is an error. A
        redirect to an address for which `until` is true is returned with an empty body instead of being followed.
        Raises SourceError, at the latest after the time limit.
        """
        request = Request(
            name=name or urlsplit(url).hostname or url[:80],
            accept=accept,
            most=most,
            page=page,
            trusted=place_of(url) if own else None,
            until=until,
        )
        try:
            async with asyncio.timeout(self.seconds):
                return await self._with_retries(url, request)
        except TimeoutError as error:
            raise too_slow(request.name, self.seconds) from error

    async def back_off(self, place: str, name: str, retry_after: str | None, by: str) -> SourceBusyError:
        """Record that a place answered 429, and return the error for it; `by` is the kind of place."""
        return await self._rate_limits.back_off(place, name, retry_after, by)

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()

    async def _with_retries(self, url: str, request: Request) -> Response:
        try:
            return await self._follow(url, request)
        except _TransientError:
            await asyncio.sleep(_RETRY_WAIT)
            return await self._follow(url, request)

    async def _follow(self, url: str, request: Request) -> Response:
        jar = aiohttp.CookieJar()  # some publishers redirect in a circle unless their cookies are kept
        address = web_address(url)
        for _ in range(MOST_REDIRECTS + 1):
            if address is None:
                raise unreadable(request.name)
            answer = await self._hop(address, request, jar)
            if isinstance(answer, Response):
                return answer
            if request.until(answer):
                return Response(answer, "", None, b"")
            target = web_address(answer)
            if target and place_of(target) != place_of(address):
                request = replace(request, name=urlsplit(target).hostname or request.name)
            address = target
        raise SourceError(msg("{source} redirects from page to page without end.", source=request.name))

    async def _hop(self, url: str, request: Request, jar: aiohttp.CookieJar) -> Response | str:
        async with self.requested(url, request, {}, _sent(jar, url)) as response:
            jar.update_cookies(response.cookies, response.url)
            if 300 <= response.status < 400 and (target := target_of(response, url)):
                return target
            await self._check_status(response, place_of(url), request)
            return await read_body(response, url, request)

    @asynccontextmanager
    async def requested(
        self, url: str, request: Request, headers: Mapping[str, str], cookies: BaseCookie[str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send one request in the place's turn. Raises UnsentError when nobody received it, and SourceError."""
        place, proxy = place_of(url), _proxy_for(url)
        is_open = place == request.trusted or is_named(place, self._allowed_hosts)
        if proxy and not (is_open or may_be_asked(urlsplit(url).hostname or "")):
            raise _not_public(request.name)
        session = self._session(open=is_open or proxy is not None)  # the operator's proxy may have any address
        try:
            async with (
                self._rate_limits.turn(place, request.name),
                session.request(
                    request.method,
                    URL(url, encoded=True),
                    headers={"Accept": request.accept, **headers},
                    cookies=cookies,
                    allow_redirects=False,
                    proxy=proxy.url if proxy else None,
                ) as response,
            ):
                yield response
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _unreached(error, request.name, proxy) from error

    async def _check_status(self, response: aiohttp.ClientResponse, place: str, request: Request) -> None:
        status, retry_after, name = response.status, response.headers.get("Retry-After"), request.name
        if status == 429:
            raise await self.back_off(place, name, retry_after, name if place == request.trusted else "web")
        if status == 503 and retry_after:
            raise busy(name, seconds_of(retry_after))
        if status in (404, 410):
            raise UnknownPaperError(msg("{source} does not know this paper ({status}).", source=name, status=status))
        if status >= 500:
            raise _TransientError(msg("{source} is out of order ({status}).", source=name, status=status))
        if status != 200:
            raise SourceError(msg("{source} refused to answer ({status}).", source=name, status=status))

    def _session(self, *, open: bool) -> aiohttp.ClientSession:
        if open not in self._sessions:
            factory = None if open else guarded(self._may_connect)
            connector = aiohttp.TCPConnector(
                limit=_MOST_CONNECTIONS,
                limit_per_host=4,
                use_dns_cache=False,
                resolver=self._resolver,
                socket_factory=factory,
            )
            self._sessions[open] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"},
                middlewares=(_once,),
            )
        return self._sessions[open]


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once: aiohttp would repeat it when its connection breaks, without a turn of its own."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error


def target_of(response: aiohttp.ClientResponse, url: str) -> str | None:
    """Return the address to which a response redirects."""
    target = response.headers.get("Location")
    return urljoin(url, target.encode(errors="surrogateescape").decode(errors="replace")) if target else None


async def read_body(response: aiohttp.ClientResponse, url: str, request: Request) -> Response:
    """Read a body within the request's limits. Raises SourceError."""
    if request.page and "Content-Type" in response.headers and response.content_type not in _PAGES:
        raise SourceError(
            msg(
                "The link to {source} is a file, not a page; use the link of the paper's page instead.",
                source=request.name,
            )
        )
    body = bytearray()
    if (response.content_length or 0) <= request.most:
        async for chunk in response.content.iter_chunked(1 << 16):
            body += chunk
            if len(body) > request.most:
                break
        else:
            return Response(url, response.content_type, response.charset, bytes(body))
    raise SourceError(
        msg("The answer of {source} is larger than {most} MB.", source=request.name, most=f"{request.most / 1e6:g}")
    )


def _proxy_for(url: str) -> Proxy | None:
    try:
        return proxy_for(url)
    except ConfigError as error:
        raise SourceSettingError(error.message) from error


def _not_public(name: str) -> SourceError:
    return UnsentError(msg("{source} is not on the public internet, so it was not read.", source=name))


def _unreached(error: Exception, name: str, proxy: Proxy | None) -> SourceError:
    if isinstance(getattr(error, "os_error", None), NotPublicError):
        return _not_public(name)
    if proxy and isinstance(error, aiohttp.ClientProxyConnectionError):
        return UnsentError(msg("The proxy {proxy} cannot be reached.", proxy=proxy.host))
    if proxy and isinstance(error, aiohttp.ClientHttpProxyError):
        return SourceError(
            msg(
                "The proxy {proxy} refused to connect to {source} ({status}).",
                proxy=proxy.host,
                source=name,
                status=error.status,
            )
        )
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ClientResponseError, ValueError)):
        return unreadable(name)
    if isinstance(error, aiohttp.ClientConnectorError):
        return UnsentError(msg("{source} cannot be reached.", source=name))
    return _TransientError(msg("{source} closed the connection.", source=name))


def _sent(jar: aiohttp.CookieJar, url: str) -> BaseCookie[str]:
    return jar.filter_cookies(URL(url, encoded=True))


def _contact(text: str) -> str:
    return text if "://" in text or text.startswith("mailto:") or "@" not in text else f"mailto:{text}"
