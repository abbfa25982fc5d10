"""The feed is valid Atom for all papers, and its ids are stable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.paper import Paper, make_paper
from bot.formats import atom
from bot.formats.atom import AtomFeed
from tests.formats.shared import full
from tests.samples import numbered, paper, stamped

OURS, THEIRS = AtomFeed(UUID(int=1)), AtomFeed(UUID(int=2))
A = "{http://www.w3.org/2005/Atom}"


def _feed(papers: list[Paper], feed: AtomFeed = OURS) -> ElementTree.Element:
    return ElementTree.fromstring("".join(atom.write(papers, feed)))


def _texts(feed: ElementTree.Element, path: str) -> list[str | None]:
    return [each.text for each in feed.findall("/".join(A + name for name in path.split("/")))]


def test_an_entry_has_what_a_feed_reader_shows() -> None:
    feed = _feed([full(1)])
    assert _texts(feed, "entry/title") == ["1番目の論文"]
    assert _texts(feed, "entry/published") == ["2024-01-01T00:01:00Z"]
    assert _texts(feed, "entry/author/name")[:2] == ["Donald E. Knuth", "Jörg Müller"]
    links = {(each.get("rel"), each.get("href")) for each in feed.iter(f"{A}link")}
    assert ("alternate", "https://arxiv.org/abs/2401.00001") in links
    assert ("related", "https://github.com/a/b_c%20d") in links
    assert [each.get("term") for each in feed.iter(f"{A}category")] == ["検索", "large, very", "a;b", "C++"]


def test_an_id_stays_when_the_paper_is_edited_and_is_nobody_elses() -> None:
    ids = [_texts(_feed([sample]), "entry/id")[0] for sample in (paper(1), replace(paper(1), title="x"), paper(2))]
    assert ids[0] == ids[1] != ids[2]


def test_two_teams_feeds_share_no_id() -> None:
    ours, theirs = _feed([paper(1)]), _feed([paper(1)], THEIRS)
    ids = [id for feed in (ours, theirs) for path in ("id", "entry/id") for id in _texts(feed, path)]
    assert len(set(ids)) == 4
    assert all(id and id.startswith("urn:uuid:") for id in ids)


@pytest.mark.parametrize("address", ["https://example.org/a?b=1&c=2", "papers.atom", ""])
def test_a_feed_says_where_it_is_itself(address: str) -> None:
    feed = _feed([paper(1)], AtomFeed(UUID(int=1), address))
    (own,) = [each for each in feed.findall(f"{A}link") if each.get("rel") == "self"]
    assert own.get("href") == (address or _texts(feed, "id")[0])


def test_the_feed_was_updated_when_its_newest_paper_was() -> None:
    then = datetime(2024, 5, 1, 12, tzinfo=UTC)
    feed = _feed([paper(1, date=PaperDate(2023)), replace(paper(2), updated_at=then)])
    assert _texts(feed, "updated") == ["2024-05-01T12:00:00Z"]
    assert _texts(feed, "entry/updated")[0] == "2023-01-01T00:00:00Z"


def test_an_empty_collection_is_a_feed_too() -> None:
    feed = _feed([])
    assert [len(_texts(feed, name)) for name in ("id", "title", "updated", "entry")] == [1, 1, 1, 0]


@settings(max_examples=40)
@given(st.lists(stamped, max_size=3).map(numbered))
def test_random_papers_make_a_valid_feed(papers: list[Paper]) -> None:
    feed = _feed(papers)
    assert len(set(_texts(feed, "entry/id"))) == len(papers)
    for entry in feed.findall(f"{A}entry"):
        for name in ("id", "title", "updated", "content"):
            assert len(entry.findall(A + name)) == 1
        assert len([each for each in entry.findall(f"{A}link") if each.get("rel") == "alternate"]) <= 1


def test_what_xml_cannot_hold_is_left_out() -> None:
    feed = _feed([make_paper(title="a\ufffeb<&>\"'")])
    assert _texts(feed, "entry/title") == ["ab<&>\"'"]
