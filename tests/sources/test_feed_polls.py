"""A poll is one conditional request, whose validators go back byte for byte; whatever comes is an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web as http

from bot.domain.feed_address import FeedAnswer
from bot.sources.lookup import Sources
from tests.doubles.web import Page, Web
from tests.doubles.web.server import always
from tests.doubles.web.world import sources_in

FEEDS = Path(__file__).parents[1] / "data/feeds"
BLOG = (FEEDS / "blog.xml").read_bytes()
URL = "http://lab.example/feed"
Poll = Callable[..., Awaitable[FeedAnswer]]


@pytest.fixture
async def sources(web: Web) -> AsyncIterator[Sources]:
    opened = sources_in(web, seconds=1.0)
    yield opened
    await opened.close()


@pytest.fixture
def poll(web: Web, sources: Sources) -> Poll:
    async def poll(
        url: str = URL, etag: str | None = None, last_modified: str | None = None, *, may_request: bool = True
    ) -> FeedAnswer:
        async def allowed(host: str) -> bool:
            return may_request

        return await sources.poll_feed(url, etag, last_modified, allowed)

    return poll


def feed(**headers: str) -> Page:
    return Page(BLOG, "application/atom+xml", 200, {name.replace("_", "-"): value for name, value in headers.items()})


async def test_validators_come_and_go_byte_for_byte(web: Web, poll: Poll) -> None:
    etag, modified = 'W/"é  x,\\y"', "Tue, 24 nov 2026 9:00:00 +0900"
    web.put("lab.example/feed", feed(ETag=etag, Last_Modified=modified, Cache_Control="public, max-age=3600"))
    answer = await poll()
    assert (answer.etag, answer.last_modified, answer.max_age) == (etag, modified, 3600)
    assert answer.document
    assert len(answer.document.entries) == 2
    await poll(URL, answer.etag, answer.last_modified)
    first, second = (request.headers for request in web.asked)
    assert "If-None-Match" not in first and "If-Modified-Since" not in first
    assert (second["If-None-Match"], second["If-Modified-Since"]) == (etag, modified)


async def test_a_304_brings_new_validators(web: Web, poll: Poll) -> None:
    web.put("lab.example/feed", Page(b"", None, 304, {"ETag": '"b"', "Cache-Control": "max-age=60"}))
    assert await poll(URL, '"a"', "Monday") == FeedAnswer(304, etag='"b"', max_age=60)


async def test_neither_cookies_nor_a_referrer_are_sent(web: Web, poll: Poll) -> None:
    web.redirect("lab.example/feed", "/there", headers={"Set-Cookie": "a=1; Path=/"})
    web.put("lab.example/there", feed(Set_Cookie="b=2"))
    for _ in range(2):
        await poll()
    assert len(web.asked) == 4
    assert not any({"Cookie", "Referer"} & set(request.headers) for request in web.asked)


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), "http://lab.example/1"),
        ((308, 301), "http://lab.example/2"),
        ((301, 302), "http://lab.example/1"),
        ((302, 301), None),
        ((303,), None),
        ((307,), None),
    ],
)
async def test_only_permanent_redirects_move_a_feed(
    web: Web, poll: Poll, statuses: tuple[int, ...], moved: str | None
) -> None:
    web.put(f"lab.example/{len(statuses)}", feed())
    for n, status in enumerate(statuses):
        web.redirect(f"lab.example/{n or 'feed'}", f"/{n + 1}", status)
    answer = await poll()
    assert answer.document
    assert answer.moved == moved


async def test_a_redirect_to_a_host_that_somebody_polls_is_not_followed(web: Web, poll: Poll) -> None:
    web.redirect("lab.example/feed", "http://other.example/feed")
    web.put("other.example/feed", feed())
    answer = await poll(may_request=False)
    assert answer.failure
    assert "is being polled by another process" in answer.failure.text("en")
    assert answer.is_postponed
    assert web.hosts() == ["lab.example"]
    assert (await poll()).document


@pytest.mark.parametrize(
    ("page", "status", "says"),
    [
        (Page(b"", status=410), 410, "gone for good"),
        (Page(b"", status=404), 404, "no feed at this address"),
        (Page(b"", status=403), 403, "refused"),
        (Page(b"", status=500), 500, "out of order"),
        (Page(b"", status=503, headers={"Retry-After": "60"}), 503, "out of order"),
        (Page(b"", status=429, headers={"Retry-After": "60"}), 429, "fewer requests"),
        (Page((FEEDS / "page.html").read_bytes(), "text/html"), 200, "web page"),
        (Page(b"", "application/rss+xml", headers={"ETag": '"x"'}), 200, "nothing"),
        (Page(b"<rss version='2.0'><channel><ti", headers={"ETag": '"x"'}), 200, "cannot be read"),
        (Page(b"x" * 5_000_001), 0, "larger than 5 MB"),
    ],
)
async def test_a_failure_is_one_sentence_after_one_request(
    web: Web, poll: Poll, page: Page, status: int, says: str
) -> None:
    web.serve("lab.example", always(page))
    answer = await poll()
    assert answer.failure
    assert says in answer.failure.text("en")
    assert "\n" not in answer.failure.text("ja")
    assert (answer.status, answer.etag, answer.was_sent) == (status, None, True)
    assert answer.retry_after == page.headers.get("Retry-After")
    assert len(web.asked) == 1


@pytest.mark.parametrize("fault", ["silence", "drip", "flood", "bomb", "broken", "in_a_circle"])
async def test_no_answer_takes_for_ever(web: Web, poll: Poll, fault: str) -> None:
    web.serve("lab.example", getattr(web, fault))
    answer = await asyncio.wait_for(poll(), 5)
    assert answer.failure and answer.was_sent
    assert len(web.asked) == (6 if fault == "in_a_circle" else 1)


async def test_a_host_that_cannot_be_reached_got_no_request(web: Web, poll: Poll) -> None:
    answer = await poll("http://nowhere.example/feed")
    assert answer.failure and not answer.was_sent
    web.redirect("lab.example/feed", "http://nowhere.example/feed")
    assert (await poll()).was_sent


async def test_a_private_host_is_not_requested(web: Web, poll: Poll) -> None:
    answer = await poll(f"http://127.0.0.2:{web.port}/feed")
    assert answer.failure and not answer.was_sent
    assert not web.asked


async def test_of_a_document_that_ends_early_the_entries_count_and_not_the_validators(web: Web, poll: Poll) -> None:
    cut = (FEEDS / "cut.xml").read_bytes()
    web.put("lab.example/feed", Page(cut, "text/xml", 200, {"ETag": '"new"'}))
    answer = await poll(URL, '"old"')
    assert answer.document and answer.document.is_broken
    assert (len(answer.document.entries), answer.etag) == (1, None)


async def test_a_document_with_an_error_but_an_end_has_its_validators(web: Web, poll: Poll) -> None:
    whole = b"<rss version='2.0'><channel><title>A</title><item><title>A & B</title></item></channel></rss>\n"
    web.put("lab.example/feed", Page(whole, "text/xml", 200, {"ETag": '"new"'}))
    answer = await poll()
    assert answer.document and answer.document.is_broken
    assert answer.etag == '"new"'


async def test_a_validator_that_no_header_can_carry_counts_as_none(web: Web, poll: Poll) -> None:
    web.put("lab.example/feed", feed(ETag='"' + "x" * 2000 + '"'))
    assert (await poll()).etag is None


async def test_polls_of_one_host_wait_for_each_other(web: Web, poll: Poll) -> None:
    async def slowly(request: http.Request) -> http.StreamResponse:
        await asyncio.sleep(0.05)
        return http.Response(body=BLOG)

    web.serve("lab.example", slowly)
    web.serve("other.example", slowly)
    await asyncio.gather(*(poll(f"http://lab.example/{n}") for n in range(4)))
    assert web.most_at_once == 1
    await asyncio.gather(poll(), poll("http://other.example/feed"))
    assert web.most_at_once == 2


async def test_only_429_lets_a_host_rest(web: Web, poll: Poll, sources: Sources) -> None:
    for status, requests in ((403, 2), (503, 2), (429, 1)):
        web.asked.clear()
        web.serve("lab.example", always(Page(b"", status=status, headers={"Retry-After": "90"})))
        answers = [await poll() for _ in range(2)]
        assert len(web.asked) == requests
    last = answers[-1]
    assert (last.was_sent, last.status) == (False, 0)
    assert last.retry_after and 85 < int(last.retry_after) <= 91
