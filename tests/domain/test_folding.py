"""Folding removes differences that people do not mean, and only those."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.domain.folding import as_spelled, compounds, fold, katakana_words, normalize, runs, tokenize, with_spaces
from tests.samples import texts


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_terms_are_made_of_the_text(text: str) -> None:
    folded = fold(text)
    assert all(term in folded for term in tokenize(folded))
    assert "".join(runs(folded)) == with_spaces(folded).replace(" ", "")


@pytest.mark.parametrize(
    "texts",
    [
        ("ｷｭｰ", "キュー", "きゅー", "キュ"),
        ("ＲｅｔＮｅｔ", "RetNet", "retnet", "RETNET"),
        ("Ćwikliński", "cwiklinski"),
        ("Jarquín", "Jarqui\u0301n", "jarquin"),
        ("Ødegård", "odegard"),
        ("ヴァイオリン", "バイオリン", "ゔぁいおりん"),
        ("ウェブ", "ウエブ", "うぇぶ"),
        ("フォーカス", "フォカス"),
        ("か\u3099", "が", "ｶﾞ"),
        ("Straße", "STRASSE"),
    ],
)
def test_differences_that_nobody_means_are_gone(texts: tuple[str, ...]) -> None:
    assert len({fold(text) for text in texts}) == 1


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("は", "ぱ"), ("й", "и"), ("C++", "C"), ("拡散", "拡張")])
def test_differences_that_people_mean_stay(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_japanese_is_cut_into_pairs_and_its_last_character() -> None:
    assert tokenize(fold("拡散モデル")) == ["拡散", "散も", "もで", "でる", "る"]


def test_scripts_are_cut_apart_where_they_change() -> None:
    assert tokenize(fold("拡散model2の")) == ["拡散", "散", "model2", "の"]


def test_hyphenated_words_are_words_and_one_word() -> None:
    assert tokenize("state-of-the-art") == ["state", "of", "the", "art"]
    assert compounds("a state-of-the-art gpt-4, semeval/2016.") == ["stateoftheart", "gpt4", "semeval2016"]


def test_katakana_words_stand_apart_from_what_surrounds_them() -> None:
    assert katakana_words("長いキューを読むー") == ["キュー"]
    assert with_spaces("長いキューを読む") == " 長い きゅ を読む "


@pytest.mark.parametrize(
    ("folded", "text", "spelling"),
    [
        ("れしょん", "量子シミュレーション", "レーション"),
        ("retnet zebra", "RetNet and others", "RetNet zebra"),
        ("net", "RetNet", "net"),
        ("うえぶ", "ウェブの話", "ウェブ"),
        ("gpt4 (", "GPT-4", "GPT-4 ("),
    ],
)
def test_folded_words_are_written_as_a_text_writes_them(folded: str, text: str, spelling: str) -> None:
    assert as_spelled(folded, text) == spelling


@given(texts, texts)
def test_what_is_written_folds_to_what_was_folded(text: str, other: str) -> None:
    folded = " ".join(fold(text).split())
    assert letters(fold(as_spelled(folded, f"{other} {text}"))) == letters(folded)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
