"""What reads text for search takes a time in proportion to it, whatever the text is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import folding
from tests.growth import MOST, growth

Text = Callable[[int], str]

TEXTS: dict[str, Text] = {
    "a long katakana word": lambda n: "アイウエオカキクケコ" * (n // 10) + "リテンション",
    "one katakana": lambda n: "ア" * n,
    "long vowels": lambda n: "アー" * (n // 2),
    "nothing but long vowels": lambda n: "ー" * n,
    "va": lambda n: "ヴァ" * (n // 2),
    "katakana words": lambda n: "リテンション " * (n // 7),
    "a long Latin word": lambda n: "a" * n,
    "hyphens": lambda n: "a-" * (n // 2),
    "hyphens alone": lambda n: "-" * n,
    "dots in a word": lambda n: "a.b/" * (n // 4),
    "kanji": lambda n: "検索拡張生成" * (n // 6),
    "mixed scripts": lambda n: "aアあ亜1" * (n // 5),
    "accents": lambda n: "e\u0301" * (n // 2),
    "a run of accents": lambda n: "e" + "\u0301" * n,
    "wide letters": lambda n: "ＡＢ１" * (n // 3),
    "half-width katakana": lambda n: "ｶﾞ" * (n // 2),
    "spaces": lambda n: " " * n + "x",
    "digits": lambda n: "1" * n,
    "quotes": lambda n: '"' * n,
    "hangul": lambda n: "검색" * (n // 2),
    "ligatures": lambda n: "ﷺ" * (n // 18),
}
_FUNCTIONS: dict[str, Callable[[str], object]] = {
    "plain": folding.plain,
    "fold": folding.fold,
    "runs": lambda text: folding.runs(folding.fold(text)),
    "cut": lambda text: folding.cut(folding.fold(text)),
    "compounds": lambda text: folding.compounds(folding.fold(text)),
    "katakana_words": folding.katakana_words,
    "spaced": lambda text: folding.spaced(folding.plain(text)),
    "as_written": lambda text: folding.as_written("りてんしゃん りてんしょん retention gpt4", text),
    "as_written all": lambda text: folding.as_written(folding.fold(text), text[-100:]),
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("function", _FUNCTIONS)
def test_folding_takes_a_time_in_proportion_to_the_text(function: str, text: str) -> None:
    assert growth(_FUNCTIONS[function], TEXTS[text]) < MOST
