"""Reading text for search takes time proportional to its length, for any text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import folding
from bot.domain.paper import make_paper
from bot.domain.query import parse_query
from bot.search import glossary, phonetics
from bot.search.analyzed_query import AnalyzedQuery
from bot.search.backend import PaperLines
from bot.search.identifier_lookup import identifier_keys, words_in_link
from bot.search.ranking import score_paper
from bot.search.synonyms import with_synonyms
from bot.store.search_index.tables import index_row_of
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
    "links": lambda n: "https://" * (n // 8),
    "links one after another": lambda n: "https://a.org/b " * (n // 16),
    "brackets": lambda n: "[(<" * (n // 3),
    "ends of links": lambda n: "](" * (n // 2),
    "quotes": lambda n: '"' * n,
    "hangul": lambda n: "검색" * (n // 2),
    "ligatures": lambda n: "ﷺ" * (n // 18),
    "a term of the glossary": lambda n: "検索" * (n // 2),
}
_FUNCTIONS: dict[str, Callable[[str], object]] = {
    "plain": folding.normalize,
    "fold": folding.fold,
    "runs": lambda text: folding.runs(folding.fold(text)),
    "cut": lambda text: folding.tokenize(folding.fold(text)),
    "compounds": lambda text: folding.compounds(folding.fold(text)),
    "katakana_words": folding.katakana_words,
    "spaced": lambda text: folding.with_spaces(folding.normalize(text)),
    "as_written": lambda text: folding.as_spelled("りてんしゃん りてんしょん retention gpt4", text),
    "as_written all": lambda text: folding.as_spelled(folding.fold(text), text[-100:]),
}


@pytest.mark.parametrize("function", _FUNCTIONS)
def test_folding_takes_a_time_in_proportion_to_the_text(function: str) -> None:
    for name, text in TEXTS.items():
        assert growth(_FUNCTIONS[function], text) < MOST, name


def _fit(text: str) -> object:
    words = folding.with_spaces(folding.normalize(text))
    return score_paper(AnalyzedQuery(text[:500]), PaperLines(1, text, text, words, words, words, words))


def _asked(text: str) -> object:
    query = AnalyzedQuery(text)
    return query.terms, query.body_terms, query.phrase(), query.partial_compound, query.spellings, query.title_prefix


_OF_SEARCH: dict[str, Callable[[str], object]] = {
    "parse_query": parse_query,
    "name_keys": identifier_keys,
    "words_of_link": words_in_link,
    "a link": lambda text: (identifier_keys(f"https://a.org/{text}"), words_in_link(f"https://a.org/{text}")),
    "rewordings": lambda text: list(with_synonyms(AnalyzedQuery(text), {"RAG": ["検索拡張生成", text[:80]]})),
    "asked": _asked,
    "fit": _fit,
    "translations": lambda text: list(glossary.translations(text)),
    "sounds": lambda text: phonetics.phonetic_keys(folding.hiragana(text)),
    "alike": lambda text: phonetics.similarity(folding.hiragana(text), "transformer"),
    "sound_of": phonetics.phonetic_key,
    "piece_of": lambda text: index_row_of(1, make_paper(title="x", comment=text[:10_000], excerpt=text[:10_000])),
}


@pytest.mark.parametrize("function", _OF_SEARCH)
def test_search_takes_a_time_in_proportion_to_the_text(function: str) -> None:
    for name, text in TEXTS.items():
        assert growth(_OF_SEARCH[function], text, 1_200) < MOST, name
