"""RIS: foreign files are understood, our own files round-trip."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper
from bot.formats import ris
from tests.formats.shared import full, kept
from tests.samples import numbered, paper, stamped


@settings(max_examples=40)
@given(st.lists(stamped, max_size=3).map(numbered) | stamped.map(lambda paper: [paper]))
def test_random_papers_read_back_as_they_were(papers: list[Paper]) -> None:
    assert ris.read("".join(ris.write(papers)), "f") == kept(papers)


def test_full_records_come_back_equal() -> None:
    papers = [full(n) for n in range(200)]
    assert ris.read("".join(ris.write(papers)), "f") == papers


def test_a_line_that_looks_like_a_tag_stays_text() -> None:
    sample = paper(1, comment="TY  - JOUR\nER  - \nN1  - x\n\n  end", excerpt="a\nER  - \nb")
    assert ris.read("".join(ris.write([sample])), "f") == [sample]


_FOREIGN = (
    "TY  - JOUR\nT1  - Attention Is\n  All\nA1  - Beethoven, Ludwig van\nAU  - not asked\n"
    "PY  - 2017/06//Summer\nN2  - We …\n"
    "KW  - attention\nKW  - models\nUR  - https://a.org/x\nL1  - file:///tmp/x.pdf\nDO  - 10.1145/X\n"
    "N1  - よい\nER  - \n\n"
    "TY  - CONF\nTI  - B\nDA  - in press\nAU  - King, Martin, Jr.\nER  -\n"
)


def test_foreign_records_are_understood() -> None:
    first, second = ris.read(_FOREIGN, "f")
    assert (first.title, str(first.date), first.authors) == ("Attention Is All", "2017-06", ("not asked",))
    assert (first.excerpt, first.tags, first.comment) == ("We …", ("attention", "models"), "よい")
    assert (first.links, first.identifiers.doi) == ((Link("https://a.org/x"),), "10.1145/x")
    assert (second.date, second.authors) == (None, ("Martin King, Jr.",))


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("TY  - JOUR\nTI  - x\n", "f:1:1: ", "does not end with ER"),
        ("TY  - JOUR\nTI  - x\nTY  - JOUR\n", "f:3:1: ", "does not end with ER"),
        ("\nTI  - x\n", "f:2:1: ", "must begin with TY"),
        ("hello\n", "f:1:1: ", "must begin with TY"),
        ("TY  - JOUR\nER  - \n", "f:1:1: ", "needs a title"),
        ("TY  - JOUR\nTI  - x\nUR  - ftp://a.org\nER  - \n", "f:3:7: ", "is not a link"),
        ("TY  - JOUR\nTI  - x\nDO  - soon\nER  - \n", "f:3:7: ", "not a valid DOI"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        ris.read(text, "f")
    assert str(caught.value).startswith(place)
    assert problem in str(caught.value)
