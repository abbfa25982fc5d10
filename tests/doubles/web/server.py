"""The server of the small internet: one port for every host name."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from multidict import CIMultiDict

from .answers import Page, arxiv_error, atom
from .dns import Dns

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
HTML = Page(b"<!DOCTYPE html><html><head><title>We are being mended</title></head><body>Back soon.</body></html>")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: host, path with query, time (seconds), and headers."""

    host: str
    path: str
    at: float
    headers: dict[str, str] = field(default_factory=dict)


class Web:
    """Serves while the context lasts. `put` sets an address's page, `serve` a host's function."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.papers: dict[str, dict[str, Any]] = {}  # arXiv's, by id with version
        self.at_once: int = 0
        self.most_at_once: int = 0
        self.sent = 0
        self._pages: dict[tuple[str, str], Page] = {}
        self._serving: dict[str, Serve] = {"export.arxiv.org": self.arxiv}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.on_response_prepare.append(_leave_untyped)
        application.router.add_route("GET", "/{rest:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port: int = self._runner.addresses[0][1]
        await web.TCPSite(self._runner, "127.0.0.2", self.port).start()
        self.dns = Dns(self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def put(self, url: str, page: Page) -> None:
        """Set the page of an address, `host/path?query`."""
        host, _, path = url.partition("/")
        self._pages[host, "/" + path] = page

    def redirect(self, url: str, target: str, status: int = 302, headers: dict[str, str] | None = None) -> None:
        self.put(url, Page(b"", None, status, {"Location": target, **(headers or {})}))

    def serve(self, host: str, serve: Serve) -> None:
        """Set the function that answers for a host."""
        self._serving[host] = serve

    def hosts(self) -> list[str]:
        return [request.host for request in self.asked]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        at = asyncio.get_running_loop().time()
        self.asked.append(Asked(host, request.raw_path, at, dict(request.headers)))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if serve := self._serving.get(host):
                return await serve(request)
            return response(self._pages.get((host, request.raw_path), Page(b"<p>No such page", status=404)))
        finally:
            self.at_once -= 1

    async def arxiv(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.005)
        ids = request.query["id_list"].split(",")
        if request.path != "/api/query" or int(request.query["max_results"]) < len(ids):
            return response(arxiv_error("the request is not as it should be"))
        return response(atom({id: values for id, values in self.papers.items() if id.partition("v")[0] in ids}))

    # Faults, for `serve`.

    async def silence(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async def drip(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, lambda: b"<", 0.05)

    async def flood(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, lambda: b"x" * 100_000, 0)

    async def bomb(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=_bomb(), headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})

    async def broken(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def in_a_circle(self, request: web.Request) -> web.StreamResponse:
        return response(Page(b"", None, 302, {"Location": request.path + "x"}))

    async def _stream(self, request: web.Request, piece: Callable[[], bytes], pause: float) -> web.StreamResponse:
        streamed = web.StreamResponse(headers={"Content-Type": "text/html"})
        await streamed.prepare(request)
        for _ in range(1000):  # 100 MB
            self.sent += len(piece())
            await streamed.write(piece())
            await asyncio.sleep(pause)
        return streamed


@cache
def _bomb() -> bytes:
    return gzip.compress(b"<html>" + b" " * 100_000_000, 1)


def always(page: Page) -> Serve:
    """Answer every request with the same page."""

    async def serve(request: web.Request) -> web.StreamResponse:
        return response(page)

    return serve


def response(page: Page) -> web.Response:
    headers = CIMultiDict(page.headers)
    if page.kind:
        headers["Content-Type"] = page.kind
    return web.Response(body=page.body, status=page.status, headers=headers)


async def _leave_untyped(request: web.Request, answer: web.StreamResponse) -> None:
    if answer.headers.get("Content-Type") == "application/octet-stream":  # aiohttp's default
        del answer.headers["Content-Type"]
