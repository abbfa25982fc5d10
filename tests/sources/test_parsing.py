"""Whatever bytes a source sends, they become metadata that fits a paper, or one clear error."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.errors import SourceBusyError, SourceError
from bot.domain.metadata import Metadata, make_metadata
from bot.domain.paper import make_paper
from bot.sources import acl, arxiv_answer, crossref, openreview, webpage
from bot.sources.html_meta import meta_tags
from bot.sources.markup import decoded, person, plain, several
from tests.doubles.web.answers import Page, anthology, arxiv_error, atom, citation, html, meta
from tests.doubles.web.answers import crossref as crossref_page
from tests.doubles.web.answers import openreview as openreview_page
from tests.samples import addresses, lines, texts

PARSERS: dict[str, Callable[[bytes], list[Metadata]]] = {
    "arxiv": lambda body: [*arxiv_answer.parse(body).values()],
    "crossref": lambda body: [crossref.parse(body, "10.5555/x")],
    "openreview": lambda body: [openreview.parse(body, "AbCdEf1234")],
    "acl": lambda body: [acl.parse(body, "P19-9999")],
    "webpage": lambda body: [webpage.parse(body, "https://example.org/a")],
    "citation": lambda body: [webpage.parse_citation(body, "https://example.org/a", None, "Here")],
}
WHOLE = [
    atom(
        {
            "2401.00001v1": {
                "title": "A",
                "authors": ["B"],
                "published": "2024-01-01T00:00:00Z",
                "abstract": "C",
                "doi": "10.1/a",
            }
        }
    ).body,
    crossref_page(
        {
            "DOI": "10.5555/x",
            "title": ["A"],
            "author": [{"given": "B", "family": "C"}],
            "issued": {"date-parts": [[2024, 1]]},
            "abstract": "<p>D",
        }
    ).body,
    openreview_page("AbCdEf1234", 1, title="A", authors=["B"], abstract="C").body,
    anthology("P19-9999", "A", "B", date="2019/7", abstract="C").body,
    citation("A", "B, C", date="2024/1/1", doi="10.1/a", pdf_url="a.pdf", abstract="D", arxiv_id="2401.00001").body,
    html('<script type="application/ld+json">{"@type": "Article", "headline": "A", "author": ["B"]}</script>').body,
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | addresses,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "DOI",
                    "title",
                    "author",
                    "given",
                    "family",
                    "name",
                    "affiliation",
                    "issued",
                    "date-parts",
                    "abstract",
                    "relation",
                    "has-preprint",
                    "id",
                    "notes",
                    "content",
                    "value",
                    "authors",
                    "pdate",
                    "@type",
                    "@graph",
                    "headline",
                    "datePublished",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real answer with a piece removed, doubled or overwritten."""
    body = draw(st.sampled_from(WHOLE))
    start, end = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
    return body[:start] + draw(st.binary(max_size=8) | st.just(body[start:end] * 2) | texts.map(_bytes)) + body[end:]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _holds(name: str, body: bytes) -> None:
    try:
        metadata = PARSERS[name](body)
    except SourceError as error:
        error.text("ja")
        return
    for one in metadata:
        assert one.title
        make_paper(
            title=one.title,
            excerpt=one.excerpt,
            organization=one.organization,
            authors=one.authors,
            date=one.date,
            links=one.links,
            identifiers=one.identifiers,
        )


@pytest.mark.parametrize("name", PARSERS)
@given(body=st.binary(max_size=300) | damaged() | texts.map(_bytes))
def test_any_bytes_are_metadata_or_one_clear_error(name: str, body: bytes) -> None:
    _holds(name, body)


@pytest.mark.parametrize("name", ["crossref", "openreview"])
@given(value=_JSON)
def test_any_json_is_metadata_or_one_clear_error(name: str, value: object) -> None:
    _holds(name, json.dumps(value).encode())
    document = dict.fromkeys(("title", "author", "authors", "issued", "pdate", "abstract", "relation"), value)
    note = {"id": "AbCdEf1234", "pdate": value, "content": document | {"title": "A"}}
    wrapped = {"crossref": document | {"DOI": "10.5555/x"}, "openreview": {"notes": [note]}}
    _holds(name, json.dumps(wrapped[name]).encode())


