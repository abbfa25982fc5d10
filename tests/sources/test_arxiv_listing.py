"""arXiv's listing tells the date of an announcement and its papers, whatever a page looks like."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arxiv_announcement import Listing, json_of_listing, listing_from
from bot.domain.errors import SourceError
from bot.sources.arxiv_listing import parse
from bot.sources.lookup import Sources
from tests.doubles.clock import AdjustableClock
from tests.doubles.web import Page, Web
from tests.doubles.web.answers import arxiv_error
from tests.doubles.web.arxiv import ArxivServer, Faults
from tests.doubles.web.server import always

PAGES = Path(__file__).parent.parent / "data/arxiv"
FRIDAY = date(2026, 11, 27)
PAPERS = {
    "2611.00001": "new",
    "2611.00002": "new",
    "2610.00003": "cross",
    "2301.00003": "replace",
    "math/0301001": "replace",
}


def page(name: str) -> bytes:
    return (PAGES / f"{name}.html").read_bytes()


def only(body: bytes) -> Listing:
    [listing] = parse(body)
    return listing


def test_a_listing_tells_its_date_and_its_papers_by_kind() -> None:
    listing = only(page("listing"))
    assert (listing.day, listing.papers, listing.announced, listing.unread) == (FRIDAY, PAPERS, 5, 0)
    assert listing.new == ["2611.00001", "2611.00002", "2610.00003"]


def test_links_in_abstracts_are_no_papers_of_the_listing() -> None:
    assert not {"2201.00008", "2201.00009"} & only(page("listing")).papers.keys()


def test_a_listing_without_announcement_is_empty() -> None:
    listing = only(page("listing-none"))
    assert (listing.day, listing.papers, listing.announced) == (FRIDAY, {}, 0)


def test_papers_that_a_page_does_not_show_are_counted() -> None:
    listing = only(page("listing-part"))
    assert (listing.day, len(listing.papers), listing.announced, listing.unread) == (date(2026, 12, 1), 2, 120, 118)


def test_papers_of_a_page_that_ends_early_are_counted_too() -> None:
    listing = only(page("listing-cut"))
    assert (listing.papers, listing.announced) == ({"2611.00001": "new", "2611.00002": "new"}, 5)


def test_recent_announcements_are_told_by_their_days() -> None:
    assert parse(page("recent")) == [
        Listing(FRIDAY, {"2611.00002": "new", "2611.00001": "cross"}, 2),
        Listing(date(2026, 11, 25), {}, 0),
        Listing(date(2026, 11, 24), {"2610.00009": "new"}, 55),
    ]


@pytest.mark.parametrize(
    "body",
    [
        page("listing-error"),
        b"",
        b"Rate exceeded.",
        b"<h3>Showing new listings for Friday, 31 November 2026</h3>",
        b"<h3>Showing new listings for Friday, 27 Nonember 2026</h3>",
        b"<h3>Showing new listings for Friday, 27 November 99999999999999999999</h3>",
        b"<p>Showing new listings for Friday, 27 November 2026</p>",
    ],
)
def test_a_page_that_tells_no_date_is_no_listing(body: bytes) -> None:
    with pytest.raises(SourceError, match="The answer of arXiv cannot be read"):
        parse(body)


def test_a_listing_survives_the_way_from_its_process() -> None:
    listing = only(page("listing"))
    assert listing_from(json.loads(json.dumps(json_of_listing(listing)))) == listing


_PIECES = st.sampled_from(
    [b"<", b">", b'"', b"<dt>", b"</dt>", b"<h3>", b"</h3>", b"<a href=/abs/", b"2611.00001", b"\xff", b"0" * 50, b""]
)


@given(st.lists(st.tuples(st.integers(0, 14_000), st.integers(0, 50), _PIECES), min_size=1, max_size=8))
def test_a_mutated_listing_raises_nothing_but_source_errors(changes: list[tuple[int, int, bytes]]) -> None:
    body = page("listing") + page("recent")
    for at, length, piece in changes:
        body = body[:at] + piece + body[at + length :]
    try:
        listings = parse(body)
    except SourceError:
        return
    assert all(listing.announced >= len(listing.papers) for listing in listings)


async def test_new_papers_of_a_listing_are_read_from_all_its_pages(
    web: Web, sources: Sources, clock: AdjustableClock
) -> None:
    clock.set("2026-11-27 15:00")
    server = ArxivServer(clock, faults=Faults(page=3))
    server.serve(web)
    announced = server.announce("2026-11-27", "cs.CL", new=5, cross=3, replaced=20)
    listing = await sources.arxiv_listing("cs.CL")
    assert (listing.new, listing.announced, listing.unread) == (announced, 28, 0)
    assert server.requests["listing"] == 3


@pytest.mark.parametrize(
    "answer",
    [Page(page("listing-error")), Page(b"", status=503), Page(b"\x89PNG\r\n", "image/png"), Page(b"x", status=404)],
)
async def test_an_answer_that_is_no_listing_is_told_in_a_sentence(web: Web, sources: Sources, answer: Page) -> None:
    web.put("arxiv.org/list/cs.CL/new", answer)
    with pytest.raises(SourceError) as caught:
        await sources.arxiv_listing("cs.CL")
    assert "\n" not in caught.value.text("ja")


async def test_papers_are_read_from_the_api_as_a_feed_would_announce_them(
    web: Web, sources: Sources, clock: AdjustableClock
) -> None:
    server = ArxivServer(clock)
    server.serve(web)
    first, second = server.announce("2026-11-27", "cs.CL", new=2, also="cs.LG")
    entries = await sources.arxiv_entries([first, second, "2611.99999"])
    assert [*entries] == [first, second]
    assert (entries[first].categories, entries[first].version) == (("cs.CL", "cs.LG"), 1)
    assert entries[first].metadata.identifiers.arxiv == first


async def test_an_error_of_the_api_is_told(web: Web, sources: Sources) -> None:
    web.serve("export.arxiv.org", always(arxiv_error("incorrect id format")))
    with pytest.raises(SourceError, match="arXiv answered with an error: incorrect id format"):
        await sources.arxiv_entries(["2611.00001"])
