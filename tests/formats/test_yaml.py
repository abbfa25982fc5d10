"""A collection round-trips through YAML for any text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper, make_paper
from bot.formats import yaml
from tests.samples import numbered, paper, stamped


@given(stamped)
def test_a_random_paper_reads_back_as_it_was(paper: Paper) -> None:
    assert yaml.read("".join(yaml.write([paper])), "f") == [paper]


@settings(max_examples=25)
@given(st.lists(stamped, max_size=4).map(numbered))
def test_a_random_collection_reads_back_as_it_was(papers: list[Paper]) -> None:
    assert yaml.read("".join(yaml.write(papers)), "f") == papers


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "0123",
        "2601.00010",
        "~",
        "null",
        "12:30",
        "1e3",
        "on",
        "- x",
        "a: b",
        "#x",
        "@x",
        "`x",
        "*x",
        "'",
        '"',
        "x\u0085y",
        "\ufffe",
        "日本\U000e0100",
        "{}",
        "%x",
        "|",
        ">",
        "&a",
        "!x",
        "?",
    ],
)
def test_a_word_that_yaml_reads_otherwise_stays_a_word(word: str) -> None:
    paper = make_paper(
        id="x", title=word, headline=word, comment=f"{word}\n  {word} \n", tags=[f"a{word}"], authors=[word]
    )
    assert yaml.read("".join(yaml.write([paper])), "f") == [paper]


def test_an_entry_is_written_as_people_write_it() -> None:
    sample = paper(
        1, date=PaperDate(2023, 7), tags=["検索"], links=[Link("https://a.org/"), Link("https://b.org/", "コード")]
    )
    assert "".join(yaml.write([sample])) == (
        "papers:\n- id: paper-1\n  headline: 1番目の論文\n  title: A Paper on Subject 1\n  date: 2023-07\n  links:\n"
        "  - https://a.org/\n  - label: コード\n    url: https://b.org/\n  tags:\n  - 検索\n"
        "  identifiers:\n    arxiv: '2401.00001'\n"
    )


def test_an_empty_collection_is_a_file_too() -> None:
    assert yaml.read("".join(yaml.write([])), "f") == []
    assert yaml.read("", "f") == []
    assert yaml.read("papers:\n", "f") == []


def test_only_a_title_is_needed() -> None:
    [paper] = yaml.read(
        "papers:\n  - title: 'Attention Is All You Need'\n    tags:\n    links:\n    identifiers:\n", "f"
    )
    assert paper == make_paper(title="Attention Is All You Need")


def test_dates_are_read_as_people_write_them() -> None:
    forms = ["2023-07-19", "July 19. 2023", "2023年7月19日", "2023/7/19", "19 July 2023"]
    text = "papers:\n" + "".join(f"- title: t{n}\n  date: {date}\n" for n, date in enumerate(forms))
    assert {paper.date for paper in yaml.read(text, "f")} == {PaperDate(2023, 7, 19)}


def test_a_time_without_a_zone_is_utc() -> None:
    [paper] = yaml.read("papers:\n- title: x\n  added_at: 2023-07-19T09:00:00\n", "f")
    assert paper.added_at == datetime(2023, 7, 19, 9, tzinfo=UTC)


_GOOD = "papers:\n  - title: Good\n  - "


@pytest.mark.parametrize(
    ("entry", "place", "problem"),
    [
        ("{title: Bad", "4:1", "not valid YAML"),
        ("title: Bad\n    colour: red", "4:5", 'unknown key "colour"'),
        ("title: Bad\n    title: Worse", "4:5", 'the key "title" is given twice'),
        ("title: Bad\n    date: 2023-02-30", "4:11", "no such day"),
        ("title: Bad\n    date: soon", "4:11", "is not a date"),
        ("title: Bad\n    id: 2601.00010", "4:9", 'needs quotes: "2601.00010"'),
        ("title: Bad\n    identifiers: {arxiv: 2601.00010}", "4:26", "needs quotes"),
        ("title: Bad\n    links: [2601.00010]", "4:13", "needs quotes"),
        ("title: ''", "3:12", "needs a title"),
        ("title:", "3:11", '"title" must be text'),
        ("headline: Bad", "3:5", '"title" is missing'),
        ("headline: Bad\n    titel: Bad", "4:5", 'unknown key "titel"'),
        ("title: Bad\n    tags: RAG", "4:11", '"tags" must be a list'),
        ("title: Bad\n    tags: [[RAG]]", "4:12", "must be text"),
        ("title: Bad\n    links:\n      - label: x", "5:9", '"url" is missing'),
        ("title: Bad\n    links:\n      - ftp://a.org/", "5:9", "is not a link"),
        ("title: Bad\n    links: [{url: https://a.org/, colour: x}]", "4:35", 'unknown key "colour"'),
        ("title: Bad\n    id: a b", "3:5", "cannot be used"),
        ("title: Bad\n    added_at: yesterday", "4:15", "is not a time"),
        ("title: Bad\n    identifiers: {doi: x}", "4:18", "not a valid DOI id"),
        ("title: Bad\n    identifiers: {openreview: '!'}", "4:18", "not a valid OpenReview id"),
        ("title: Bad\n    identifiers: {acl: 'x y'}", "4:18", "not a valid ACL id"),
        ("Bad", "3:5", "must be a mapping"),
        ("title: Bad\n    id: good", "4:9", 'id "good" is given twice (first in line 2)'),
    ],
)
def test_a_wrong_entry_refuses_the_file_with_its_place(entry: str, place: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        yaml.read(f"{_GOOD}{entry}", "f.yaml")
    assert str(caught.value).startswith(f"f.yaml:{place}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "text", ["- title: x", "papers: {}", "papers: x", "papers: ''", "x", "paper: []", "papers: []\nother: 1"]
)
def test_what_is_no_list_of_papers_is_refused(text: str) -> None:
    with pytest.raises(FileError):
        yaml.read(text, "f")
