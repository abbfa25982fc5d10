"""The picture of an edition, as a chat shows it for a pasted link."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.drawing.edition import edition_picture
from bot.drawing.typeface import Style, Typeface
from tests.samples import NASTY

_TITLE = "Retentive Network: A Successor to Transformer for Large Language Models"


@pytest.mark.parametrize("n", [0, 1, 2, 4, 5, 50])
def test_any_number_of_papers_makes_a_picture_of_the_size_that_chats_ask_for(n: int) -> None:
    headings = [f"{at}番目の論文の見出しは少し長いので二行になることがあります" for at in range(n)]
    png = edition_picture("論文だより", "第12号", "2026年11月27日", f"{n}本", headings, "ほか3本")
    with Image.open(BytesIO(png)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(png) < 150_000


def test_no_text_breaks_a_picture() -> None:
    for at in range(0, len(NASTY), 8):
        texts = NASTY[at : at + 8]
        edition_picture(
            "".join(texts) * 50, texts[0] * 50, texts[-1], texts[0], [text * 300 for text in texts], texts[0]
        )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("RAG（検索拡張生成）の全体像をつかむサーベイ", ["RAG（検索拡張生成）の", "全体像をつかむサーベイ"]),
        ("Calibrated Language Models Must Hallucinate", ["Calibrated Language", "Models Must Hallucinate"]),
    ],
)
def test_a_headline_breaks_after_a_phrase_and_leaves_no_single_character(text: str, lines: list[str]) -> None:
    assert Typeface().balanced_lines(text, Style(38, True), 720, 2) == lines


def test_a_headline_that_is_too_long_keeps_its_words_apart_where_it_is_cut() -> None:
    lines = Typeface().balanced_lines(_TITLE, Style(38, True), 720, 2)
    assert lines[0] == "Retentive Network: A Successor to"
    assert lines[1].startswith("Transformer for Large Language ")
    assert lines[1].endswith("…")
