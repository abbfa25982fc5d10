"""The page contains every paper, and no text of a paper becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given

from bot.domain.paper import Paper, make_paper
from bot.formats import html
from tests.formats.shared import full
from tests.samples import random_papers

_TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "article", "h2", "a", "p", "blockquote", "nav"}


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_shows_all_of_a_paper_and_asks_for_nothing_from_outside() -> None:
    page = _Page("".join(html.write([full(1), full(2)])))
    assert page.tags.count("article") == 2
    for text in (
        "1番目の論文",
        "A Paper on Subject 1",
        "2001-02-02",
        "50% & more_or_less {x}",
        "#検索",
        "Donald E. Knuth",
    ):
        assert text in page.text
    assert not {"script", "link", "img"} & set(page.tags)
    assert "https://github.com/a/b_c%20d" in page.addresses


def test_markup_in_a_text_is_shown_as_it_is() -> None:
    page = _Page("".join(html.write([make_paper(title="<script>x</script>", comment='"><img src=x onerror=y>')])))
    assert set(page.tags) <= _TAGS
    assert "<script>x</script>" in page.text
    assert '"><img src=x onerror=y>' in page.text


@given(random_papers)
def test_a_random_paper_is_one_article_with_web_links_only(paper: Paper) -> None:
    page = _Page("".join(html.write([paper])))
    assert set(page.tags) <= _TAGS
    assert page.tags.count("article") == 1
    assert all(address.startswith(("http://", "https://")) for address in page.addresses)
