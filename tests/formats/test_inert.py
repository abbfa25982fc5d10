"""A paper's text has no effect in a file for another program, and round-trips."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import DayoriError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, make_paper
from bot.formats import atom, bibtex, csl, json, markdown, ris, yaml
from bot.formats.atom import AtomFeed
from bot.formats.person_names import from_inverted, parted
from bot.formats.registry import READERS, WRITERS
from tests.samples import lines, paper, texts

BOTH_WAYS = ("yaml", "json", "bibtex", "csl", "ris")
HOSTILE = (
    r"\input{/etc/passwd}",
    r"\write18{id}",
    "^^5cinput{x}",
    "^^5c^^5c",
    "%",
    "\\%",
    "#1",
    "&",
    "$x$",
    "a_b",
    "~",
    "^",
    "{",
    "}",
    "}}\n@misc{evil, title={x}",
    "\\",
    "--",
    "``",
    "''",
    "?`",
    "@string{",
    '"',
    "ER  - ",
    "\nTY  - GEN",
    "C6  - x",
    "<script>alert(1)</script>",
    "<!--",
    "]]>",
    "=1+1",
    "[x](javascript:alert(1))",
    " and ",
    "others",
    ",",
    "; ",
    "日本語",
)
NAMES = (
    "King, Jr., Martin Luther",
    "Martin Luther King, Jr.",
    "Google, Inc.",
    "Inc. Google",
    "Donald E. Knuth",
    "山田 太郎",
    "OpenAI",
    "others",
    "Dick and Jane",
    "Smith, John",
    "{Braced}",
    "von der Leyen, Ursula",
    "A, B, C, D",
    "Jr., X",
    "de la Cruz, III",
    "III, Henry",
    "Sammy Davis Jr.",
    "Sammy Davis, Jr",
    "The ATLAS Collaboration",
    "Microsoft Research, Ltd.",
    "X, ",
    "a;b",
    "C6  - x",
)
DOIS = (
    "10.1016/s0140-6736(20)30183-5",
    "10.1234/a^^5cb",
    "10.1234/a)b",
    "10.1234/(a",
    "10.1234/a_b%20c#d&e$f~g",
    "10.1234/a{b}c",
    r"10.1234/a\b",
    "10.1234/a--b",
    "10.1234/a<b>c",
    '10.1234/a"b',
    "10.1234/a[1]",
    "10.1002/(sici)1097(199806)1:2<3::aid-x>3.0.co;2-q",
)
ADDRESSES = (
    "https://web.archive.org/web/2020/https://a.org/x,https://b.org/y",
    "https://a.org/?u=a;https://b.org",
    "https://a.org/a_b%20c#d",
    "https://a.org/?a=1&b=2$3~4",
    "https://a.org/(x)",
    "https://a.org/x)",
    "https://a.org/a^^5cb",
    "https://a.org/{a}",
    "https://a.org/a--b",
    "https://en.wikipedia.org/wiki/RISC-V_(x)",
    "https://a.org/;http://b.org/,http://c.org",
)

hostile = st.lists(st.sampled_from(HOSTILE) | texts, min_size=1, max_size=6).map("".join)


@st.composite
def hostile_papers(draw: st.DrawFn) -> Paper:
    title = draw(hostile) + " x"
    links = [Link(url, draw(st.none() | hostile)) for url in draw(st.lists(st.sampled_from(ADDRESSES), max_size=3))]
    try:
        return make_paper(
            title=title,
            id="a",
            headline=draw(hostile),
            comment=draw(hostile),
            excerpt=draw(hostile),
            organization=draw(hostile)[:90],
            authors=draw(st.lists(st.sampled_from(NAMES) | hostile, max_size=4)),
            links=links,
            tags=[draw(hostile)[:90]],
            identifiers=Identifiers(doi=draw(st.none() | st.sampled_from(DOIS))),
        )
    except DayoriError:
        return paper(1)


@example(make_paper(title="x", authors=["King, Jr., Martin Luther", "ER -"]), "ris")
@example(make_paper(title="x", authors=["King, Jr., Martin Luther", "C6 - x"]), "ris")
@given(hostile_papers(), st.sampled_from(BOTH_WAYS))
def test_any_paper_comes_back_as_it_went(paper: Paper, format: str) -> None:
    assert READERS[format]("".join(WRITERS[format]([paper])), "f") == [paper]


@example(make_paper(title="x", tags=["@misc, title", "@misc；title"]))
@given(hostile_papers())
def test_tex_finds_no_command_but_our_own_in_a_bibliography(paper: Paper) -> None:
    body = "".join(bibtex.write([paper]))
    for allowed in (
        r"\textbackslash{}",
        r"\textbraceleft{}",
        r"\textbraceright{}",
        r"\textasciitilde{}",
        r"\textasciicircum{}",
        "\\newline\n",
    ):
        body = body.replace(allowed, "·")
    body = re.sub(r"\\[$&%#_]", "", body)
    assert not re.search(r"[\\$&%#~^]|(?<![a-z])_", body.split(",\n", 1)[1])
    depth = 0
    for mark in re.findall("[{}]", body):
        depth += 1 if mark == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert len(re.findall(r"@\w*[ \t]*[({]", body)) == 1


@given(hostile_papers())
def test_nothing_is_html_in_a_page_or_a_feed(paper: Paper) -> None:
    page = "".join(WRITERS["html"]([paper]))
    assert "<script" not in page
    assert "javascript:" not in re.sub(r">[^<]*<", "><", page)
    assert "<script" not in "".join(atom.write([paper], AtomFeed(UUID(int=1))))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format", BOTH_WAYS)
def test_a_name_comes_back_as_it_went(name: str, format: str) -> None:
    sample = paper(1, authors=[name, "Ada Lovelace"])
    assert READERS[format]("".join(WRITERS[format]([sample])), "f") == [sample]


@pytest.mark.parametrize("doi", DOIS)
@pytest.mark.parametrize("format", BOTH_WAYS)
def test_a_doi_comes_back_as_it_went(doi: str, format: str) -> None:
    sample = paper(1, identifiers=Identifiers(doi=doi))
    assert READERS[format]("".join(WRITERS[format]([sample])), "f") == [sample]


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize("label", [None, "code", "https://b.org/"])
@pytest.mark.parametrize("format", BOTH_WAYS)
def test_an_address_comes_back_as_it_went(url: str, label: str | None, format: str) -> None:
    sample = paper(1, links=[Link(url, label), Link("https://z.org/", label)])
    assert READERS[format]("".join(WRITERS[format]([sample])), "f") == [sample]


# The names that links without a label show, labels that look like links or lists, marks, odd characters.
LABELS = (
    "code",
    "PDF",
    "arXiv",
    "z.org",
    "https://z.org/",
    "https://a.org/?",
    "[https://b.org/]",
    "paper",
    "論文",
    "[x]",
)
LABELLED = ("https://github.com/a/b", "https://z.org/x.pdf", "https://arxiv.org/abs/2401.00009", "https://z.org/")


@settings(max_examples=300)
@given(
    st.lists(st.none() | st.sampled_from(LABELS) | hostile | lines, min_size=len(LABELLED), max_size=len(LABELLED)),
    st.integers(1, len(LABELLED)),
    st.sampled_from(sorted(WRITERS)),
)
def test_every_label_comes_back_as_it_went(labels: list[str | None], n: int, format: str) -> None:
    links = [Link(url, label) for url, label in zip(LABELLED[:n], labels, strict=False)]
    assume(not any("\ufffe" in (label or "") for label in labels))  # no page and no feed may hold it
    sample = paper(1, links=links, comment="よい")
    (back,) = READERS[format]("".join(WRITERS[format]([sample])), "f")
    assert back.links[-n:] == sample.links
    assert back.comment == sample.comment


# Characters without width, marks, joiners, directions, unusual spaces, and what begins or ends something in Markdown.
ODD = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u2066\u2069\u200f\u0301\u3099\ufe0f\u20e3\U0001f3fb\u3164"
odd = st.text(ODD + "\u2028\x85\x0b\u00a0\u3000\u2003\n #＃-+*_=>|[]`\\1.:・x論👩", min_size=1, max_size=6)


@example("#\u200d", "x", "x", "html")
@example("x", "x", "C#", "markdown")
@example("#x", "-", "#", "markdown")
@settings(max_examples=400)
@given(odd, odd, odd, st.sampled_from(sorted(WRITERS)))
def test_odd_characters_come_back_as_they_went(comment: str, headline: str, title: str, format: str) -> None:
    try:
        sample = make_paper(title=title, id="a", headline=headline, comment=comment, excerpt=comment[::-1])
    except DayoriError:
        return
    (back,) = READERS[format]("".join(WRITERS[format]([sample])), "f")
    for name in ("title", "headline", "comment", "excerpt"):
        assert _trimmed(getattr(back, name)) == _trimmed(getattr(sample, name)), name


def _trimmed(text: str | None) -> list[str]:
    """Return the lines of a text without the spaces around each, which Markdown does not keep."""
    return [line.strip() for line in (text or "").split("\n")]


def test_a_suffix_stands_where_each_program_reads_it() -> None:
    sample = paper(1, authors=["Martin Luther King, Jr."])
    assert "author = {King, Jr., Martin Luther}" in "".join(bibtex.write([sample]))
    assert "AU  - King, Martin Luther, Jr.\n" in "".join(ris.write([sample]))
    assert '"family": "King",\n        "given": "Martin Luther",\n        "suffix": "Jr."' in "".join(
        csl.write([sample])
    )


@pytest.mark.parametrize(
    ("inverted", "suffix_last", "name"),
    [
        ("King, Jr., Martin Luther", False, "Martin Luther King, Jr."),
        ("King, Martin Luther, Jr.", False, "Martin Luther King, Jr."),
        ("King, Martin Luther, Jr.", True, "Martin Luther King, Jr."),
        ("King, Jr., Martin Luther", True, "Martin Luther King, Jr."),
        ("Google, Inc.", False, "Google, Inc."),
        ("Google, Inc.", True, "Google, Inc."),
        ("Example Co., Ltd.", False, "Example Co., Ltd."),
        ("Martin King, Jr.", False, "Martin King, Jr."),
        ("Knuth, Donald E.", True, "Donald E. Knuth"),
        ("山田, 太郎", False, "山田 太郎"),
    ],
)
def test_a_name_in_parts_is_read_as_it_is_meant(inverted: str, suffix_last: bool, name: str) -> None:
    assert from_inverted(inverted, suffix_last=suffix_last) == name


def test_an_organisation_has_no_family_name() -> None:
    assert parted("Google, Inc.") is None
    assert parted("King, Jr., Martin Luther") is None
    assert parted("Martin King, Jr.") == ("King", "Martin", "Jr.")


def test_two_addresses_in_one_link_are_two_where_a_space_parts_them() -> None:
    text = '{"papers": [{"title": "x", "links": ["https://a.org, https://b.org; http://c.org"]}]}'
    (paper,) = json.read(text, "f")
    assert [link.url for link in paper.links] == ["https://a.org", "https://b.org", "http://c.org"]
    assert yaml.read(text, "f") == [paper]


def test_a_link_with_brackets_is_whole_in_markdown() -> None:
    sample = replace(paper(1, identifiers=Identifiers(doi="10.1234/a)b")), links=(Link("https://a.org/(x"),))
    text = "".join(markdown.write([sample]))
    assert "](<https://doi.org/10.1234/a)b>)" in text
    assert "](<https://a.org/(x>)" in text
