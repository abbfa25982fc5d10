"""An entry is recognised by its guid, its ids without version and its own links, never by a date."""

from __future__ import annotations

from bot.domain.dates import PaperDate
from bot.domain.entry_identity import keys_of, paper_keys
from bot.domain.feed_entry import FeedEntry
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import make_metadata


def entry(guid: str, title: str = "A", *links: str, **ids: str) -> FeedEntry:
    return FeedEntry(guid, make_metadata(title=title, links=links, identifiers=Identifiers(**ids)))


def same(*entries: FeedEntry) -> bool:
    """Return whether two polls, each with one of the entries, would find one paper."""
    first, second = (set(keys_of([each])[0]) for each in entries)
    return bool(first & second)


def test_one_paper_is_recognised_by_any_of_its_identities() -> None:
    assert same(entry("1", "A"), entry("1", "B"))
    assert same(entry("1", arxiv="2401.00001"), entry("2", arxiv="2401.00001"))
    assert same(entry("1", doi="10.1/a"), entry("2", doi="10.1/A"))
    assert same(entry("1", "A", "https://lab.example/a?utm_source=x"), entry("2", "B", "http://www.lab.example/a/"))


def test_dates_tell_nothing() -> None:
    old, new = (FeedEntry("1", make_metadata(title="A", date=PaperDate(year))) for year in (2020, 2031))
    assert keys_of([old]) == keys_of([new])


def test_a_front_page_or_a_repository_identifies_no_paper() -> None:
    assert not same(entry("1", "A", "https://lab.example/"), entry("2", "B", "https://lab.example"))
    assert not same(entry("1", "A", "https://github.com/lab/all"), entry("2", "B", "https://github.com/lab/all"))


def test_what_several_entries_share_identifies_none_of_them() -> None:
    shared = "https://lab.example/latest"
    first, second = keys_of([entry("x", "A", shared, doi="10.1/book"), entry("x", "B", shared, doi="10.1/book")])
    assert not set(first) & set(second)
    assert first == ("title:a",)


def test_one_entry_that_stands_twice_in_a_document_keeps_its_keys() -> None:
    first, second = keys_of([entry("1", "A", arxiv="2401.00001"), entry("1", "A", arxiv="2401.00001")])
    assert first == second == ("guid:1", "arxiv:2401.00001")


def test_papers_of_the_collection_are_recognised_by_ids_and_pages() -> None:
    links = ("https://lab.example/a", "https://github.com/lab/a")
    assert list(paper_keys(entry("1", "A", *links, doi="10.1/a"))) == ["doi:10.1/a", "url:lab.example/a"]
