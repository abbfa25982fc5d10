"""The environment's proxy is used, and private targets are still refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.errors import ConfigError, SourceError, SourceSettingError
from bot.sources.http import Fetcher
from bot.sources.proxy import may_be_asked, proxy_for
from tests.doubles.proxy import Proxy
from tests.doubles.web import Page, Web


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def proxy(web: Web, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    async with Proxy(web.port) as opened:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{opened.port}")
        yield opened


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    opened = Fetcher(seconds=3.0)
    yield opened
    await opened.close()


async def test_a_page_is_read_through_the_proxy_which_looks_its_name_up(
    web: Web, proxy: Proxy, fetcher: Fetcher
) -> None:
    web.put("page.example/a", Page(b"<title>found</title>"))
    assert b"found" in (await fetcher.get("http://page.example/a")).body
    assert proxy.asked == [("GET", "http://page.example/a")]


async def test_https_goes_through_a_tunnel(
    web: Web, proxy: Proxy, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
    with pytest.raises(SourceError):  # the small internet has no TLS
        await fetcher.get("https://page.example/a")
    assert ("CONNECT", "page.example:443") in proxy.asked
    assert {method for method, _ in proxy.asked} == {"CONNECT"}


@pytest.mark.parametrize("exempt", ["page.example", ".example", "other.org, page.example:80", "*"])
async def test_no_proxy_exempts_hosts_and_their_names_below(
    web: Web, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    monkeypatch.setenv("NO_PROXY", exempt)
    web.put("page.example/a", Page(b"<title>found</title>"))
    fetcher = Fetcher(seconds=3.0, resolver=web.dns, allowed_hosts=["page.example"])
    try:
        assert b"found" in (await fetcher.get("http://page.example/a")).body
    finally:
        await fetcher.close()
    assert proxy.asked == []


REFUSED = r"not on the public internet|cannot be read"
PRIVATE = [
    "127.0.0.1",
    "10.0.0.5",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "169.254.169.254",
    "[64:ff9b::7f00:1]",
    "0x7f.1",
    "localhost",
    "a.localhost",
    "printer.local",
    "metadata.google.internal",
    "intranet",
    "nas.lan",
    "192.168.1.1.",
    "[fd00::1]",
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_private_target_is_refused_behind_a_proxy_too(
    web: Web, proxy: Proxy, fetcher: Fetcher, host: str
) -> None:
    with pytest.raises(SourceError, match=REFUSED):
        await fetcher.get(f"http://{host}/secret")
    assert proxy.asked == []
    web.redirect("page.example/a", f"http://{host}/secret")
    with pytest.raises(SourceError, match=REFUSED):
        await fetcher.get("http://page.example/a")
    assert proxy.asked == [("GET", "http://page.example/a")]


def test_names_that_say_that_they_are_private_are_told_from_others() -> None:
    assert [
        host
        for host in (*PRIVATE, "2130706433", "0177.0.0.1", "１２７.0.0.1", "0", "a.example\x00")
        if may_be_asked(host)
    ] == []
    assert all(map(may_be_asked, ["arxiv.org", "8.8.8.8", "[2606:4700::1111]", "localhost.example.org", "例え.jp"]))


async def test_the_proxys_password_is_given_to_it_and_its_refusals_are_told(
    web: Web, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.put("page.example/a", Page(b"<title>found</title>"))
    async with Proxy(web.port, user="bot:p@ss") as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://bot:p%40ss@127.0.0.1:{proxy.port}")
        assert b"found" in (await fetcher.get("http://page.example/a")).body
    with pytest.raises(SourceError, match=rf"The proxy 127\.0\.0\.1:{proxy.port} cannot be reached") as caught:
        await fetcher.get("http://page.example/a")
    assert "p@ss" not in str(caught.value)
    async with Proxy(web.port, refuses_with=403) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(SourceError, match=r"refused to connect to page\.example \(403\)"):
            await fetcher.get("https://page.example/a")


@pytest.mark.parametrize("named", ["socks5://127.0.0.1:1080", "http://", "http://[", "http://a:b:c"])
def test_a_proxy_that_cannot_be_used_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", named)
    with pytest.raises(ConfigError, match="HTTPS_PROXY in the environment cannot be used; write it like http://proxy"):
        proxy_for("https://arxiv.org/")


async def test_a_proxy_that_cannot_be_used_is_no_fault_of_the_source(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://")
    with pytest.raises(SourceSettingError, match="HTTPS_PROXY"):
        await fetcher.get("https://arxiv.org/")
