"""A collection round-trips through JSON; the format is a contract."""

from __future__ import annotations

import json as plain_json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper
from bot.formats import json
from tests.samples import assert_said, numbered, paper, stamped, texts


@given(stamped)
def test_a_random_paper_reads_back_as_it_was(paper: Paper) -> None:
    assert json.read("".join(json.write([paper])), "f") == [paper]


@settings(max_examples=25)
@given(st.lists(stamped, max_size=4).map(numbered))
def test_a_random_collection_reads_back_as_it_was(papers: list[Paper]) -> None:
    assert json.read("".join(json.write(papers)), "f") == papers


def test_a_paper_has_the_shape_that_is_promised() -> None:
    sample = paper(1, date=PaperDate(2023, 7), authors=["A"], tags=["検索"], links=[Link("https://a.org/")])
    assert plain_json.loads("".join(json.write([sample]))) == {
        "papers": [
            {
                "id": "paper-1",
                "headline": "1番目の論文",
                "title": "A Paper on Subject 1",
                "date": "2023-07",
                "comment": None,
                "excerpt": None,
                "venue": None,
                "organization": None,
                "authors": ["A"],
                "links": [{"label": None, "url": "https://a.org/"}],
                "tags": ["検索"],
                "identifiers": {"arxiv": "2401.00001"},
                "added_at": None,
                "added_by": None,
                "updated_at": None,
            }
        ]
    }


def test_an_empty_collection_is_a_file_too() -> None:
    assert json.read("".join(json.write([])), "f") == []
    assert json.read("{}", "f") == []


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ('{"papers": [}', "f:1:13: ", "not valid JSON"),
        ("", "f:1:1: ", "not valid JSON"),
        ('{"papers": [{"title": "x", "title": "y"}]}', "f:1:28: ", 'the key "title" is given twice'),
        ('{"papers": [{"title": "x", "colour": 1}]}', "f:1:28: ", 'unknown key "colour"'),
        ('{"papers": [{"title": "x", "date": "2023-02-30"}]}', "f:1:36: ", "no such day"),
        ('{"papers": [{"title": true}]}', "f:1:23: ", '"title" must be text'),
        ('{"papers": [{"title": ""}]}', "f:1:23: ", "needs a title"),
        (
            '{"papers": [{"title": "x", "id": "a"}, {"title": "y", "id": "a"}]}',
            "f:1:61: ",
            'id "a" is given twice (first in line 1)',
        ),
        ('{"papers": 5}', "f:1:1: ", "must be a list"),
        ("[]", "f:1:1: ", "must be a list"),
        ("[" * 100_000, "f: ", "too deep"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        json.read(text, "f")
    assert str(caught.value).startswith(place)
    assert problem in str(caught.value)


@given(texts)
def test_any_text_is_a_collection_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        json.read(text, "f")
    except FileError as error:
        assert_said(error)
