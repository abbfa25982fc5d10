"""A card shows all known facts of a paper, each once, in the reader's language."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given

from bot.domain.card import authors_line, card_of
from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers, canonical_url
from bot.domain.paper import Link, Paper, make_paper, person_name
from tests.samples import lines, paper, random_papers


def test_a_card_shows_the_headline_with_the_title_below_it() -> None:
    card = card_of(paper(1), "ja")
    assert (card.heading, card.subtitle) == ("1番目の論文", "A Paper on Subject 1")


@pytest.mark.parametrize("headline", ["", "A Paper on Subject 1"])
def test_the_title_is_not_shown_twice(headline: str) -> None:
    card = card_of(paper(1, headline=headline), "ja")
    assert (card.heading, card.subtitle) == ("A Paper on Subject 1", None)


def test_the_facts_are_date_organisation_and_authors_where_known() -> None:
    full = paper(1, date=PaperDate(2023, 7), organization="Meta", authors=["A", "B"])
    assert card_of(full, "ja").facts == ("2023年7月", "Meta", "A, B")
    assert card_of(full, "en").facts == ("July 2023", "Meta", "A, B")
    assert card_of(paper(1), "ja").facts == ()


def test_many_authors_are_counted() -> None:
    assert authors_line(tuple("ABCDE"), "en") == "A, B, C, D, E"
    assert authors_line(tuple("ABCDEF"), "en") == "A, B, C, D and 2 more"
    assert authors_line(tuple("ABCDEF"), "ja") == "A, B, C, D ほか2名"
    assert authors_line((), "ja") is None


def test_the_pages_of_the_ids_come_first_and_no_page_twice() -> None:
    paper = make_paper(
        title="x",
        links=[
            Link("https://github.com/a/b"),
            Link("http://www.arxiv.org/abs/2307.08621", "論文"),
            Link("https://a.org/x/"),
        ],
    )
    links = [(link.name, link.url) for link in card_of(paper, "ja").links]
    assert links == [
        ("論文", "http://www.arxiv.org/abs/2307.08621"),
        ("PDF", "https://arxiv.org/pdf/2307.08621"),
        ("コード", "https://github.com/a/b"),
        ("a.org", "https://a.org/x/"),
    ]
    assert card_of(paper, "en").links[2].name == "code"


@given(random_papers)
def test_no_card_links_a_page_twice_or_leaves_one_out(paper: Paper) -> None:
    pages = [canonical_url(link.url) for link in card_of(paper, "ja").links]
    assert len(set(pages)) == len(pages)
    assert {canonical_url(link.url) for link in paper.links} <= set(pages)


@given(lines)
def test_the_footer_names_who_added_it_on_one_clean_line(name: str) -> None:
    footer = card_of(replace(paper(1), added_by=person_name(name)), "ja").footer
    assert footer.startswith("paper-1")
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in footer), ascii(footer)
    assert card_of(replace(paper(1), added_by="花子"), "ja").footer == "paper-1 ・ 追加: 花子"
    assert card_of(paper(1), "ja").footer == "paper-1"


def test_an_id_without_links_is_linked_to_its_page() -> None:
    card = card_of(paper(1, identifiers=Identifiers(acl="P19-1001")), "ja")
    assert card.url == "https://aclanthology.org/P19-1001/"
    assert [link.name for link in card.links] == ["ACL"]
