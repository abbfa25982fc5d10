"""A 「まとめ」 page is read paper by paper, without the site's own text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from bot.domain.errors import FileError
from bot.domain.paper import Link
from bot.formats import matome
from bot.formats.registry import read_file
from tests.samples import assert_said, texts

PAGE = Path(__file__).parents[1] / "data" / "matome.txt"
ONE = "見出し\n\n論文タイトル:A Title\n\n"


def test_every_paper_of_a_page_has_what_the_page_says_of_it() -> None:
    rows = [
        (paper.headline, paper.title, str(paper.date), paper.comment, paper.organization, paper.excerpt)
        for paper in read_file(PAGE)
    ]
    assert rows == [
        (
            "軽い拡散モデルの作り方",
            "Small Steps: Diffusion with Fewer Evaluations",
            "2024-02-03",
            "評価の回数を半分にしても、見た目はほとんど変わらないとのこと。",
            None,
            "We show that half of the evaluations can be left out without a visible loss. Specifically, we choo...",
        ),
        (
            "図と文を一緒に読む",
            "Reading Pictures and Words Together",
            "2023-11-30",
            "図と本文を同じ列として扱う、という割り切りが面白い",
            None,
            "Documents hold pictures and words, yet most readers look at only one of them…",
        ),
        (
            "絵を言葉で直す : EditWord",
            "EditWord: Changing Pictures by Words",
            "2023-03-09",
            "言葉だけで絵を直す手法。\n\n直せる範囲はまだ狭い。",
            "Example research",
            "In this work, we change pictures by words alone, with no mask at all...",
        ),
        (
            "百万画素を一度に",
            "MEGAPIX: One Million Pixels at Once",
            "2022-04-07",
            "Example researchが作ったMEGAPIXの論文。",
            None,
            "Large pictures are slow...",
        ),
    ]


def test_a_bare_link_belongs_to_the_paper_above_it() -> None:
    assert [paper.links for paper in read_file(PAGE)] == [(), (), (Link("https://github.com/example/editword"),), ()]


@pytest.mark.parametrize(
    "line",
    [
        "発表日:Jan 18. 2024",
        "発表日 Jan 18. 2024",
        "発表日：18 January. 2024",
        "発表日：2024年1月18日",
        "公開日:2024/1/18",
        "18 Jan. 2024",
        "2024-01-18",
    ],
)
def test_a_date_line_is_read_however_it_is_written(line: str) -> None:
    [paper] = matome.read(ONE + line, "f")
    assert str(paper.date) == "2024-01-18"
    assert paper.comment is None


@pytest.mark.parametrize(
    "line", ["Microsoft research", "東京大学", "株式会社例", "所属：例の会", "Google DeepMind, Stanford University"]
)
def test_a_line_with_an_organisation_is_no_comment(line: str) -> None:
    [paper] = matome.read(f"{ONE}面白い論文。\n\n{line}\n", "f")
    assert (paper.organization, paper.comment) == (line.removeprefix("所属："), "面白い論文。")


@pytest.mark.parametrize(
    "line", ["面白い", "とても、よい", "RAGのサーベイ論文", "Worth reading twice.", "大学でも企業でも使える。"]
)
def test_a_short_remark_is_no_organisation(line: str) -> None:
    [paper] = matome.read(f"{ONE}面白い論文。\n\n{line}\n", "f")
    assert (paper.organization, paper.comment) == (None, f"面白い論文。\n\n{line}")


@pytest.mark.parametrize(
    "card",
    [
        "A Title\nText...",
        "論文より抜粋\nA Title\nText...",
        "論文から抜粋：\nA TITLE - arXiv\nText...\narxiv.org",
        "論文より抜粋\n\nA Title\n\nText...",
    ],
)
def test_a_card_is_the_excerpt(card: str) -> None:
    [paper] = matome.read(f"{ONE}よい。\n\n{card}\n", "f")
    assert (paper.excerpt, paper.comment) == ("Text...", "よい。")


def test_a_cards_number_is_the_papers_arxiv_id() -> None:
    [paper] = matome.read(f"{ONE}[2401.00001] A Title\nText...\n", "f")
    assert paper.identifiers.arxiv == "2401.00001"


def test_a_paper_may_have_no_headline_and_its_title_a_line_of_its_own() -> None:
    first, second = matome.read("論文タイトル\nA Title\nよい。\n\n論文タイトル:B Title\nだめ。\n", "f")
    assert (first.headline, first.title, first.comment) == (None, "A Title", "よい。")
    assert (second.headline, second.title, second.comment) == (None, "B Title", "だめ。")


def test_a_labelled_link_keeps_its_label() -> None:
    [paper] = matome.read(f"{ONE}コード：https://a.org/x\n", "f")
    assert paper.links == (Link("https://a.org/x", "コード"),)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (ONE + "発表日:Jan 41. 2024", "f:5:5: "),
        (ONE + "発表日:近日", "f:5:5: "),
        ("見出し\n\n論文タイトル:\n", "f:3:1: "),
        ("ただの文", "f:1:1: "),
    ],
)
def test_a_broken_page_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(FileError) as caught:
        matome.read(text, "f")
    assert str(caught.value).startswith(place)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("著者: Yutao Sun, Li Dong", ("Yutao Sun", "Li Dong")),
        ("著者：山田太郎、鈴木花子 他", ("山田太郎", "鈴木花子")),
        ("著者 Yutao Sun and Martin King, Jr. et al.", ("Yutao Sun", "Martin King, Jr.")),
        ("Authors: Ada Lovelace (London); Alan Turing", ("Ada Lovelace", "Alan Turing")),
    ],
)
def test_a_line_with_authors_is_no_comment(line: str, names: tuple[str, ...]) -> None:
    [paper] = matome.read(f"{ONE}よい。\n\n{line}\n", "f")
    assert (paper.authors, paper.comment) == (names, "よい。")


def test_what_the_authors_do_is_a_comment() -> None:
    [paper] = matome.read(f"{ONE}著者らは三つの方法を比べている。\n", "f")
    assert (paper.authors, paper.comment) == ((), "著者らは三つの方法を比べている。")


@pytest.mark.parametrize(
    "headline", ["日付を推定するLLM", "日付 という難問", "日付：LLMは暦がわかるか", "発表日を当てる"]
)
def test_a_headline_that_begins_with_a_label_of_dates_is_a_headline(headline: str) -> None:
    page = f"{ONE}発表日:2024-01-18\n\nよい。\n\n{headline}\n\n論文タイトル:B Title\n\n日付:2024-02-01\n"
    first, second = matome.read(page, "f")
    assert (first.comment, second.headline, str(second.date)) == ("よい。", headline, "2024-02-01")
    [alone] = matome.read(f"{headline}\n\n論文タイトル:A Title\n", "f")
    assert alone.headline == headline


@given(texts)
def test_any_text_is_a_page_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        matome.read(ONE + text, "f")
    except FileError as error:
        assert_said(error)
