"""The fetcher contacts only allowed hosts, reads a limited size, and keeps rate limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from bot.domain.errors import SourceBusyError, SourceError
from bot.sources.http import Fetcher
from bot.sources.rate_limit import seconds_of
from tests.doubles.web import Page, Web
from tests.doubles.web.server import always

Open = Callable[..., Fetcher]


@pytest.fixture
async def fetcher_of(web: Web) -> AsyncIterator[Open]:
    opened: list[Fetcher] = []

    def make(**options: object) -> Fetcher:
        settings: dict[str, object] = {"resolver": web.dns, "seconds": 2.0, "allowed_hosts": ["page.example"]}
        opened.append(Fetcher(**settings | options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for fetcher in opened:
        await fetcher.close()


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]/",
        "http://0x7f.1:{port}/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://localhost:{port}/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00:ec2::254]/",
        "//127.0.0.1:{port}/",
    ],
)
async def test_a_redirect_to_a_private_address_is_not_followed(web: Web, fetcher_of: Open, target: str) -> None:
    web.redirect("page.example/a", target.format(port=web.port))
    with pytest.raises(SourceError, match="not on the public internet"):
        await fetcher_of().get("http://page.example/a")
    assert web.hosts() == ["page.example"]


@pytest.mark.parametrize(
    "target",
    [
        "ftp://page.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://user:pw@page.example/",
        "http://[",
        "gopher://127.0.0.1/",
        "http://2130706433/",
        "http://0/",
    ],
)
async def test_a_redirect_to_what_is_no_web_address_is_not_followed(web: Web, fetcher_of: Open, target: str) -> None:
    web.redirect("page.example/a", target)
    with pytest.raises(SourceError, match="cannot be read"):
        await fetcher_of().get("http://page.example/a")
    assert len(web.asked) == 1


@pytest.mark.parametrize("address", ["10.0.0.5", "::ffff:10.0.0.5", "169.254.169.254", "127.0.0.1", "fe80::1"])
async def test_a_public_name_of_a_private_address_is_not_asked(web: Web, fetcher_of: Open, address: str) -> None:
    web.dns.addresses["innocent.example"] = [address]
    with pytest.raises(SourceError, match=r"innocent\.example is not on the public internet"):
        await fetcher_of().get("http://innocent.example/")
    assert not web.asked


async def test_dns_that_changes_its_answer_does_not_lead_inside(web: Web, fetcher_of: Open) -> None:
    # 127.0.0.2 counts as the public internet, 127.0.0.1 as the internal network.
    web.dns.addresses["changing.example"] = ["127.0.0.2", "127.0.0.1"]
    web.redirect("changing.example/a", "/b", headers={"Connection": "close"})
    web.put("changing.example/b", Page(b"secret"))
    fetcher = fetcher_of(may_connect=lambda address: address == "127.0.0.2")
    with pytest.raises(SourceError, match="not on the public internet"):
        await fetcher.get("http://changing.example/a")
    assert [request.path for request in web.asked] == ["/a"]
    assert web.dns.asked["changing.example"] == 2


async def test_an_address_of_the_settings_may_be_private_but_not_where_it_redirects(web: Web, fetcher_of: Open) -> None:
    web.put("mirror.example/api", Page(b"yes"))
    web.redirect("mirror.example/away", "http://elsewhere.example/")
    fetcher = fetcher_of()
    assert (await fetcher.get("http://mirror.example/api", own=True)).body == b"yes"
    for url, own in (("http://mirror.example/away", True), ("http://mirror.example/api", False)):
        with pytest.raises(SourceError, match="not on the public internet"):
            await fetcher.get(url, own=own)


async def test_hosts_that_the_settings_name_may_be_asked(web: Web, fetcher_of: Open) -> None:
    web.put("127.0.0.1/x", Page(b"inside"))
    url = f"http://127.0.0.1:{web.port}/x"
    assert (await fetcher_of(allowed_hosts=[f"127.0.0.1:{web.port}"]).get(url)).body == b"inside"
    with pytest.raises(SourceError, match="not on the public internet"):
        await fetcher_of(allowed_hosts=["127.0.0.1:1"]).get(url)


async def test_a_flood_and_a_bomb_are_cut_off(web: Web, fetcher_of: Open) -> None:
    web.serve("page.example", web.flood)
    with pytest.raises(SourceError, match=r"larger than 5 MB"):
        await fetcher_of(seconds=5).get("http://page.example/")
    assert web.sent < 30_000_000
    web.serve("page.example", web.bomb)
    with pytest.raises(SourceError, match=r"larger than 5 MB"):
        await fetcher_of(seconds=5).get("http://page.example/")


async def test_an_answer_that_says_it_is_too_large_is_not_read(web: Web, fetcher_of: Open) -> None:
    web.put("page.example/", Page(b"x" * 101))
    with pytest.raises(SourceError, match=r"larger than 0\.0001 MB"):
        await fetcher_of().get("http://page.example/", most=100)
    web.put("page.example/", Page(b"x" * 100))
    assert len((await fetcher_of().get("http://page.example/", most=100)).body) == 100


@pytest.mark.parametrize("how", ["silence", "drip"])
async def test_an_answer_that_does_not_come_is_given_up(web: Web, fetcher_of: Open, how: str) -> None:
    web.serve("page.example", getattr(web, how))
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"page\.example did not answer within 0\.3 seconds"):
        await fetcher_of(seconds=0.3).get("http://page.example/")
    assert time.monotonic() - began < 1


async def test_what_fails_in_passing_is_tried_once_more(web: Web, fetcher_of: Open) -> None:
    web.serve("page.example", always(Page(b"", status=502)))
    with pytest.raises(SourceError, match=r"out of order \(502\)"):
        await fetcher_of().get("http://page.example/")
    assert len(web.asked) == 2


async def test_redirects_have_an_end(web: Web, fetcher_of: Open) -> None:
    web.serve("page.example", web.in_a_circle)
    with pytest.raises(SourceError, match="without end"):
        await fetcher_of().get("http://page.example/")
    assert len(web.asked) == 6


async def test_who_asked_to_be_left_alone_is(web: Web, fetcher_of: Open) -> None:
    web.serve("page.example", always(Page(b"", status=429, headers={"Retry-After": "90"})))
    fetcher = fetcher_of()
    for _ in range(3):
        with pytest.raises(
            SourceBusyError, match=r"page\.example limits how often it is asked; .* in \d+ seconds"
        ) as caught:
            await fetcher.get("http://page.example/")
        assert 88 < caught.value.seconds <= 90
    assert len(web.asked) == 1


async def test_a_pause_is_over_when_its_time_is(web: Web, fetcher_of: Open) -> None:
    web.serve("page.example", always(Page(b"", status=503, headers={"Retry-After": "1"})))
    fetcher = fetcher_of()
    with pytest.raises(SourceBusyError):
        await fetcher.get("http://page.example/")
    web.serve("page.example", always(Page(b"back")))
    await asyncio.sleep(1.05)
    assert (await fetcher.get("http://page.example/")).body == b"back"


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("120", 120, 120),
        (None, 30, 30),
        ("soon", 30, 30),
        ("0", 1, 1),
        ("-5", 30, 30),
        ("999999", 3600, 3600),
        ("9" * 400, 3600, 3600),
        (f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT", 30, 30),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 3600, 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1, 1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600, 3600),
        ("1.5", 1.5, 1.5),
    ],
)
def test_retry_after_is_a_number_or_a_date_and_has_bounds(header: str | None, low: float, high: float) -> None:
    assert low <= seconds_of(header) <= high


async def test_arxiv_is_asked_slowly_and_over_one_connection(web: Web, fetcher_of: Open) -> None:
    async def slowly(url: str) -> None:
        await fetcher.get(url, own=True)

    for host in ("export.arxiv.org", "rss.arxiv.org", "mirror.example", "page.example"):
        web.serve(host, always(Page(b"<feed/>")))
    fetcher = fetcher_of(interval=0.1, slow_hosts=("arxiv.org", "mirror.example"))
    await asyncio.gather(
        *(
            slowly(f"http://{host}/{n}")
            for n in range(2)
            for host in ("export.arxiv.org", "rss.arxiv.org", "mirror.example")
        )
    )
    times = [request.at for request in web.asked]
    assert times[-1] - times[0] > 0.45  # five pauses
    assert web.most_at_once == 1
    await asyncio.wait_for(asyncio.gather(*(slowly(f"http://page.example/{n}") for n in range(20))), 1)


async def test_it_says_who_asks(web: Web, fetcher_of: Open) -> None:
    web.put("page.example/", Page(b"x"))
    for contact, agent in (
        ("", "RonbunDayori/0.1"),
        ("a@b.example", "RonbunDayori/0.1 (mailto:a@b.example)"),
        ("https://b.example/bot", "RonbunDayori/0.1 (https://b.example/bot)"),
    ):
        await fetcher_of(contact=contact).get("http://page.example/")
        assert web.asked[-1].headers["User-Agent"] == agent
    assert "Cookie" not in web.asked[-1].headers


async def test_cookies_of_one_question_are_not_shown_in_the_next(web: Web, fetcher_of: Open) -> None:
    web.put("page.example/", Page(b"x", headers={"Set-Cookie": "who=me"}))
    fetcher = fetcher_of()
    for _ in range(2):
        await fetcher.get("http://page.example/")
    assert "Cookie" not in web.asked[-1].headers


async def test_a_file_is_not_loaded_where_a_page_is_wanted(web: Web, fetcher_of: Open) -> None:
    web.put("page.example/paper.pdf", Page(b"%PDF-" + b"x" * 1_000_000, "application/pdf"))
    with pytest.raises(SourceError, match=r"page\.example is a file, not a page"):
        await fetcher_of().get("http://page.example/paper.pdf", page=True)


@pytest.mark.parametrize("body", [b"not gzip at all", b"\x1f\x8b\x08" + b"\xff" * 40])
async def test_a_broken_compression_is_unreadable(web: Web, fetcher_of: Open, body: bytes) -> None:
    web.put("page.example/", Page(body, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(SourceError, match="cannot be read"):
        await fetcher_of().get("http://page.example/")
