"""Pages with links to papers and 「まとめ」 pages are read, and our own page round-trips."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper
from bot.formats import html, html_reader, matome
from tests.formats.shared import full
from tests.samples import assert_said, on_the_store, random_papers, texts

ARXIV = "https://arxiv.org/abs/2307.08621"
MATOME = Path(__file__).parents[1] / "data" / "matome.txt"


def one(text: str) -> Paper:
    (paper,) = html_reader.read(text, "f").papers
    return paper


@pytest.mark.parametrize(
    "page",
    [
        f'<ul><li><a href="{ARXIV}">RetNet</a> – よい</li></ul>',
        f"<OL><LI><B>RetNet</B> [<A HREF={ARXIV}>PDF</A>] よい</OL>",
        f"<p><a class=\"x\" href='{ARXIV}'>RetNet</a>: よい</p>",
        f'<li><p><a href="{ARXIV}">RetNet</a></p><p>よい</p></li>',
        f'<table><tr><th>Title<th>Link<th>Comment<tr><td>RetNet<td><a href="{ARXIV}">arXiv</a><td>よい</table>',
        f'<h2><a href="{ARXIV}">RetNet</a></h2><p>よい</p>',
        f'<li>RetNet<ul><li><a href="{ARXIV}">paper</a></li><li>よい</ul>',
    ],
)
def test_an_item_is_a_title_a_link_and_a_comment_however_pages_are_written(page: str) -> None:
    paper = one(
        f"<!doctype html><title>t</title><script>'<li>'</script><nav><a href='{ARXIV}0'>x</a></nav>{page}<footer>f"
    )
    assert (paper.title, paper.identifiers.arxiv, paper.comment) == ("RetNet", "2307.08621", "よい")


def test_entities_are_characters_and_labelled_links_are_links() -> None:
    paper = one(
        f'<li><a href="{ARXIV}?a=1&amp;b=2">A &amp; B&#x2122; &nosuch;</a> <a href="https://github.com/a/b">Code</a></li>'
    )
    assert paper.title == "A & B™ &nosuch;"
    assert paper.links == (Link(f"{ARXIV}?a=1&b=2"), Link("https://github.com/a/b"))


def test_what_links_to_no_paper_is_left_out_and_told_with_its_line() -> None:
    contents = html_reader.read(
        f'<ul>\n<li><a href="https://a.org/">Tool</a>\n<li><a href="{ARXIV}">RetNet</a></ul>', "f"
    )
    assert [(line, why.text("en")) for line, why in contents.skipped] == [(2, "there is no link to a paper here: Tool")]


def test_a_matome_page_that_a_browser_saved_is_read_like_its_text_with_the_links_of_its_cards() -> None:
    plain = matome.read(MATOME.read_text(encoding="utf-8"), "f")
    paragraphs = MATOME.read_text(encoding="utf-8").split("\n\n")
    body = "".join(f"<p>{'<br />'.join(paragraph.strip().splitlines())}</p>\n" for paragraph in paragraphs)
    page = f"<html><head><title>まとめ</title></head><body><nav><a href='/'>ホーム</a></nav>{body}</body></html>"
    assert [
        (paper.title, paper.headline, paper.date, paper.comment) for paper in html_reader.read(page, "f").papers
    ] == [(paper.title, paper.headline, paper.date, paper.comment) for paper in plain]
    card = (
        f'<a href="{ARXIV}" class="card"><div>A Title</div><div>Text of the abstract...</div><div>arxiv.org</div></a>'
    )
    paper = one(f"<h2>見出し</h2><p>論文タイトル:A Title</p><p>発表日:2024-01-18</p><p>よい。</p>{card}<p>最後</p>")
    assert (paper.headline, paper.title, str(paper.date), paper.comment) == (
        "見出し",
        "A Title",
        "2024-01-18",
        "よい。\n\n最後",
    )
    assert (paper.excerpt, paper.links, paper.identifiers.arxiv) == (
        "Text of the abstract...",
        (Link(ARXIV),),
        "2307.08621",
    )


def test_a_wrong_date_of_a_saved_page_is_told_with_its_line() -> None:
    with pytest.raises(FileError, match=r"^f:3: "):
        html_reader.read("<h2>見出し</h2>\n<p>論文タイトル:A Title</p>\n<p>発表日:近日</p>\n", "f")


def test_our_own_page_comes_back() -> None:
    papers = [full(n) for n in range(3)]
    for paper, back in zip(papers, html_reader.read("".join(html.write(papers)), "f").papers, strict=True):
        assert (back.id, back.title, back.headline, back.date, back.organization) == (
            paper.id,
            paper.title,
            paper.headline,
            paper.date,
            paper.organization,
        )
        assert (back.comment, back.excerpt, back.tags) == (paper.comment, paper.excerpt, paper.tags)
        assert back.identifiers == paper.identifiers
        assert set(paper.links) <= set(back.links)


@on_the_store
@given(random_papers)
def test_a_random_paper_of_ours_comes_back_with_what_the_page_holds(paper: Paper) -> None:
    (back,) = html_reader.read("".join(html.write([paper])), "f").papers
    for name in ("id", "title", "headline", "date", "identifiers", "comment"):
        assert _seen(getattr(back, name)) == _seen(getattr(paper, name)), name
    assert {link.url for link in paper.links} <= {link.url for link in back.links}


def _seen(value: object) -> str:
    return "".join(str(value).replace("\ufffe", "").replace("\uffff", "").split())


@given(texts)
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    for page in (
        text,
        f"<li><a href='{ARXIV}'>{text}</a>{text}</li>",
        f"<li><a href='{text}'>x<td>{text}<table><tr><td>",
    ):
        try:
            html_reader.read(page, "f")
        except FileError as error:
            assert_said(error)
