"""The query language: a few filters, and no invalid queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.query import LONGEST, Query, parse_query, tag_and_year
from tests.samples import texts


@given(st.one_of(texts, st.text()))
def test_any_text_is_a_query(text: str) -> None:
    query = parse_query(text)
    parts = (*query.words, *query.phrases, *query.excluded, *query.tags, *query.authors)
    assert all(parts)
    assert not any("\ud800" <= c <= "\udfff" or c < " " for part in parts for c in part)


def test_all_marks_are_read() -> None:
    marks = 'tag:CVPR tag:"two words" author:Ommer year:2023 year:2021-2024 has:code'
    query = parse_query(f'拡散 "latent space" -survey {marks}')
    assert query == Query(
        text=query.text,
        words=("拡散",),
        phrases=("latent space",),
        excluded=("survey",),
        tags=("cvpr", "two words"),
        authors=("ommer",),
        years=((2023, 2023), (2021, 2024)),
        code=True,
    )


@pytest.mark.parametrize(
    "text", ["year:nineteen", "year:", "year:20235", "has:pdf", "tag:", "-", '"open', "a:b", "-year:2023", "--", '""']
)
def test_a_mistaken_mark_is_words(text: str) -> None:
    query = parse_query(text)
    assert query.words == (text,)
    assert not query.is_filtered


@pytest.mark.parametrize("text", ["ｔａｇ：数学", "TAG:数学", "tag:数学"])
def test_marks_are_read_in_any_width_and_case(text: str) -> None:
    assert parse_query(text).tags == ("数学",)


def test_quotation_marks_of_a_phone_are_quotation_marks() -> None:
    assert parse_query("“latent space”").phrases == ("latent space",)


def test_a_hyphen_within_a_word_excludes_nothing() -> None:
    assert parse_query("gpt-4 actuator-").words == ("gpt-4", "actuator-")


def test_a_very_long_text_is_cut_off() -> None:
    assert sum(map(len, parse_query("ab " * 100_000).words)) <= LONGEST


def test_only_filters_ask_for_nothing_by_name() -> None:
    assert parse_query("tag:X year:2023").is_empty
    assert parse_query(" \t\n").is_empty
    assert not parse_query("x").is_empty


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ('tag:"RAG" year:2023', ("RAG", "2023")),
        ("tag:RAG", ("RAG", "")),
        ("year:2023", ("", "2023")),
        ("", None),
        ("RAG", None),
        ("tag:RAG words", None),
        ("-tag:RAG", None),
        ("tag:a tag:b", None),
        ("year:2022-2024", None),
        ("author:Sun", None),
    ],
)
def test_a_tag_and_a_year_are_told_from_a_search(text: str, filters: tuple[str, str] | None) -> None:
    assert tag_and_year(text) == filters
