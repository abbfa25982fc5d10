"""Serves the simulated feeds through the web double, and writes down every request with its simulated time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from tests.doubles.web.answers import Page
from tests.doubles.web.server import Serve, Web, response
from trials.feed_arxiv import ArxivHosts
from trials.feed_documents import announced
from trials.feed_world import Request, WebFeed

_LONG_ENOUGH = 0.002  # seconds in which a second request to the same host would be noticed


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer; `papers` are those that a whole document announced, maybe with validators."""

    feed: WebFeed
    request: Request
    status: int
    papers: frozenset[int]
    location: str = ""
    retry_after: str = ""
    has_validators: bool = False


@dataclass(slots=True)
class FeedWeb:
    """The hosts of the feeds, with what they saw."""

    now: Callable[[], datetime]
    served: list[Exchange] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    rude: list[str] = field(default_factory=list)  # cookies, referrers and other things that nobody asked for
    of_arxiv: list[tuple[datetime, str]] = field(default_factory=list)  # every request to arXiv, with its path
    arxiv: ArxivHosts = field(default_factory=lambda: ArxivHosts(()))
    requested: asyncio.Event = field(default_factory=asyncio.Event)
    _at_once: Counter[str] = field(default_factory=Counter)

    def open(self, web: Web, feeds: Sequence[WebFeed]) -> None:
        """Serve the feeds."""
        by_place = {(feed.host, feed.path): feed for feed in feeds}
        self.arxiv = ArxivHosts([feed for feed in feeds if feed.kind == "arxiv"])
        for host in {feed.host for feed in feeds} | {"arxiv.org", "export.arxiv.org"}:
            web.serve(host, self._host(web, by_place))

    def _host(self, double: Web, by_place: dict[tuple[str, str], WebFeed]) -> Serve:
        async def serve(request: web.Request) -> web.StreamResponse:
            host = request.host.partition(":")[0]
            feed = by_place.get((host, request.raw_path))
            place = "arxiv.org" if host.endswith("arxiv.org") else host
            self._at_once[place] += 1
            self.most_at_once[place] = max(self.most_at_once[place], self._at_once[place])
            self.requested.set()
            try:
                if place == "arxiv.org":
                    self.of_arxiv.append((self.now(), request.raw_path))
                await asyncio.sleep(_LONG_ENOUGH)
                if feed is None:
                    return response(self.arxiv.page(request.raw_path, self.now()))
                return await self._answer(double, feed, request)
            finally:
                self._at_once[place] -= 1

        return serve

    async def _answer(self, double: Web, feed: WebFeed, request: web.Request) -> web.StreamResponse:
        headers = request.headers
        self.rude += [f"{name} to {feed.kind}" for name in ("Cookie", "Referer") if name in headers]
        asked = Request(self.now(), headers.get("If-None-Match"), headers.get("If-Modified-Since"))
        answer = feed.serve(feed, asked)
        if isinstance(answer, str):
            self.served.append(Exchange(feed, asked, 0, frozenset()))
            faulty: web.StreamResponse = await getattr(double, answer)(request)
            return faulty
        self.served.append(_served(feed, asked, answer))
        answered = response(answer)
        answered.set_cookie("seen", "1")
        return answered


def _served(feed: WebFeed, request: Request, page: Page) -> Exchange:
    papers = announced(page.body) if page.status == 200 else frozenset()
    return Exchange(
        feed,
        request,
        page.status,
        papers,
        page.headers.get("Location", ""),
        page.headers.get("Retry-After", ""),
        has_validators=not {"ETag", "Last-Modified"}.isdisjoint(page.headers),
    )