@given(value=_JSON, other=lines)
def test_any_json_in_a_page_is_metadata_or_one_clear_error(value: object, other: str) -> None:
    document = json.dumps(
        {"@type": ["Article"], "name": value, "author": value, "datePublished": value, "identifier": value}
    )
    _holds("webpage", html(meta("og:title", other), f"<script type=application/ld+json>{document}</script>").body)


@given(title=lines, author=lines, date=lines, abstract=texts)
def test_what_a_publisher_says_arrives(title: str, author: str, date: str, abstract: str) -> None:
    _holds("webpage", citation(title, author, date=date, abstract=abstract, pdf_url=date, doi=author).body)


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 900_000,
        "<p " + " ".join(f"a{n}=1" for n in range(600_000)) + ">",
        "<meta " * 800_000,
        "<meta '" * 700_000,
        '<meta content="' * 300_000,
        "<meta name=citation_author content=x>" * 130_000,
        "<title>" * 700_000,
        "<" * 5_000_000,
        "<script type=application/ld+json>" * 150_000,
        "<meta name='" + "x" * 4_900_000,
        "<meta " + "a=1 " * 1_200_000 + ">",
        "<script type=application/ld+json>" + "[" * 4_900_000,
        "&" * 5_000_000,
        "<!--" * 1_200_000,
        "<meta \"<meta '" * 350_000,
        "<title>" + "<a " * 1_600_000,
        "<meta name=citation_title content='" + "<p" * 9_000 + "'>" + "x" * 4_900_000,
        '<script type=application/ld+json>{"@graph":[' + "[]," * 1_600_000 + "[]]}</script>",
        '<div class="acl-abstract">' * 190_000,
    ],
)
def test_a_hostile_page_does_not_hold_us_up(hostile: str) -> None:
    for name in ("webpage", "acl"):
        began = time.process_time()
        _holds(name, hostile.encode()[:5_000_000])
        assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>We are being mended</body></html>", b"<x/>", b"{}", b"[" * 100_000, b"\xff\xfe\x00"]
)
@pytest.mark.parametrize("name", ["arxiv", "crossref", "openreview", "acl"])
def test_what_is_something_else_is_unreadable(name: str, body: bytes) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        PARSERS[name](body)


_ENTRY = {"title": "A", "authors": ["B"], "published": "2024-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("parser", "page", "venue"),
    [
        (
            "arxiv",
            atom({"2401.00001v1": _ENTRY | {"journal_ref": "J. Made Up 7, 13 (2024)"}}),
            "J. Made Up 7, 13 (2024)",
        ),
        ("arxiv", atom({"2401.00001v1": _ENTRY | {"comment": "9 pages, accepted at ICML 2024"}}), "ICML 2024"),
        ("arxiv", atom({"2401.00001v1": _ENTRY | {"comment": "9 pages"}}), None),
        ("crossref", crossref_page({"DOI": "10.5555/x", "title": ["A"], "container-title": ["Nature", "N"]}), "Nature"),
        ("openreview", openreview_page("AbCdEf1234", 1, title="A", venue="ICLR 2024 poster"), "ICLR 2024 poster"),
        ("openreview", openreview_page("AbCdEf1234", 1, title="A", venue="Submitted to ICLR 2024"), None),
        ("citation", citation("A", date="2024", conference_title="Proceedings of ACL"), "Proceedings of ACL"),
        ("citation", citation("A", date="2024", journal_title="arXiv.org"), None),
        (
            "webpage",
            html(
                '<script type="application/ld+json">{"@type": "ScholarlyArticle", "headline": "A", "isPartOf": '
                '{"@type": "PublicationIssue", "isPartOf": {"@type": "Periodical", "name": "A Journal"}}}'
                "</script>"
            ),
            "A Journal",
        ),
    ],
)
def test_a_source_tells_where_its_paper_was_published(parser: str, page: Page, venue: str | None) -> None:
    [metadata] = PARSERS[parser](page.body)
    assert metadata.venue == venue


