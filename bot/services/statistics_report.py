"""The statistics of a collection in one language, as a picture and as text."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import NamedTuple

from bot.domain.charts import Chart, charts_of, heading_of, summary_of
from bot.domain.dates import PaperDate
from bot.domain.statistics import CollectionStatistics
from bot.i18n import Locale, t

_MOST_KEPT = 16  # pictures of about 60 kB


class StatisticsReport(NamedTuple):
    """A PNG picture, its alternative text, and what it shows as text."""

    title: str
    heading: str
    charts: tuple[Chart, ...]
    summary: str
    picture: bytes


async def report_of(statistics: CollectionStatistics, locale: Locale) -> StatisticsReport:
    """Return the report of these numbers; drawing takes a third of a second, in a thread."""
    return await asyncio.to_thread(_drawn, statistics, locale)


@lru_cache(_MOST_KEPT)
def _drawn(statistics: CollectionStatistics, locale: Locale) -> StatisticsReport:
    from bot.drawing.statistics import statistics_picture  # Pillow is imported for a picture, not for a start

    title, heading = t(locale, "Statistics of 論文だより"), heading_of(statistics, locale)
    charts, day = charts_of(statistics, locale), statistics.day
    date = PaperDate(day.year, day.month, day.day).text(locale)
    picture = statistics_picture(charts, title, heading, date)
    return StatisticsReport(title, heading, charts, summary_of(statistics, locale), picture)
