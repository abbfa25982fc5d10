"""A file's format follows from its extension or from the user."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from bot.domain.errors import FileError, InputError
from bot.formats.registry import READERS, WRITERS, WRITTEN, format_of, read_file, writer
from tests.formats.shared import full
from tests.samples import paper


@pytest.mark.parametrize(
    ("file", "given", "name"),
    [
        ("a.yaml", None, "yaml"),
        ("a.YML", None, "yaml"),
        ("a.json", None, "json"),
        ("a.txt", "JSON", "json"),
        ("a.json", "yaml", "yaml"),
        ("a.bib", None, "bibtex"),
        ("a.RIS", None, "ris"),
        ("a.csl", None, "csl"),
        ("a.csl.json", None, "csl"),
        ("a.txt", None, "links"),
        ("a.md", None, "markdown"),
        ("a.CSV", None, "csv"),
        ("a.tsv", None, "csv"),
        ("a.htm", None, "html"),
    ],
)
def test_the_format_is_what_is_asked_for_or_what_the_ending_tells(file: str, given: str | None, name: str) -> None:
    assert format_of(file, given, list(READERS)) == name


@pytest.mark.parametrize(
    ("file", "name"), [("a.docx", None), ("a.atom", None), ("a", None), ("a.yaml", "docx"), (".yaml", "")]
)
def test_an_unknown_format_is_refused_with_those_that_are_known(file: str, name: str | None) -> None:
    with pytest.raises(InputError, match="yaml, json"):
        format_of(file, name, list(READERS))


@pytest.mark.parametrize("ending", ["yaml", "json", "bib", "csl.json", "csl", "ris", "csv"])
def test_what_a_format_writes_it_reads(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"papers.{ending}"
    format = format_of(file.name, None, list(WRITERS))
    file.write_text("".join(WRITERS[format]([paper(1), paper(2)])), encoding="utf-8")
    assert read_file(file) == [paper(1), paper(2)]


@pytest.mark.parametrize("format", WRITTEN)
def test_a_format_writes_each_paper_before_it_takes_the_next_one(format: str) -> None:
    ids = []
    text = ""
    for piece in writer(format, uuid4())(ids.append(n) or full(n) for n in range(3)):  # type: ignore[func-returns-value]
        text += piece
        assert all(f"{n}番目の論文" in text for n in ids)
    assert ids == [0, 1, 2]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "papers.yaml"
    file.write_bytes(b"\xef\xbb\xbfpapers:\r\n- title: x\r\n")
    assert [paper.title for paper in read_file(file)] == ["x"]


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "papers.yaml"
    file.write_bytes("papers:\n- title: 論文\n".encode("shift_jis"))
    with pytest.raises(FileError, match=r":2: not UTF-8 text"):
        read_file(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nothing\.yaml: cannot be read: there is no such file or folder"):
        read_file(tmp_path / "nothing.yaml")


@pytest.mark.parametrize("name", ["papers.bib", "papers.md", "papers.txt"])
def test_jis_whose_bytes_are_all_ascii_is_not_taken_for_utf_8(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes("\n- [論文](https://arxiv.org/abs/2307.08621)\n".encode("iso2022_jp"))
    with pytest.raises(FileError, match=r":2: not UTF-8 text"):
        read_file(file)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "iso2022_jp"])
def test_a_spreadsheet_is_read_however_it_was_saved(codec: str, tmp_path: Path) -> None:
    file = tmp_path / "papers.csv"
    file.write_bytes("タイトル\t見出し\r\nRetNet\t次のTransformer\r\n".encode(codec))
    assert [(paper.title, paper.headline) for paper in read_file(file)] == [("RetNet", "次のTransformer")]


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
@pytest.mark.parametrize("format", WRITERS)
def test_a_file_is_read_alike_whatever_ends_its_lines(format: str, line_end: str, tmp_path: Path) -> None:
    plain, other = tmp_path / "plain", tmp_path / "other"
    text = "".join(WRITERS[format]([full(1), full(2)])).replace("\r\n", "\n")
    plain.write_bytes(text.encode())
    other.write_bytes(text.replace("\n", line_end).encode())
    assert read_file(other, format) == read_file(plain, format)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "euc_jis_2004", "iso2022_jp", "utf-16"])
@pytest.mark.parametrize("title", ["保持ネットワーク", "研究会論文集", "New Papers of 東北大学 乾研究室"])
def test_a_page_that_names_no_charset_is_read_in_the_one_it_has(codec: str, title: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(f'<li><a href="https://arxiv.org/abs/2307.08621">{title}</a></li>'.encode(codec))
    assert [paper.title for paper in read_file(file)] == [title]


def test_a_page_in_euc_jp_may_have_circled_numbers_whether_it_names_its_charset_or_not(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    for head in ("", '<meta charset="euc-jp">'):
        page = f'{head}<li><a href="https://arxiv.org/abs/2307.08621">保持ネットワーク①</a></li>'
        file.write_bytes(page.encode("euc_jis_2004"))
        assert [paper.title for paper in read_file(file)] == ["保持ネットワーク①"]


@pytest.mark.parametrize("codec", ["utf-8", "shift_jis", "euc_jp"])
def test_a_page_is_read_in_the_charset_that_it_names(codec: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    page = f'<meta charset="{codec.replace("_", "-")}"><li><a href="https://arxiv.org/abs/2307.08621">保持ネットワーク</a></li>'
    file.write_bytes(page.encode(codec))
    assert [paper.title for paper in read_file(file)] == ["保持ネットワーク"]
