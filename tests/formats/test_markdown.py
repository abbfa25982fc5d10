"""Markdown shows a paper's text, and none of its characters act as markup."""

from __future__ import annotations

from hypothesis import given
from markdown_it import MarkdownIt

from bot.domain.paper import Paper, make_paper
from bot.formats import markdown
from tests.formats.shared import full
from tests.samples import random_papers

_READER = MarkdownIt("commonmark")


def _shown(text: str) -> str:
    """Return the visible text of Markdown, without spaces."""
    leaves = [leaf for token in _READER.parse(text) if token.children for leaf in token.children]
    return "".join("".join(leaf.content for leaf in leaves).split())


def test_a_section_holds_everything_in_reading_order() -> None:
    text = "".join(markdown.write([full(1)]))
    assert text.startswith(
        "# 論文だより\n\n## [1番目の論文](<https://arxiv.org/abs/2401.00001>)\n\n**A Paper on Subject 1**\n\n"
        "*2001-02-02 · Microsoft"
    )
    assert "[コード](<https://github.com/a/b_c%20d>)" in text


def test_marks_in_a_text_are_shown_as_they_are() -> None:
    comment = "# no heading\n- no list\n1. none\n> none\n*a* _b_ `c` [d](e) <f> https://a.org/x_y_z"
    paper = make_paper(title="*T* [x](y) # z", comment=comment)
    assert "".join(comment.split()) in _shown("".join(markdown.write([paper])))
    kinds = {token.type for token in _READER.parse("".join(markdown.write([paper])))}
    assert kinds == {"heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close"}


@given(random_papers)
def test_a_random_paper_is_one_section_with_no_html(paper: Paper) -> None:
    tokens = _READER.parse("".join(markdown.write([paper])))
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2"]
    assert not any(token.type == "html_block" for token in tokens)
    assert not any(leaf.type in ("html_inline", "image") for token in tokens for leaf in token.children or ())
