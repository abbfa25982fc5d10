"""The one way to the outside: public addresses only, within a size and a time, one redirect at a time, politely."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from http.cookies import BaseCookie
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.domain.errors import ConfigError, SourceError, SourceSettingError, UnknownPaperError
from bot.domain.identifiers import web_address
from bot.i18n import msg
from bot.sources.network import MayConnect, NotPublicError, guarded, is_named, is_public, place_of
from bot.sources.proxy import Proxy, may_be_asked, proxy_for
from bot.sources.rate_limit import ARXIV_INTERVAL, RateLimits
from bot.sources.source_errors import too_slow, unreadable

MOST_BYTES, MOST_REDIRECTS, LONGEST = 5_000_000, 5, 10.0
_PAGES = frozenset({"text/html", "application/xhtml+xml", "text/xml", "application/xml", "text/plain"})
_MOST_CONNECTIONS = 100  # of which one person's questions use a few, see services/metadata
_RETRY_WAIT = 0.3


class _TransientError(SourceError):
    """A failure that may be gone a moment later."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: from which address, of which content type, in which charset if it was said."""

    url: str
    content_type: str
    charset: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    name: str
    accept: str
    most: int
    page: bool
    trusted: str | None
    until: Callable[[str], bool]


class Fetcher:
    """Fetches; one for the whole process, since it knows who was asked when. Close it in the end.

    `contact` is a mail address or a page that tells who asks; `allowed_hosts` may be asked although they are not
    public; `slow_hosts` are together asked once in `interval` seconds, over one connection.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allowed_hosts: Collection[str] = (),
        slow_hosts: Collection[str] = ("arxiv.org",),
        interval: float = ARXIV_INTERVAL,
        seconds: float = LONGEST,
        resolver: AbstractResolver | None = None,
        may_connect: MayConnect = is_public,
    ) -> None:
        self._agent = "RonbunDayori/0.1" + (f" ({_contact(contact)})" if contact else "")
        self._allowed_hosts, self._seconds = tuple(allowed_hosts), seconds
        self._resolver, self._may_connect = resolver, may_connect
        self._manners = RateLimits(tuple(slow_hosts), interval)
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
        """Return what stands at an address; `name` is what messages call it (its host by itself).

        `own` says that the address is one of the settings and may be private, `page` that nothing but a page will do.
        A redirect to an address of which `until` is true is not followed but returned, with an empty body.
        Raises SourceError, within the time that was set.
        """
        wish = _Request(
            name=name or urlsplit(url).hostname or url[:80],
            accept=accept,
            most=most,
            page=page,
            trusted=place_of(url) if own else None,
            until=until,
        )
        try:
            async with asyncio.timeout(self._seconds):
                return await self._with_retries(url, wish)
        except TimeoutError as error:
            raise too_slow(wish.name, self._seconds) from error

    async def close(self) -> None:
        """Give all connections back."""
        for session in self._sessions.values():
            await session.close()

    async def _with_retries(self, url: str, wish: _Request) -> Response:
        try:
            return await self._follow(url, wish)
        except _TransientError:
            await asyncio.sleep(_RETRY_WAIT)
            return await self._follow(url, wish)

    async def _follow(self, url: str, wish: _Request) -> Response:
        jar = aiohttp.CookieJar()  # some publishers send a reader in a circle who does not keep their cookies
        address = web_address(url)
        for _ in range(MOST_REDIRECTS + 1):
            if address is None:
                raise unreadable(wish.name)
            answer = await self._hop(address, wish, jar)
            if isinstance(answer, Response):
                return answer
            if wish.until(answer):
                return Response(answer, "", None, b"")
            target = web_address(answer)
            if target and place_of(target) != place_of(address):
                wish = replace(wish, name=urlsplit(target).hostname or wish.name)
            address = target
        raise SourceError(msg("{source} sends from page to page without an end.", source=wish.name))

    async def _hop(self, url: str, wish: _Request, jar: aiohttp.CookieJar) -> Response | str:
        place, proxy = place_of(url), _proxy_for(url)
        is_open = place == wish.trusted or is_named(place, self._allowed_hosts)
        if proxy and not (is_open or may_be_asked(urlsplit(url).hostname or "")):
            raise _not_public(wish.name)
        session = self._session(open=is_open or proxy is not None)  # a proxy of the operator's may stand anywhere
        try:
            async with (
                self._manners.turn(place, wish.name),
                session.get(
                    URL(url, encoded=True),
                    headers={"Accept": wish.accept},
                    cookies=_sent(jar, url),
                    allow_redirects=False,
                    proxy=proxy.url if proxy else None,
                ) as response,
            ):
                jar.update_cookies(response.cookies, response.url)
                if 300 <= response.status < 400 and (target := response.headers.get("Location")):
                    return urljoin(url, target.encode(errors="surrogateescape").decode(errors="replace"))
                self._check_status(response, place, wish.name)
                return await _read(response, url, wish)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _unreached(error, wish.name, proxy) from error

    def _check_status(self, response: aiohttp.ClientResponse, place: str, name: str) -> None:
        status, retry_after = response.status, response.headers.get("Retry-After")
        if status == 429 or (status == 503 and retry_after):
            raise self._manners.back_off(place, name, retry_after)
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
            )
        return self._sessions[open]


async def _read(response: aiohttp.ClientResponse, url: str, wish: _Request) -> Response:
    if wish.page and "Content-Type" in response.headers and response.content_type not in _PAGES:
        raise SourceError(
            msg(
                "The link to {source} is a file, not a page; use the link of the paper's page instead.",
                source=wish.name,
            )
        )
    body = bytearray()
    if (response.content_length or 0) <= wish.most:
        async for chunk in response.content.iter_chunked(1 << 16):
            body += chunk
            if len(body) > wish.most:
                break
        else:
            return Response(url, response.content_type, response.charset, bytes(body))
    raise SourceError(
        msg("The answer of {source} is larger than {most} MB.", source=wish.name, most=f"{wish.most / 1e6:g}")
    )


def _proxy_for(url: str) -> Proxy | None:
    try:
        return proxy_for(url)
    except ConfigError as error:
        raise SourceSettingError(error.message) from error


def _not_public(name: str) -> SourceError:
    return SourceError(msg("{source} is not on the public internet, so it was not read.", source=name))


def _unreached(error: Exception, name: str, proxy: Proxy | None) -> SourceError:
    if isinstance(getattr(error, "os_error", None), NotPublicError):
        return _not_public(name)
    if proxy and isinstance(error, aiohttp.ClientProxyConnectionError):
        return SourceError(msg("The proxy {proxy} cannot be reached.", proxy=proxy.host))
    if proxy and isinstance(error, aiohttp.ClientHttpProxyError):
        return SourceError(
            msg(
                "The proxy {proxy} does not let {source} be reached ({status}).",
                proxy=proxy.host,
                source=name,
                status=error.status,
            )
        )
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ClientResponseError, ValueError)):
        return unreadable(name)
    if isinstance(error, aiohttp.ClientConnectorError):
        return SourceError(msg("{source} cannot be reached.", source=name))
    return _TransientError(msg("{source} broke the connection off.", source=name))


def _sent(jar: aiohttp.CookieJar, url: str) -> BaseCookie[str]:
    return jar.filter_cookies(URL(url, encoded=True))


def _contact(text: str) -> str:
    return text if "://" in text or text.startswith("mailto:") or "@" not in text else f"mailto:{text}"