def test_arxiv_says_what_is_wrong_and_when_it_is_asked_too_often() -> None:
    with pytest.raises(SourceError, match="answered with an error: incorrect id format for x"):
        arxiv_answer.parse(arxiv_error("incorrect id format for x").body)
    with pytest.raises(SourceBusyError):
        arxiv_answer.parse(b"Rate exceeded.")


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("crossref", crossref_page({"DOI": "10.5555/y", "title": ["A"]})),
        ("openreview", openreview_page("Other12345", 1, title="A")),
        ("acl", anthology("P19-0001", "A", date="2019", abstract="B")),
    ],
)
def test_an_answer_about_another_paper_is_not_taken(name: str, page: Page) -> None:
    with pytest.raises(SourceError, match="answered with another paper"):
        PARSERS[name](page.body)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Roe, Jan Q.", "Jan Q. Roe"),
        ("Jan Roe", "Jan Roe"),
        ("山田, 太郎", "山田 太郎"),
        ("Roe, Jr.", "Roe, Jr."),
        ("Naps, Inc.", "Naps, Inc."),
        ("Roe, Jan, Jr.", "Roe, Jan, Jr."),
        ("Roe,", "Roe, "),
        ("N&uacute;&ntilde;ez, <b>Ada</b>", "Ada Núñez"),
    ],
)
def test_a_name_is_written_as_it_is_spoken(text: str, spoken: str) -> None:
    assert person(text) == spoken


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<jats:p>a <jats:italic>b</jats:italic></jats:p>", "a b"),
        ("<p>Abstract</p>The rest", "The rest"),
        ("p &lt; 0.05 & x<1", "p < 0.05 & x<1"),
        ("要旨\n休む。", "休む。"),
        ("Abstract art is art", "Abstract art is art"),
        ("H<sub>2</sub>O<br/>x", "H2O\nx"),
    ],
)
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("論文".encode("cp932"), "Shift_JIS"),
        ("論文".encode("euc_jp"), "EUC-JP"),
        ("論文".encode(), None),
        ("論文".encode(), "no-such"),
        ("論文".encode("utf-8-sig"), "Shift_JIS"),
        ("論文".encode("utf-16"), None),
        ("論文".encode("iso2022_jp"), "iso-2022-jp"),
        (b'<meta http-equiv=content-type content="text/html; charset=euc-jp">' + "論文".encode("euc_jp"), None),
        ("よい論文".encode("euc_jp"), None),
        ("よい論文".encode("cp932"), None),
        ("論文".encode(), "idna"),
    ],
)
def test_a_page_is_read_in_its_charset(body: bytes, charset: str | None) -> None:
    assert decoded(body, charset).endswith("論文")


def test_tags_are_read_however_they_are_written() -> None:
    page = """<META content='1 > 0 "x"' NAME=citation_title><meta property="og:title" content=bare />
    <meta itemprop=name content="a&amp;b"><meta name="empty" content="">
    <meta name="citation_author" content="A"><meta name=citation_author content=B>"""
    assert meta_tags(page) == {
        "citation_title": ['1 > 0 "x"'],
        "og:title": ["bare"],
        "name": ["a&b"],
        "citation_author": ["A", "B"],
    }


def test_several_places_are_one_line() -> None:
    assert several(["A", "B", "A", " "]) == "A, B"
    assert several(list("ABCDE")) == "A, B, C …"
    assert several([]) is None


@given(st.lists(addresses, max_size=30), lines, texts)
def test_metadata_is_clean_and_fits_into_a_paper(links: list[str], line: str, text: str) -> None:
    metadata = make_metadata(
        title=line + "x", excerpt=text * 200, organization=line * 30, authors=[line * 40, "A"], links=links
    )
    paper = make_paper(
        title=metadata.title or "",
        excerpt=metadata.excerpt,
        organization=metadata.organization,
        authors=metadata.authors,
        links=metadata.links,
    )
    assert (paper.title, paper.excerpt, paper.organization, paper.authors, paper.links) == (
        metadata.title,
        metadata.excerpt,
        metadata.organization,
        metadata.authors,
        metadata.links,
    )


def test_what_one_source_leaves_open_another_fills_in() -> None:
    first = make_metadata(title="A", links=["https://a.example/"])
    second = make_metadata(
        title="B", date=PaperDate(2024), authors=["C"], links=["https://b.example/", "https://a.example/"]
    )
    both = first | second
    assert (both.title, both.date, both.authors) == ("A", PaperDate(2024), ("C",))
    assert [link.url for link in both.links] == ["https://a.example/", "https://b.example/"]
