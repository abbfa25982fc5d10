"""Which categories an arXiv feed names, which day it is at arXiv, and what a batch is worth against a listing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.domain.arxiv_announcement import (
    Listing,
    announcement_day,
    belongs,
    categories_of,
    compare,
    expected_day,
    missing_days,
    missing_papers,
    verdict_on,
)
from bot.domain.feed_entry import FeedEntry
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import make_metadata

DAY, NEXT = date(2026, 11, 19), date(2026, 11, 20)
LISTING = Listing(DAY, {"2611.00001": "new", "2611.00002": "new", "2610.00003": "cross", "2301.00004": "replace"}, 4)


def entry(id: str, *categories: str) -> FeedEntry:
    return FeedEntry(id, make_metadata(title=id, identifiers=Identifiers(arxiv=id)), categories or ("cs.CL",))


def batch(*ids: str) -> dict[str, FeedEntry]:
    return {id: entry(id) for id in ids}


@pytest.mark.parametrize(
    ("url", "categories"),
    [
        ("https://rss.arxiv.org/rss/cs.CL", ("cs.CL",)),
        ("https://rss.arxiv.org/rss/cs.CL+cs.LG+stat.ML?version=2.0", ("cs.CL", "cs.LG", "stat.ML")),
        ("https://rss.arxiv.org/atom/cs.cl%2BCS.lg/", ("cs.CL", "cs.LG")),
        ("http://export.arxiv.org/rss/cs", ("cs",)),
        (
            "https://arxiv.org/rss/cond-mat.mes-hall+physics.acc-ph+astro-ph",
            ("cond-mat.mes-hall", "physics.acc-ph", "astro-ph"),
        ),
        ("https://rss.arxiv.org/rss/cs.CL+cs.CL", ("cs.CL",)),
        ("https://mirror.example:8080/rss/cs.CL", ("cs.CL",)),
        ("https://lab.example/rss/cs.CL", ()),
        ("https://notarxiv.org/rss/cs.CL", ()),
        ("https://export.arxiv.org/api/query?search_query=cat:cs.CL", ()),
        ("https://rss.arxiv.org/rss/", ()),
        ("https://rss.arxiv.org/rss/../../etc", ()),
        ("https://rss.arxiv.org/rss/cs.CL.x", ()),
    ],
)
def test_the_address_of_a_feed_names_its_categories(url: str, categories: tuple[str, ...]) -> None:
    assert categories_of(url, {"mirror.example"}) == categories


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 4, 59, tzinfo=UTC), DAY),
        (datetime(2026, 11, 20, 5, 0, tzinfo=UTC), NEXT),
        (datetime(2026, 7, 20, 4, 0, tzinfo=UTC), date(2026, 7, 20)),  # summer time
    ],
)
def test_a_day_at_arxiv_begins_at_midnight_in_new_york(moment: datetime, day: date) -> None:
    assert announcement_day(moment) == day


@pytest.mark.parametrize(
    ("today", "skip_days", "day"),
    [
        (DAY, (), DAY),
        (date(2026, 11, 22), (), NEXT),
        (date(2026, 11, 22), (5,), date(2026, 11, 22)),
        (date(2026, 11, 22), tuple(range(7)), date(2026, 11, 22)),
    ],
)
def test_an_announcement_is_expected_on_days_that_are_not_skipped(
    today: date, skip_days: tuple[int, ...], day: date
) -> None:
    assert expected_day(today, skip_days) == day


def test_an_archive_holds_its_categories() -> None:
    assert belongs(entry("1", "cs.CL"), "cs")
    assert belongs(entry("1", "math.ST", "stat.TH"), "stat.TH")
    assert not belongs(entry("1", "cond-mat"), "cond")


def test_a_batch_is_told_by_what_it_holds_and_not_by_its_date() -> None:
    whole, old = batch(*LISTING.papers), batch("2611.90001", "2611.90002", "2611.00001")
    assert compare("cs.CL", LISTING, whole, set(), DAY).batch == "fresh"
    assert compare("cs.CL", LISTING, old, set(old), DAY).batch == "earlier"
    assert compare("cs.CL", LISTING, batch("2610.00003"), set(), DAY).batch == "absent"
    assert compare("cs.CL", LISTING, {}, set(), DAY).batch == "absent"
    assert compare("cs.CL", LISTING, {}, set(), NEXT).batch == "quiet"
    assert compare("cs.CL", LISTING, batch("2611.90001"), set(), NEXT).batch is None  # the listing may be behind
    assert compare("cs.CL", Listing(DAY, {}, 0), {}, set(), DAY).batch == "quiet"


def test_a_feed_lacks_the_new_papers_that_no_poll_brought() -> None:
    assert [*missing_papers([[LISTING]], None, {"2611.00001"})] == ["2611.00002", "2610.00003"]


def test_earlier_announcements_count_since_the_feed_is_polled() -> None:
    earlier = Listing(date(2026, 11, 18), {"2611.80001": "new", "2611.80002": "cross"}, 2)
    assert (
        len(missing_papers([[LISTING, earlier]], None, ())) == len(missing_papers([[LISTING, earlier]], DAY, ())) == 3
    )
    papers = missing_papers([[LISTING, earlier]], earlier.day, {"2611.00001"})
    assert [*papers] == ["2611.00002", "2611.80001", "2610.00003", "2611.80002"]
    assert papers["2611.80001"] == ("new", earlier.day)


def test_a_paper_that_is_new_in_one_category_is_no_cross_list_of_another() -> None:
    other = Listing(DAY, {"2611.00001": "cross"}, 1)
    assert missing_papers([[other], [LISTING]], None, ())["2611.00001"].announcement == "new"


@pytest.mark.parametrize(
    ("days", "passed"),
    [
        (("2026-11-20",), ()),
        (("2026-11-20", "2026-11-19", "2026-11-18"), ()),
        (("2026-11-23", "2026-11-20"), ()),  # a weekend
        (("2026-11-24", "2026-11-19"), ("2026-11-23", "2026-11-20")),
        (
            ("2026-11-20", "2025-01-01"),
            ("2026-11-19", "2026-11-18", "2026-11-17", "2026-11-16", "2026-11-13", "2026-11-12", "2026-11-11"),
        ),
    ],
)
def test_weekdays_between_announcements_are_passed_over(days: tuple[str, ...], passed: tuple[str, ...]) -> None:
    assert tuple(map(str, missing_days(map(date.fromisoformat, days)))) == passed


def test_the_worst_batch_of_all_categories_tells_how_a_feed_is() -> None:
    fresh = compare("cs.CL", LISTING, batch(*LISTING.papers), set(), DAY)
    absent, quiet = (compare("cs.LG", LISTING, {}, set(), day) for day in (DAY, NEXT))
    assert (verdict := verdict_on([fresh, absent, quiet], 0))
    assert verdict.state == "stale"
    assert "cs.LG" in str(verdict.reason)
    assert (verdict_on([fresh, quiet], 0), verdict_on([], 3)) == (("fresh", None), None)


def test_every_reason_is_a_sentence_in_japanese() -> None:
    old = compare("cs.CL", LISTING, batch("2611.90001"), set(), DAY)
    absent, quiet = (compare("cs.LG", LISTING, {}, set(), day) for day in (DAY, NEXT))
    for each in (old, absent, quiet):
        assert (verdict := verdict_on([each], 2))
        assert verdict.reason
        assert verdict.reason.text("ja").endswith("次回また取りに行きます。")
