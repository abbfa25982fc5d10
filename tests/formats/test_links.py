"""A list of links is read line by line; a line without a title is returned as untitled."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.errors import FileError
from bot.formats.links import Untitled, read
from bot.formats.registry import read_contents, read_file

ARXIV = "https://arxiv.org/abs/2307.08621"


@pytest.mark.parametrize(
    "line",
    [
        f"{ARXIV} RetNet",
        f"RetNet {ARXIV}",
        f"- [RetNet]({ARXIV})",
        f"1. RetNet - {ARXIV}",
        f"・「RetNet」　{ARXIV}",
        "2307.08621v2: RetNet",
        f"<{ARXIV}> RetNet",
        f"* RetNet ({ARXIV})",
    ],
)
def test_a_title_may_stand_on_either_side_of_the_link(line: str) -> None:
    [paper] = read(line, "f").papers
    assert (paper.title, paper.identifiers.arxiv) == ("RetNet", "2307.08621")


def test_lines_without_a_title_are_handed_on_with_their_number() -> None:
    contents = read(f"# 読むもの\n\n{ARXIV}\n  - 10.1145/3292500\narXiv: 1706.03762\nhttps://a.org/x PDF\n", "f")
    assert contents.papers == []
    assert contents.untitled == [
        Untitled(3, ARXIV),
        Untitled(4, "10.1145/3292500"),
        Untitled(5, "arXiv: 1706.03762"),
        Untitled(6, "https://a.org/x"),
    ]


def test_one_paper_twice_is_one_paper() -> None:
    contents = read(
        f"{ARXIV}\nhttps://arxiv.org/pdf/2307.08621v2\n2307.08621\nhttps://a.org/x/\nhttp://www.a.org/x\n", "f"
    )
    assert [each.line for each in contents.untitled] == [1, 4]


def test_a_line_with_neither_link_nor_id_refuses_the_file_with_its_place() -> None:
    with pytest.raises(FileError, match="f:2:3: there is no link, arXiv id or DOI here: 後で"):
        read(f"{ARXIV}\n- 後で\n", "f")


def test_a_text_file_is_a_page_or_a_list(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("見出し\n\n論文タイトル:A Title\n", encoding="utf-8")
    assert read_file(file)[0].headline == "見出し"
    file.write_text(f"{ARXIV} RetNet\n{ARXIV}x\n", encoding="utf-8")
    assert len(read_contents(file).untitled) == 1
    with pytest.raises(FileError, match=r"a.txt:2: the titles of lines 2"):
        read_file(file)
