"""A spreadsheet's rows become papers, with any column names and from any program."""

from __future__ import annotations

import csv as standard
import io

import pytest
from hypothesis import given

from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper, make_paper
from bot.formats import csv
from tests.formats.shared import full, kept
from tests.samples import assert_said, random_papers, texts

ARXIV = "https://arxiv.org/abs/2307.08621"


def one(text: str) -> Paper:
    (paper,) = csv.read(text, "f").papers
    return paper


def test_columns_may_stand_in_any_order_with_japanese_or_english_names() -> None:
    paper = one(
        f'リンク,日付,タグ,コメント,見出し,著者,タイトル\n{ARXIV},2023/7/19,"モデル, 効率",よい,次のTransformer,'
        '"Yutao Sun, Li Dong",Retentive Network\n'
    )
    assert (paper.title, paper.headline, paper.comment, str(paper.date)) == (
        "Retentive Network",
        "次のTransformer",
        "よい",
        "2023-07-19",
    )
    assert (paper.links, paper.tags, paper.authors) == ((Link(ARXIV),), ("モデル", "効率"), ("Yutao Sun", "Li Dong"))
    paper = one(f"Ｔｉｔｌｅ;Date;URL;Comment;Tags\nRetNet;2023-07;{ARXIV};good;a, b\n")
    assert (paper.title, str(paper.date), paper.identifiers.arxiv) == ("RetNet", "2023-07", "2307.08621")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_are_parted_by_commas_semicolons_or_tabs_and_may_hold_them_and_line_ends(mark: str, end: str) -> None:
    text = end.join(["\ufeffタイトル{0}コメント", '"A{0}B"{0}"一行目', '二行目 ""と""言う"', ""]).replace("{0}", mark)
    paper = one(text)
    assert (paper.title, paper.comment) == (" ".join(f"A{mark}B".split()), '一行目\n二行目 "と"言う')


def test_excels_own_first_line_and_empty_rows_are_passed_over() -> None:
    assert one("sep=;\r\ntitle;note\r\n;\r\nRetNet;good\r\n;\r\n").comment == "good"


def test_a_row_without_a_title_waits_for_it_with_all_that_it_says() -> None:
    contents = csv.read(f"link,comment,tags\n{ARXIV},よい,a\narXiv:2307.09288,,\n", "f")
    assert [(each.line, each.source) for each in contents.untitled] == [
        (2, ARXIV),
        (3, "https://arxiv.org/abs/2307.09288"),
    ]
    assert contents.untitled[0].paper
    assert (contents.untitled[0].paper.comment, contents.untitled[0].paper.tags) == ("よい", ("a",))


def test_unknown_columns_are_left_out_and_told() -> None:
    contents = csv.read("title,評価,\nRetNet,5,\n", "f")
    assert [(row, why.text("en")) for row, why in contents.skipped] == [
        (1, 'these columns are not known and were left out: "評価"')
    ]


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (["7/19/2023", "8/7/2023"], ["2023-07-19", "2023-08-07"]),
        (["19/7/2023", "8/7/2023"], ["2023-07-19", "2023-07-08"]),
        (["2023/7/19 0:00:00"], ["2023-07-19"]),
        (["2023年7月19日"], ["2023-07-19"]),
        (["2023"], ["2023"]),
    ],
)
def test_dates_are_read_as_their_column_writes_them(dates: list[str], read: list[str]) -> None:
    papers = csv.read("title,date\n" + "".join(f"T{n},{date}\n" for n, date in enumerate(dates)), "f").papers
    assert [str(paper.date) for paper in papers] == read


def test_zeros_that_a_spreadsheet_took_from_an_arxiv_number_come_back() -> None:
    assert one("title,arxiv\nA,2307.0862\n").identifiers.arxiv == "2307.08620"
    assert one("title,arxiv\nA,0704.0001\n").identifiers.arxiv == "0704.0001"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title,date\nA,2023\nB,soon\n", 'f: row 3: column B ("date"): "soon" is not a date'),
        ("title,date\nA,7/8/2023\n", 'f: row 2: column B ("date"): '),
        (
            'title,link\n"A\nA",https://a.org\nB,ftp://a.org\n',
            'f: row 3: column B ("link"): "ftp://a.org" is not a link',
        ),
        ("a,b\n1,2\n", "f: row 1: the first row must name the columns"),
        ("", "f: row 1: the first row must"),
        ("title,comment\n,x\n", "f: row 2: there is neither a title nor a link"),
        ("id,title\nx,A\nx,B\n", 'f: row 3: column A ("id"): id "x" is given twice'),
        ("title,x\n" + "a" * 300_000 + ",\n", "f: row 2: not valid CSV"),
    ],
)
def test_what_is_wrong_is_told_with_row_and_column(text: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        csv.read(text, "f")
    assert str(caught.value).startswith(problem)
    assert_said(caught.value)


def test_what_is_written_is_read_back() -> None:
    papers = [full(n) for n in range(5)]
    assert csv.read("".join(csv.write(papers)), "f").papers == kept(papers)


@given(random_papers)
def test_a_random_paper_comes_back_and_no_cell_is_a_formula(paper: Paper) -> None:
    text = "".join(csv.write([paper]))
    assert csv.read(text, "f").papers == kept([paper])
    cells = [cell for row in standard.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''=1", "+a", "-a", "@a", "'a", "a"])
def test_a_text_that_looks_like_a_formula_comes_back_as_it_was(text: str) -> None:
    assert csv.read("".join(csv.write([make_paper(title=text, comment=text)])), "f").papers[0].title == text


@given(texts)
def test_any_text_is_a_table_or_is_refused_in_a_sentence(text: str) -> None:
    for head in ("", "title,date,link,tags,authors,identifiers,arxiv\n"):
        try:
            csv.read(head + text, "f")
        except FileError as error:
            assert_said(error)
