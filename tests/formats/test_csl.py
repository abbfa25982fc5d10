"""CSL-JSON: foreign files are understood, our own files round-trip."""

from __future__ import annotations

import json as plain_json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper
from bot.formats import csl, json
from bot.formats.registry import read_file
from tests.formats.shared import full, kept
from tests.samples import numbered, stamped


@settings(max_examples=40)
@given(st.lists(stamped, max_size=3).map(numbered) | stamped.map(lambda paper: [paper]))
def test_random_papers_read_back_as_they_were(papers: list[Paper]) -> None:
    assert csl.read("".join(csl.write(papers)), "f") == kept(papers)


def test_a_thousand_items_come_back_equal() -> None:
    papers = [full(n) for n in range(1000)]
    assert csl.read("".join(csl.write(papers)), "f") == papers


_ZOTERO = [
    {
        "id": "http://zotero.org/users/1/items/ABC",
        "type": "article",
        "title": "Attention",
        "publisher": "arXiv",
        "number": "arXiv:1706.03762",
        "abstract": "We …",
        "note": "arXiv:1706.03762 [cs]",
        "URL": "https://a.org/x",
        "keyword": "a; b",
        "author": [
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
            {"literal": "OpenAI"},
            {"family": "山田", "given": "太郎"},
        ],
        "issued": {"date-parts": [[2017, 6]]},
    },
    {
        "type": "book",
        "id": 7,
        "title": "Book",
        "DOI": "https://doi.org/10.1145/X",
        "issued": {"literal": "c. 1999"},
        "note": "よい",
    },
]


def test_foreign_items_are_understood() -> None:
    first, second = csl.read(plain_json.dumps(_ZOTERO), "f")
    assert (first.id, str(first.date), first.comment) == ("http-zotero.org-users-1-items-ABC", "2017-06", None)
    assert (first.identifiers.arxiv, first.links, first.tags) == ("1706.03762", (Link("https://a.org/x"),), ("a", "b"))
    assert first.authors == ("Ludwig van Beethoven", "OpenAI", "山田 太郎")
    assert (second.id, second.identifiers.doi, str(second.date), second.comment) == ("7", "10.1145/x", "1999", "よい")


def test_an_item_has_the_usual_variables() -> None:
    [item] = plain_json.loads("".join(csl.write([full(1)])))
    assert item["author"][:2] == [{"family": "Knuth", "given": "Donald E."}, {"family": "Müller", "given": "Jörg"}]
    assert (item["issued"], item["DOI"], item["number"]) == (
        {"date-parts": [[2001, 2, 2]]},
        "10.1145/1.a_b",
        "arXiv:2401.00001",
    )


def test_a_json_file_is_ours_or_csl_by_its_shape(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for write in (csl.write, json.write):
        file.write_text("".join(write([full(1)])), encoding="utf-8")
        assert read_file(file) == [full(1)]


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ('[{"title": "x"} 5]', "f:1:17: ", "not valid JSON"),
        ('{"papers": []}', "f:1:1: ", "must be a list of items"),
        ('[{"title": "x"}, 5]', "f:1:18: ", "must be a mapping"),
        ('[{"title": "x",\n "URL": "ftp://a"}]', "f:2:9: ", "is not a link"),
        ('[{"title": "x",\n "author": "A"}]', "f:2:12: ", '"author" must be a list'),
        ('[\n{"id": "x"}]', "f:2:1: ", "needs a title"),
        ('[{"title": ["x"]}]', "f:1:12: ", '"title" must be text'),
        ('[{"title": "x",\n "DOI": "soon"}]', "f:2:9: ", "not a valid DOI"),
        (
            '[{"id": "a", "title": "x"},\n{"id": "a", "title": "y"}]',
            "f:2:8: ",
            'id "a" is given twice (first in line 1)',
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        csl.read(text, "f")
    assert problem in str(caught.value)
    assert str(caught.value).startswith(place)
