"""Numbers of a collection: months and weeks without gaps in the team's timezone, and names written in several ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.domain.charts import MOST_BARS, charts_of, heading_of, summary_of
from bot.domain.statistics import (
    CollectionStatistics,
    Count,
    Decisions,
    by_month,
    by_name,
    by_week,
    series_of,
)
from bot.i18n import LOCALES, Locale

_TODAY = date(2026, 3, 1)
_NOTHING = CollectionStatistics(
    day=_TODAY,
    papers=0,
    months=by_month({}, ZoneInfo("Asia/Tokyo"), _TODAY),
    tags=(),
    venues=(),
    curators=(),
    decisions=Decisions(),
    lookups=by_week({}, _TODAY),
    platforms=(),
)


@pytest.mark.parametrize(
    ("zone", "minute", "month"),
    [
        ("Asia/Tokyo", "2026-02-28T15:00", "2026-03"),
        ("Asia/Tokyo", "2026-02-28T14:59", "2026-02"),
        ("Asia/Kathmandu", "2026-02-28T18:15", "2026-03"),
        ("America/New_York", "2026-03-01T04:59", "2026-02"),
    ],
)
def test_an_addition_counts_in_the_teams_own_month(zone: str, minute: str, month: str) -> None:
    assert dict(by_month({minute: 2}, ZoneInfo(zone), _TODAY))[month] == 2


def test_months_and_weeks_are_the_last_ones_without_gaps() -> None:
    months = by_month({"2024-01-01T00:00": 5, "2026-01-31T00:00": 1}, ZoneInfo("UTC"), _TODAY)
    assert [months[0], *months[-3:]] == [("2025-04", 0), ("2026-01", 1), ("2026-02", 0), ("2026-03", 0)]
    weeks = by_week({"2026-03-01": 1, "2026-02-23": 2, "2026-02-22": 4, "2020-01-01": 8}, _TODAY)
    assert (len(weeks), weeks[-2:]) == (12, (("2026-02-16", 4), ("2026-02-23", 3)))


def test_names_that_differ_in_case_or_width_count_as_one_under_the_usual_spelling() -> None:
    assert by_name([("RAG", 3), ("rag", 1), ("ＲＡＧ", 1), ("NLP", 5)]) == (("NLP", 5), ("RAG", 5))


@pytest.mark.parametrize(
    ("venue", "series"),
    [
        ("ACL 2024", "ACL"),
        ("NeurIPS'23", "NeurIPS"),
        ("Nature", "Nature"),
        ("2024", "2024"),
        ("ACM CCS, 2025", "ACM CCS"),
    ],
)
def test_a_venue_of_several_years_is_one_series(venue: str, series: str) -> None:
    assert series_of(venue) == series


@pytest.mark.parametrize("locale", LOCALES)
def test_a_chart_without_anything_is_left_out(locale: Locale) -> None:
    assert charts_of(_NOTHING, locale) == ()
    assert "0" in summary_of(_NOTHING, locale)


def test_a_long_list_shows_the_highest_and_counts_the_rest() -> None:
    tags = tuple(Count(f"t{n}", 100 - n) for n in range(MOST_BARS + 3))
    [chart] = charts_of(replace(_NOTHING, tags=tags), "ja")
    assert [bar.name for bar in chart.bars] == [f"t{n}" for n in range(MOST_BARS)]
    assert chart.text("ja").endswith("t7 93 ・ ほか3件")
    assert chart.most == 100


def test_the_summary_says_the_highest_values_of_each_chart() -> None:
    tags = (Count("RAG", 7), Count("評価", 5), Count("音声", 2), Count("安全性", 1))
    months = (*_NOTHING.months[:-1], Count("2026-03", 2))
    numbers = replace(_NOTHING, papers=12, tags=tags, months=months)
    assert heading_of(numbers, "ja") == "12本（今月の追加 2本）"
    assert "タグ: RAG 7, 評価 5, 音声 2。" in summary_of(numbers, "ja")
    assert "March 2026 2" in summary_of(numbers, "en")
