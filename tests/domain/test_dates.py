"""Dates are parsed from every way in which people write them."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate, parse_date
from bot.domain.errors import DateError
from tests.samples import assert_said, dates, texts

DAY_FORMS: dict[str, Callable[[int, int, int], str]] = {
    "iso": lambda y, m, d: f"{y}-{m:02}-{d:02}",
    "iso with a time": lambda y, m, d: f"{y}-{m:02}-{d:02}T09:00:00Z",
    "slashes": lambda y, m, d: f"{y}/{m}/{d}",
    "dots": lambda y, m, d: f"{y}.{m}.{d}",
    "kanji": lambda y, m, d: f"{y}年{m}月{d}日",
    "full width": lambda y, m, d: f"{y}年{m}月{d}日".translate({n: n + 0xFEE0 for n in range(0x30, 0x3A)}),
    "American": lambda y, m, d: f"{calendar.month_name[m]} {d}, {y}",
    "American with dots": lambda y, m, d: f"{calendar.month_name[m]} {d}. {y}",
    "American ordinal": lambda y, m, d: f"{calendar.month_abbr[m]}. {d}th, {y}",
    "British": lambda y, m, d: f"{d} {calendar.month_name[m]} {y}",
    "British with dots": lambda y, m, d: f"{d} {calendar.month_name[m]}. {y}",
    "hyphened": lambda y, m, d: f"{d}-{calendar.month_abbr[m].upper()}-{y}",
}
MONTH_FORMS: dict[str, Callable[[int, int], str]] = {
    "iso": lambda y, m: f"{y}-{m:02}",
    "slash": lambda y, m: f" {y}/{m} ",
    "kanji": lambda y, m: f"{y}年{m}月",
    "words": lambda y, m: f"{calendar.month_name[m]} {y}",
    "comma": lambda y, m: f"{calendar.month_abbr[m]}, {y}",
}


@pytest.mark.parametrize("form", DAY_FORMS)
@given(day=st.dates(date(1000, 1, 1)))
def test_a_day_reads_back_from_each_form(form: str, day: date) -> None:
    text = DAY_FORMS[form](day.year, day.month, day.day)
    assert parse_date(text) == PaperDate(day.year, day.month, day.day)


@pytest.mark.parametrize("form", MONTH_FORMS)
@given(year=st.integers(1000, 9999), month=st.integers(1, 12))
def test_a_month_reads_back_from_each_form(form: str, year: int, month: int) -> None:
    assert parse_date(MONTH_FORMS[form](year, month)) == PaperDate(year, month)


@given(dates)
def test_a_date_reads_back_from_its_own_texts(date: PaperDate) -> None:
    assert parse_date(str(date)) == date
    assert parse_date(date.text("ja")) == date
    assert parse_date(date.text("en")) == date


@given(texts)
def test_any_text_is_a_date_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        assert 1000 <= parse_date(text).year <= 9999
    except DateError as error:
        assert_said(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("July 19. 2023", PaperDate(2023, 7, 19)),
        ("5 July. 2023", PaperDate(2023, 7, 5)),
        ("Sept 2023", PaperDate(2023, 9)),
        ("1st of", None),
        ("令和5年7月19日", PaperDate(2023, 7, 19)),
        ("令和元年", PaperDate(2019)),
        ("平成31年4月", PaperDate(2019, 4)),
        ("昭和64年1月7日", PaperDate(1989, 1, 7)),
        ("２０２３年７月", PaperDate(2023, 7)),
        ("2024-02-29", PaperDate(2024, 2, 29)),
        ("2023-02-29", None),
        ("2023-13", None),
        ("2023-00-10", None),
        ("2023-04-31", None),
        ("令和0年", None),
        ("0999", None),
        ("07/19/2023", None),
        ("2601.00010", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_written_date_is_read_or_refused(text: str, expected: PaperDate | None) -> None:
    if expected is None:
        with pytest.raises(DateError):
            parse_date(text)
    else:
        assert parse_date(text) == expected


@pytest.mark.parametrize("parts", [(999,), (2023, 0, 5), (2023, 2, 30), (2023, 13)])
def test_a_date_that_does_not_exist_cannot_be_made(parts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"."):
        PaperDate(*parts)


def test_dates_sort_by_time_and_the_less_precise_first() -> None:
    assert sorted([PaperDate(2023, 7, 19), PaperDate(2024), PaperDate(2023), PaperDate(2023, 7)]) == [
        PaperDate(2023),
        PaperDate(2023, 7),
        PaperDate(2023, 7, 19),
        PaperDate(2024),
    ]


def test_a_date_is_written_in_the_readers_language() -> None:
    assert PaperDate(2023, 7, 19).text("ja") == "2023年7月19日"
    assert PaperDate(2023, 7, 19).text("en") == "19 July 2023"
    assert PaperDate(2023, 7).text("en") == "July 2023"
    assert PaperDate(2023).text("ja") == "2023年"
