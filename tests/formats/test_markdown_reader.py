"""Markdown lists and tables of papers are read, and our own Markdown round-trips."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper, make_paper
from bot.formats import html, html_reader, markdown, markdown_reader
from tests.formats.shared import full
from tests.samples import assert_said, on_the_store, random_papers, texts

ARXIV = "https://arxiv.org/abs/2307.08621"
CODE = "https://github.com/microsoft/unilm"


def one(text: str) -> Paper:
    (paper,) = markdown_reader.read(text, "f").papers
    return paper


@pytest.mark.parametrize(
    "line",
    [
        f"- [RetNet]({ARXIV}) - よい",
        f"* **RetNet** [[paper]({ARXIV})] — よい",
        f"1. [RetNet](<{ARXIV}>): よい",
        f"+ __RetNet__ ([arXiv]({ARXIV})) よい",
        f'- [ ] [*RetNet*]({ARXIV} "title") よい',
        f"- 🔥 RetNet [[PDF]]({ARXIV}) よい",
        f"- [**RetNet**]({ARXIV})<br>よい",
        f'- <a href="{ARXIV}">RetNet</a> よい',
        f"[RetNet]({ARXIV})\nよい",
        f"- RetNet\n  - [paper]({ARXIV})\n  - よい",
        f"- [RetNet]({ARXIV})\n\n  よい",
        f"| Paper | Comment |\n|---|---|\n| [RetNet]({ARXIV}) | よい |",
        f"|タイトル|リンク|コメント|\n|:-:|--|--|\n|RetNet|{ARXIV}|よい|",
    ],
)
def test_an_item_is_a_title_a_link_and_a_comment_however_lists_are_written(line: str) -> None:
    paper = one(line)
    assert (paper.title, paper.identifiers.arxiv, paper.comment) == ("RetNet", "2307.08621", "よい")


def test_links_that_are_only_named_are_links_and_pictures_are_nothing() -> None:
    paper = one(
        f"- **RetNet** [[paper]({ARXIV})] [[Code]({CODE})] [[Slides](https://a.org/s)] ![stars](https://img.org/x.svg) "
        "[![badge](https://img.org/y)](https://b.org/)"
    )
    assert paper.links[:3] == (Link(ARXIV), Link(CODE), Link("https://a.org/s", "Slides"))
    assert "img.org" not in str(paper)
    assert paper.comment is None


def test_a_date_in_brackets_is_the_date() -> None:
    assert str(one(f"- [2023/07] **RetNet** [paper]({ARXIV})").date) == "2023-07"
    assert str(one(f"- [RetNet (2023)]({ARXIV})").date) == "2023"
    assert str(one(f"- 2023-07-19 [RetNet]({ARXIV})").date) == "2023-07-19"


@pytest.mark.parametrize(
    ("line", "date", "comment"),
    [
        (f"- **RetNet** (2023) [[paper]({ARXIV})]", "2023", None),
        (f"- [RetNet]({ARXIV}) (2023/07) よい", "2023-07", "よい"),
        (f"- [RetNet]({ARXIV}) 2023", "2023", None),
        (f"- [RetNet]({ARXIV}) (2023年7月19日)", "2023-07-19", None),
        (f"- [RetNet]({ARXIV}) 2023年のよい論文", "None", "2023年のよい論文"),
        (f"- [RetNet]({ARXIV}) (ICLR 2023)", "None", "(ICLR 2023)"),
        (f"- [RetNet]({ARXIV}) (2023-13)", "None", "(2023-13)"),
    ],
)
def test_a_date_behind_the_title_is_the_date_and_no_comment(line: str, date: str, comment: str | None) -> None:
    paper = one(line)
    assert (str(paper.date), paper.comment) == (date, comment)


def test_the_heading_above_is_a_tag_but_not_the_documents_own_nor_one_that_says_nothing() -> None:
    text = (
        f"# Awesome LLM\n\n## 🔍 1. Retrieval\n- [A]({ARXIV})\n\n## Papers\n- [B](https://arxiv.org/abs/2307.00001)\n"
        "\n## 2023年\n- [C](https://arxiv.org/abs/2307.00002)\n"
    )
    assert [paper.tags for paper in markdown_reader.read(text, "f").papers] == [("Retrieval",), (), ()]


def test_nested_items_are_papers_of_their_own() -> None:
    text = f"- Models\n  - [A]({ARXIV}) good\n    - more of it\n  - [B](https://arxiv.org/abs/2307.00001)\n"
    pairs = [(paper.title, paper.comment) for paper in markdown_reader.read(text, "f").papers]
    assert pairs == [("A", "good\nmore of it"), ("B", None)]


def test_an_item_without_a_title_waits_for_it() -> None:
    contents = markdown_reader.read(f"- {ARXIV}\n- [paper](https://arxiv.org/abs/2307.00001) よい\n", "f")
    assert [(each.line, each.source) for each in contents.untitled] == [
        (1, ARXIV),
        (2, "https://arxiv.org/abs/2307.00001"),
    ]
    assert contents.untitled[1].paper
    assert contents.untitled[1].paper.comment == "よい"


def test_what_links_to_no_paper_is_left_out_and_told_and_code_is_passed_over() -> None:
    text = "- [Tool](https://tool.dev/) - nice\n- [Contents](#contents)\n- no link\n"
    text += f"```\n- [X](https://arxiv.org/abs/2301.00001)\n```\n- [RetNet]({ARXIV})\n"
    contents = markdown_reader.read(text, "f")
    assert [paper.title for paper in contents.papers] == ["RetNet"]
    assert [(line, why.text("en")) for line, why in contents.skipped] == [
        (1, "there is no link to a paper here: Tool - nice")
    ]


def test_below_a_heading_that_says_papers_any_link_is_one_but_not_code() -> None:
    text = f"## 読んだ論文\n- [Llama 2](https://ai.meta.com/research/publications/llama-2/)\n- [A tool]({CODE})\n"
    assert [paper.title for paper in markdown_reader.read(text, "f").papers] == ["Llama 2"]


def test_one_paper_twice_is_one() -> None:
    text = f"- [RetNet]({ARXIV})\n- [RetNet again](https://arxiv.org/pdf/2307.08621v2)\n"
    assert [paper.title for paper in markdown_reader.read(text, "f").papers] == ["RetNet"]


def test_our_own_markdown_comes_back() -> None:
    papers = [full(n) for n in range(3)]
    read = markdown_reader.read("".join(markdown.write(papers)), "f").papers
    for paper, back in zip(papers, read, strict=True):
        assert (back.title, back.headline, back.date, back.organization) == (
            paper.title,
            paper.headline,
            paper.date,
            paper.organization,
        )
        assert (back.tags, back.identifiers) == (paper.tags, paper.identifiers)
        assert _seen(back.comment) == _seen(paper.comment)
        assert set(paper.links) <= set(back.links)
        assert _seen(back.excerpt) == _seen(paper.excerpt)


@pytest.mark.parametrize(
    "fields",
    [
        {"organization": "Microsoft research"},
        {"organization": "Google DeepMind"},
        {"authors": ["Donald E. Knuth"]},
        {"authors": ["Ada", "Bob"]},
        {"organization": "東京大学", "authors": ["山田 太郎"]},
    ],
)
def test_organisation_and_authors_are_told_apart(fields: dict[str, Any]) -> None:
    paper = make_paper(title="A", **fields)
    (back,) = markdown_reader.read("".join(markdown.write([paper])), "f").papers
    assert (back.organization, back.authors) == (paper.organization, paper.authors)


@on_the_store
@given(random_papers)
def test_a_random_paper_of_ours_comes_back_with_what_markdown_holds(paper: Paper) -> None:
    (back,) = markdown_reader.read("".join(markdown.write([paper])), "f").papers
    for name in ("title", "headline", "date", "identifiers"):
        assert _seen(getattr(back, name)) == _seen(getattr(paper, name)), name
    assert {link.url for link in paper.links} <= {link.url for link in back.links}


def _seen(value: object) -> str:
    return "".join(str(value).split())


def test_a_quotation_comes_back_with_its_lines() -> None:
    paper = make_paper(title="A", excerpt="one\ntwo\n\nthree")
    (back,) = markdown_reader.read("".join(markdown.write([paper])), "f").papers
    assert back.excerpt == paper.excerpt


def test_a_headline_that_looks_like_markdown_comes_back() -> None:
    paper = make_paper(
        title="*T* [x](y) # z", headline="**太字** `code` | 表", comment="# no\n- list\n1. x\n> y\n**z**"
    )
    (back,) = markdown_reader.read("".join(markdown.write([paper])), "f").papers
    assert (back.title, back.headline, back.comment) == (paper.title, paper.headline, paper.comment)


@given(texts)
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    for document in (
        text,
        f"- [RetNet]({ARXIV}) {text}\n  - {text}",
        f"|title|\n|-|\n|{text}|{ARXIV}|",
        f"# 論文だより\n\n## {text}",
    ):
        try:
            markdown_reader.read(document, "f")
        except FileError as error:
            assert_said(error)


def test_all_authors_come_back_however_many_there_are() -> None:
    paper = Paper(id="a", title="A Paper", authors=tuple(f"Given{n} Family{n}" for n in range(70)))
    for written, reader in ((markdown.write([paper]), markdown_reader), (html.write([paper]), html_reader)):
        assert reader.read("".join(written), "f").papers[0].authors == paper.authors
