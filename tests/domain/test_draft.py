"""A draft starts with what its source says without the network, and a form is read as it was meant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.draft import (
    Draft,
    apply_draft,
    complete,
    draft_of,
    edit_draft,
    prefilled,
    read_links,
    read_source,
    split_tags,
    with_answers,
    with_links,
)
from bot.domain.errors import InputError
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import Metadata
from bot.domain.paper import Link, Paper, make_paper
from tests.samples import assert_said, lines, paper, random_papers

RETNET = Metadata(
    title="Retentive Network",
    authors=("Yutao Sun",),
    date=PaperDate(2023, 7, 17),
    excerpt="Proposes retention.",
    links=(Link("https://github.com/microsoft/unilm"),),
    identifiers=Identifiers(doi="10.48550/x"),
)


@pytest.mark.parametrize(
    ("source", "url", "ids"),
    [
        ("2307.08621v1", "https://arxiv.org/abs/2307.08621", Identifiers(arxiv="2307.08621")),
        ("<https://arxiv.org/pdf/2307.08621>", "https://arxiv.org/pdf/2307.08621", Identifiers(arxiv="2307.08621")),
        ("doi:10.1145/3292500", "https://doi.org/10.1145/3292500", Identifiers(doi="10.1145/3292500")),
        (" https://example.org/paper ", "https://example.org/paper", Identifiers()),
    ],
)
def test_a_source_is_an_id_or_a_link(source: str, url: str, ids: Identifiers) -> None:
    link, result = read_source(source)
    assert (link.url, result) == (url, ids)


@pytest.mark.parametrize("source", ["", "RetNet", "example.org/paper", "ftp://example.org/"])
def test_what_is_neither_is_refused_in_a_sentence(source: str) -> None:
    with pytest.raises(InputError, match="neither a link, an arXiv id nor a DOI"):
        draft_of(source)


def test_an_arxiv_number_tells_its_month() -> None:
    assert prefilled(draft_of("2307.08621")).date == "2023-07"
    assert prefilled(draft_of("hep-th/9901001")).date == ""
    assert prefilled(draft_of("https://example.org/")).date == ""
    assert complete(Draft("2307.08621", title="RetNet"), Metadata()).date == PaperDate(2023, 7)


@pytest.mark.parametrize(
    ("typed", "date"),
    [("2023-07", PaperDate(2023, 7, 17)), ("2023-08", PaperDate(2023, 8)), ("", PaperDate(2023, 7, 17))],
)
def test_what_is_untouched_in_a_form_takes_what_the_source_tells(typed: str, date: PaperDate) -> None:
    draft = draft_of("2307.08621")
    form = prefilled(draft)
    draft = with_answers(draft, form, {"title": "", "date": typed, "comment": "よい"})
    paper = complete(draft, RETNET)
    assert (paper.title, paper.date, paper.comment) == ("Retentive Network", date, "よい")


def test_a_form_that_is_opened_again_shows_what_the_source_told_and_takes_another_date() -> None:
    draft = draft_of("2307.08621")
    again = prefilled(draft, RETNET)
    assert (again.title, again.date) == ("Retentive Network", "2023-07-17")
    assert with_answers(draft, again, {"title": again.title, "date": again.date}) == draft
    assert complete(with_answers(draft, again, {"date": "2023-07"}), RETNET).date == PaperDate(2023, 7)


def test_a_filled_in_draft_becomes_a_paper() -> None:
    paper = complete(
        Draft(
            "2307.08621",
            headline="見出し",
            title=" RetNet ",
            date="2023年7月19日",
            comment="よい",
            tags="LLM、長文 処理",
        ),
        Metadata(),
    )
    assert (paper.title, paper.headline, paper.date, paper.comment) == (
        "RetNet",
        "見出し",
        PaperDate(2023, 7, 19),
        "よい",
    )
    assert (paper.tags, paper.identifiers) == (("LLM", "長文 処理"), Identifiers(arxiv="2307.08621"))


def test_links_are_read_one_a_line_with_their_names() -> None:
    text = " code https://github.com/a/b \n\n<https://example.org/x>\nproject page  https://example.org/p\n"
    assert read_links(text) == [
        Link("https://github.com/a/b", "code"),
        Link("https://example.org/x"),
        Link("https://example.org/p", "project page"),
    ]
    assert read_links("") == []


@pytest.mark.parametrize("line", ["example.org", "https://example.org code", "javascript:alert(1)", "code"])
def test_what_is_no_link_is_refused_with_an_example(line: str) -> None:
    with pytest.raises(InputError, match="is not a link; write one per line"):
        read_links(f"https://example.org/\n{line}")


def test_the_second_form_shows_what_the_paper_says_and_changes_what_was_typed_alone() -> None:
    old = paper(1, links=[Link("https://example.org/1", "page"), Link("https://example.org/2")], authors=["A B", "C"])
    draft = edit_draft(old)
    form = prefilled(draft, old)
    assert form.links == "page https://example.org/1\nhttps://example.org/2"
    assert (form.authors, form.organization) == ("A B\nC", old.organization or "")
    assert with_answers(draft, form, {"links": form.links, "authors": "A B\nC"}) == draft
    assert apply_draft(old, draft) == replace(old, added_at=None, updated_at=None, added_by=None)
    new = apply_draft(old, with_answers(draft, form, {"links": "https://example.org/3", "organization": "研究所"}))
    assert (new.links, new.authors, new.organization) == ((Link("https://example.org/3"),), ("A B", "C"), "研究所")


def test_an_id_that_only_a_link_told_goes_with_it() -> None:
    wrong = make_paper(title="題", links=[Link("https://arxiv.org/abs/2401.00001"), Link("https://example.org/1")])
    right = with_links(wrong, [Link("https://arxiv.org/abs/2401.00002")])
    assert right.identifiers == Identifiers(arxiv="2401.00002")
    assert right.url == "https://arxiv.org/abs/2401.00002"
    paper = replace(wrong, identifiers=Identifiers(arxiv="2401.00001", doi="10.1/x"))
    assert with_links(paper, []).identifiers == Identifiers(doi="10.1/x")


@given(st.builds(Draft, lines, lines, lines, lines, lines, lines, links=lines, authors=lines, organization=lines))
def test_any_second_form_changes_a_paper_or_is_refused_in_a_sentence(draft: Draft) -> None:
    try:
        assert apply_draft(paper(1), draft).title
    except InputError as error:
        assert_said(error)


def test_a_draft_without_a_title_is_refused() -> None:
    with pytest.raises(InputError, match="title is missing"):
        complete(Draft("2307.08621", title=" \u200b "), Metadata())


@given(st.builds(Draft, lines, lines, lines, lines, lines, lines))
def test_any_form_is_a_paper_or_is_refused_in_a_sentence(draft: Draft) -> None:
    try:
        assert complete(draft, RETNET).title
    except InputError as error:
        assert_said(error)


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("a b", ["a", "b"]),
        ("a, b c,d", ["a", "b c", "d"]),
        ("検索、深層 学習", ["検索", "深層 学習"]),
        ("", []),
        (" , ", []),
        ("#a #b", ["a", "b"]),
    ],
)
def test_tags_may_hold_spaces_only_between_commas(typed: str, tags: list[str]) -> None:
    assert split_tags(typed) == tags


def test_what_a_form_leaves_open_is_filled_in_from_the_source() -> None:
    paper = complete(Draft("2307.08621", headline="見出し"), RETNET)
    assert (paper.title, paper.date, paper.authors, paper.excerpt) == (
        RETNET.title,
        RETNET.date,
        RETNET.authors,
        RETNET.excerpt,
    )
    assert [link.url for link in paper.links] == [
        "https://arxiv.org/abs/2307.08621",
        "https://github.com/microsoft/unilm",
    ]
    assert paper.identifiers == Identifiers(arxiv="2307.08621", doi="10.48550/x")
    assert complete(Draft("2307.08621", title="別の題", date="2020"), RETNET).title == "別の題"


@given(random_papers)
@example(paper(1, tags=["Llama 2"]))
@example(paper(1, tags=["a, b", "c"]))
def test_a_form_that_is_sent_back_as_it_was_changes_nothing(original: Paper) -> None:
    assert apply_draft(original, edit_draft(original)).content == original.content
