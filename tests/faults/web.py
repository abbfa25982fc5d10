"""Faults of what is on the web: sources of metadata and feeds, which a look-up and a poll tell in a line each."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from tests.doubles.discord import DiscordServer
from tests.faults.doubles import serving
from tests.faults.fault import Fault, Scene
from tests.faults.stage import NOWHERE, Stage

_FEED = b'<rss version="2.0"><channel><title>a</title><link>http://a.example</link></channel></rss>'


class Pages:
    """Answers `/<status>` with that status, and keeps what was asked."""

    def __init__(self) -> None:
        self.url, self.asked = "", list[str]()

    async def __aenter__(self) -> Pages:
        application = web.Application()
        application.router.add_get("/{status}{rest:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.raw_path}")
        return web.Response(status=int(request.match_info["status"]), body=_FEED, content_type="application/rss+xml")


@contextmanager
def _sources(stage: Stage) -> Iterator[None]:
    """Have a source out of order, one at a wrong path, one without DNS, one without TLS and one that is away."""
    with serving(Pages()) as pages:
        stage.keep_arxiv_busy()
        stage.settings["sources"] |= {
            "crossref_url": f"{pages.url}/503",
            "doi_url": f"{pages.url}/404",
            "openreview_url": "http://nowhere.invalid",
            "openreview_site_url": pages.url.replace("http:", "https:"),
            "acl_url": NOWHERE,
        }
        yield


@contextmanager
def _feeds(stage: Stage) -> Iterator[None]:
    """Have a feed of each kind in a bot that is connected to Discord and polls them."""
    with serving(Pages()) as pages, serving(DiscordServer(channel_rate=None)) as server:
        stage.env |= server.environment
        stage.keep_arxiv_busy()
        stage.settings["sources"] |= {"allowed_hosts": ["127.0.0.1"]}
        addresses = {"well": f"{pages.url}/200/a", "moved": f"{pages.url}/404/b", "gone": f"{pages.url}/410/c"}
        addresses |= {"broken": f"{pages.url}/500/d", "away": f"{NOWHERE}/e", "lost": "http://nowhere.invalid/f"}
        stage.settings["feeds"] = [{"name": name, "url": url} for name, url in addresses.items()]
        yield


@contextmanager
def _port(stage: Stage) -> Iterator[None]:
    """Have another program at the port of `health.listen`."""
    with socket.create_server(("127.0.0.1", 0)) as other, serving(DiscordServer(channel_rate=None)) as server:
        stage.env |= server.environment
        stage.keep_arxiv_busy()
        stage.settings["health"] = {"listen": f"127.0.0.1:{other.getsockname()[1]}"}
        yield


@contextmanager
def _elsewhere(stage: Stage) -> Iterator[None]:
    """Let `health.listen` name another machine's address (TEST-NET-1)."""
    with serving(DiscordServer(channel_rate=None)) as server:
        stage.env |= server.environment
        stage.keep_arxiv_busy()
        stage.settings["health"] = {"listen": "192.0.2.1:9109"}
        yield


def _source(setting: str, title: str, doctor: str, run: str = "") -> Fault:
    return Fault(title, f"source {setting}", "warning", doctor, run)


def _broken(setting: str, address: str, title: str, doctor: str, link: str, run: str) -> Scene:
    """Return the scene of one broken source of which somebody wants to know a paper; `{place}` is a server of ours."""

    @contextmanager
    def arrange(stage: Stage) -> Iterator[None]:
        with serving(Pages()) as pages:
            stage.keep_arxiv_busy()
            unknown = {"crossref_url": f"{pages.url}/404", "openreview_url": f"{pages.url}/403"}
            place = pages.url.removeprefix("http://")
            stage.settings["sources"] |= unknown | {setting: address.format(place=place)}
            yield

    fault = _source(setting, title, doctor, run)
    return Scene(title, arrange, (fault,), ends=0, online=True, typed=f"/addpaper {link}\n")


def _feed(name: str, title: str, doctor: str, run: str) -> Fault:
    return Fault(title, f"feed {name}", "warning", doctor, run)


_DOI, _FORUM = "https://doi.org/10.1234/abcd", "https://openreview.net/forum?id=abcdEFGH12"
_ACL = "https://aclanthology.org/2023.acl-long.1/"
SOURCES = Scene(
    "sources",
    _sources,
    (
        _source("crossref_url", "source out of order", "503"),
        _source("doi_url", "wrong path of a source", "404"),
        _source("openreview_url", "DNS failure of a source", "DNS"),
        _source("openreview_site_url", "TLS failure of a source", "TLS"),
        _source("acl_url", "source unreachable", "応答するものがありません", "接続できません"),
    ),
    ends=0,
    online=True,
    typed=f"/addpaper {_ACL}\n",
)
# Each of these sources alone, which the trial takes its time for.
EACH_SOURCE = (
    _broken("crossref_url", "http://{place}/503", "source out of order", "503", _DOI, "503"),
    _broken("doi_url", "http://{place}/404", "wrong path of a source", "404", _DOI, "404"),
    _broken("openreview_url", "http://nowhere.invalid", "DNS failure of a source", "DNS", _FORUM, "接続できません"),
    _broken("openreview_site_url", "https://{place}", "TLS failure of a source", "TLS", _FORUM, "OpenReview"),
    _broken("acl_url", NOWHERE, "source unreachable", "応答するものがありません", _ACL, "接続できません"),
)
SCENES: tuple[Scene, ...] = (
    Scene(
        "feeds",
        _feeds,
        (
            _feed("moved", "feed 404", "404", "has no feed at this address"),
            _feed("gone", "feed 410", "410", "gone for good (410)"),
            _feed("broken", "feed out of order", "500", "is out of order (500)"),
            _feed("away", "feed unreachable", "応答するものがありません", "127.0.0.1 cannot be reached"),
            _feed("lost", "DNS failure of a feed", "DNS", "nowhere.invalid cannot be reached"),
        ),
        ends=None,
        online=True,
    ),
    Scene(
        "port taken",
        _port,
        (
            Fault(
                "port of health.listen taken",
                "health.listen",
                "warning",
                "別のプログラム",
                "health.listen cannot be used",
            ),
        ),
        ends=None,
        online=True,
    ),
    Scene(
        "health.listen elsewhere",
        _elsewhere,
        (
            Fault(
                "health.listen of another machine",
                "health.listen",
                "warning",
                "192.0.2.1",
                "health.listen cannot be used",
            ),
        ),
        ends=None,
        online=True,
    ),
)
