"""Lines fit their width, lose nothing but spaces, and break where Japanese may break."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.table import Table

from bot.domain.text import clean
from bot.platforms.console.safe_console import SafeConsole
from bot.platforms.console.wrap import wrap
from bot.platforms.console.wrapped_text import WrappedText
from tests.samples import texts

NEVER_FIRST = "・、。，．：；？！ー…々っゃゅょッャュョ」』）］｝〉》】"
NEVER_LAST = "「『（［｛〈《【"
widths = st.sampled_from([60, 80, 120])
# Ordinary Japanese: no piece is longer than a line, so every break can be a good one.
_JAPANESE = (
    "論文",
    "モデル",
    "ッ",
    "ー",
    "、",
    "。",
    "」",
    "「",
    "『",
    "』",
    "Transformer",
    "GPT-4",
    "2023年",
    " ",
    " ・ ",
    "（",
    "）",
    "RAG",
    "、「",
    "」。",
    "って",
    "ょう",
    "3.5",
)
japanese = st.lists(st.sampled_from(_JAPANESE), max_size=80).map("".join).map(clean)


def unspaced(text: str) -> str:
    return "".join(text.split())


@given(texts.map(clean), widths)
@example("❤\ufe0f" * 70, 60)
@example("👩\u200d💻" * 70, 60)
@example("1\ufe0f\u20e3" * 70, 60)
def test_no_line_is_wider_than_the_width(text: str, width: int) -> None:
    for line in wrap(text, width):
        assert cell_len(line) <= width, ascii(line)


@given(texts.map(clean), widths)
def test_nothing_is_lost_but_space(text: str, width: int) -> None:
    assert unspaced("".join(wrap(text, width))) == unspaced(text)


@given(texts.map(clean), widths)
def test_the_texts_own_line_ends_are_kept(text: str, width: int) -> None:
    assert len(wrap(text, width)) >= text.count("\n") + 1


@given(japanese, st.sampled_from([24, 60, 80, 120]))
def test_no_line_begins_or_ends_with_what_may_not_stand_there(text: str, width: int) -> None:
    runs = max((len(run) for run in text.replace(" ", "").split("論文")), default=0)
    if runs * 2 > width // 2:
        return  # a long run of marks cannot be kept together
    lines = wrap(text, width)
    for line in lines[1:]:
        assert line[:1] not in NEVER_FIRST or not line, lines
    for line in lines[:-1]:
        assert line[-1:] not in NEVER_LAST or not line, lines


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("大規模言語モデル、です", 16, ["大規模言語モデ", "ル、です"]),
        ("これは「論文」です", 8, ["これは", "「論文」", "です"]),
        ("Retentive Network です", 12, ["Retentive", "Network です"]),
        ("https://arxiv.org/abs/2307.08621", 12, ["https://arxi", "v.org/abs/23", "07.08621"]),
        ("a\n\nb", 10, ["a", "", "b"]),
        ("", 10, [""]),
        ("12345678 90", 8, ["12345678", "90"]),
    ],
)
def test_a_line_is_broken_where_a_reader_expects_it(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_a_word_is_not_broken_while_it_fits_a_line() -> None:
    assert all(
        word in ("Retention", "attention") for line in wrap("Retention attention " * 20, 24) for word in line.split()
    )


def test_a_path_stays_whole_where_it_is_to_be_copied() -> None:
    path = "/home/someone/very/long/folders/data/dayori.db"
    assert wrap(f"データベース: {path}（版 1）", 30, cut=False) == ["データベース:", path, "（版 1）"]


def test_a_flag_or_a_family_is_not_broken() -> None:
    for cluster in ("🇯🇵", "👩\u200d💻", "❤\ufe0f", "👍🏽"):
        for line in wrap(cluster * 40, 24):
            assert not line.replace(cluster, ""), ascii(line)


def test_a_table_breaks_a_cell_where_a_line_of_text_would_be_broken() -> None:
    table = Table(box=None, padding=(0, 0), show_header=False)
    table.add_column(width=12)
    table.add_row(WrappedText("次を狙う「論文」です。").append("  retnet", style="dim"))
    output = StringIO()
    SafeConsole(file=output, width=12).print(table)
    assert [line.rstrip() for line in output.getvalue().splitlines()] == wrap("次を狙う「論文」です。  retnet", 12)


@given(texts.map(clean), widths)
def test_a_styled_text_has_the_lines_of_a_plain_one(text: str, width: int) -> None:
    lines = WrappedText(text).wrap(SafeConsole(), width)
    assert [line.plain for line in lines] == wrap(text, width)
