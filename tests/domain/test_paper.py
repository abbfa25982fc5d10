"""Any input becomes a consistent paper, or is refused with a sentence."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given

from bot.domain.dates import PaperDate
from bot.domain.errors import InputError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import (
    AUTHOR_LENGTH,
    CONTENT_FIELDS,
    ID_LENGTH,
    LIMITS,
    TAG_LENGTH,
    Link,
    Paper,
    identity_keys,
    link_keys,
    make_paper,
    title_key,
    with_id,
)
from tests.samples import addresses, assert_said, lines, paper, random_papers, texts


@given(random_papers)
def test_any_text_gives_a_valid_paper(paper: Paper) -> None:
    assert paper.title
    assert len(paper.title) <= LIMITS["title"]
    assert len(paper.comment or "") <= LIMITS["comment"]
    assert 0 < len(paper.id) <= ID_LENGTH
    assert None not in (paper.heading, *paper.authors, *paper.tags)
    assert not any(tag.startswith(("#", "＃", " ")) for tag in paper.tags)


@given(random_papers)
def test_a_paper_made_again_of_its_own_fields_is_the_same_paper(paper: Paper) -> None:
    fields = {name: getattr(paper, name) for name in CONTENT_FIELDS}
    assert make_paper(id=paper.id, **fields) == paper


@given(texts, texts)
def test_any_text_is_a_paper_or_is_refused_in_a_sentence(title: str, id: str) -> None:
    try:
        make_paper(title=title, id=id, comment=id)
    except InputError as error:
        assert_said(error)


def test_every_character_makes_an_id_that_is_read_back_as_it_is() -> None:
    for start in range(0x80, sys.maxunicode, 64):
        title = "".join(c for c in map(chr, range(start, start + 64)) if unicodedata.category(c) not in ("Cn", "Co"))
        if title.strip():
            try:
                paper = make_paper(title=f"a{title}")
            except InputError:
                continue
            assert make_paper(title="x", id=paper.id).id == paper.id, ascii(title)


@pytest.mark.parametrize("title", ["", "   ", "\n", "\u200b", "\u0000"])
def test_a_paper_needs_a_title(title: str) -> None:
    with pytest.raises(InputError, match="needs a title"):
        make_paper(title=title)


@pytest.mark.parametrize(
    "too_much",
    [
        {"title": "x" * 501},
        {"title": "x", "headline": "見" * 501},
        {"title": "x", "comment": "x" * 10_001},
        {"title": "x", "authors": ["x" * (AUTHOR_LENGTH + 1)]},
        {"title": "x", "tags": ["x" * (TAG_LENGTH + 1)]},
        {"title": "x", "tags": map(str, range(51))},
        {"title": "x", "links": [Link(f"https://a.org/{n}") for n in range(51)]},
        {"title": "x", "links": [Link("a.org")]},
    ],
)
def test_what_is_too_much_is_refused_not_cut(too_much: dict[str, object]) -> None:
    with pytest.raises(InputError):
        make_paper(**too_much)  # type: ignore[arg-type]


@pytest.mark.parametrize("id", ["", " ", "a b", "a/b", "a:b", "#a", "@a", "a,b", "'a'", "x" * 81, "a\u200bb", "a\x1b"])
def test_an_id_that_cannot_be_typed_is_refused(id: str) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        make_paper(title="x", id=id)


@pytest.mark.parametrize(
    ("paper", "id"),
    [
        (make_paper(title="RetNet", links=[Link("https://arxiv.org/abs/2307.08621v2")]), "2307.08621"),
        (make_paper(title="X", links=[Link("https://doi.org/10.1145/3292500.3330701")]), "10.1145-3292500.3330701"),
        (make_paper(title="Attention Is All You Need!"), "attention-is-all-you-need"),
        (make_paper(title="拡散モデルの概説"), "拡散モデルの概説"),
        (make_paper(title="?!"), "paper"),
        (make_paper(title="x", identifiers=Identifiers(openreview="!!")), "paper"),
    ],
)
def test_an_id_is_made_of_what_is_known(paper: Paper, id: str) -> None:
    assert paper.id == id


def test_ids_are_read_from_the_links() -> None:
    paper = make_paper(
        title="x",
        links=[
            Link("https://a.org/"),
            Link("https://arxiv.org/pdf/2307.08621"),
            Link("https://doi.org/10.1/X"),
            Link("https://doi.org/10.1145/X"),
        ],
    )
    assert paper.identifiers == Identifiers(arxiv="2307.08621", doi="10.1145/x")
    assert identity_keys(paper) == ("arxiv:2307.08621", "doi:10.1145/x")


@given(addresses)
def test_a_link_is_known_again_by_its_key(address: str) -> None:
    try:
        first, second = (
            make_paper(title="x", links=[Link(url)]) for url in (address, address.replace("https://", "http://"))
        )
    except InputError:
        return
    assert link_keys(first) == link_keys(second)


@given(lines)
def test_a_title_key_does_not_mind_width_case_and_punctuation(title: str) -> None:
    full = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in title)
    assert title_key(full) == title_key(title)
    assert title_key("RetNet: A Successor") == title_key("ＲＥＴＮＥＴ　a  successor.")


def test_tags_and_names_stand_once_and_without_marks() -> None:
    paper = make_paper(title="x", tags=["#RAG", " RAG ", "＃検索", "# #深い", "", "#"], authors=["A  B", "A B", " "])
    assert paper.tags == ("RAG", "検索", "深い")
    assert paper.authors == ("A B",)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://arxiv.org/abs/2307.08621", "arXiv"),
        ("https://arxiv.org/pdf/2307.08621", "PDF"),
        ("https://github.com/microsoft/unilm", "code"),
        ("https://huggingface.co/papers/2307.08621", "huggingface.co"),
        ("https://doi.org/10.1145/1", "DOI"),
        ("https://openreview.net/pdf?id=abcdefgh", "PDF"),
        ("https://aclanthology.org/P19-1001/", "ACL"),
        ("https://www.example.org/x", "example.org"),
    ],
)
def test_a_link_without_a_label_gets_one(url: str, name: str) -> None:
    assert Link(url).name == name
    assert Link(url, "ここ").name == "ここ"


def test_a_paper_opens_at_its_id_before_its_links() -> None:
    assert make_paper(title="x", links=[Link("https://a.org/"), Link("https://arxiv.org/pdf/2307.08621")]).url == (
        "https://arxiv.org/abs/2307.08621"
    )
    assert make_paper(title="x", links=[Link("https://a.org/")]).url == "https://a.org/"
    assert make_paper(title="x").url is None


def test_bookkeeping_is_no_content() -> None:
    one = paper(1, date=PaperDate(2023))
    assert with_id(one, "other").content == one.content
    assert paper(1, date=PaperDate(2024)).content != one.content
