"""The charts of a collection's statistics in one language, as every platform and the site draw them."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from bot.domain.statistics import CollectionStatistics, Count, Decisions
from bot.i18n import Locale, t, tn

MOST_BARS = 8  # of tags, venues and curators
_NAMED = 3  # in the summary


class Bar(NamedTuple):
    """One value: `label` is short enough for an axis, `name` says the same in full."""

    label: str
    name: str
    n: int


class Chart(NamedTuple):
    """Values under a title: over time, oldest first, a ranking, or the parts of a whole.

    `rest` is how many more values a ranking has.
    """

    title: str
    bars: tuple[Bar, ...]
    kind: Literal["time", "ranking", "parts"] = "ranking"
    rest: int = 0

    @property
    def most(self) -> int:
        """Return the highest value."""
        return max((bar.n for bar in self.bars), default=0)

    def text(self, locale: Locale) -> str:
        """Return the values as a line of text."""
        values = [f"{bar.name} {bar.n:,}" for bar in self.bars if bar.n]
        more = [tn(locale, "{n} more", "{n} more", self.rest)] if self.rest else []
        return " ・ ".join([*values, *more])


def charts_of(statistics: CollectionStatistics, locale: Locale, most: int = MOST_BARS) -> tuple[Chart, ...]:
    """Return the charts that have something to show; a ranking has at most so many bars."""
    charts = (
        Chart(t(locale, "Additions by month"), _months(statistics.months, locale), "time"),
        Chart(t(locale, "Searches by week"), _weeks(statistics.lookups, locale), "time"),
        _ranking(t(locale, "Tags"), statistics.tags, most),
        _ranking(t(locale, "Venues"), statistics.venues, most),
        _ranking(t(locale, "Added by"), statistics.curators, most),
        Chart(t(locale, "Inbox"), tuple(_decisions(statistics.decisions, locale)), "parts"),
    )
    return tuple(chart for chart in charts if chart.most)


def heading_of(statistics: CollectionStatistics, locale: Locale) -> str:
    """Return how many papers there are, and how many are new this month."""
    papers = tn(locale, "{count} paper", "{count} papers", statistics.papers, count=f"{statistics.papers:,}")
    new = statistics.months[-1].n
    return t(locale, "{papers}, {new} of them added this month", papers=papers, new=f"{new:,}") if new else papers


def summary_of(statistics: CollectionStatistics, locale: Locale) -> str:
    """Return what the charts show, in sentences for whoever cannot see them."""
    parts = [t(locale, "Statistics of the collection: {heading}.", heading=heading_of(statistics, locale))]
    for chart in charts_of(statistics, locale):
        highest = sorted(chart.bars, key=lambda bar: -bar.n)[:_NAMED]
        values = ", ".join(f"{bar.name} {bar.n:,}" for bar in highest if bar.n)
        parts.append(t(locale, "{title}: {values}.", title=chart.title, values=values))
    return " ".join(parts)


def _ranking(title: str, counts: Sequence[Count], most: int) -> Chart:
    bars = tuple(Bar(name, name, n) for name, n in counts[:most])
    return Chart(title, bars, rest=max(0, len(counts) - most))


def _months(counts: Sequence[Count], locale: Locale) -> tuple[Bar, ...]:
    """Return a bar for each month; each January is labelled with its year, and the first where there is room."""
    bars, january = [], next((at for at, (name, _) in enumerate(counts) if name.endswith("-01")), 0)
    for at, (name, n) in enumerate(counts):
        year, month = map(int, name.split("-"))
        full = f"{year}年{month}月" if locale == "ja" else f"{calendar.month_name[month]} {year}"
        label = f"{month}月" if locale == "ja" else calendar.month_abbr[month]
        bars.append(Bar(f"{label}\n{year}" if month == 1 or (not at and january > 1) else label, full, n))
    return tuple(bars)


def _weeks(counts: Sequence[Count], locale: Locale) -> tuple[Bar, ...]:
    """Return a bar for each week, by its Monday; the first of a month is labelled."""
    bars, before = [], 0
    for name, n in counts:
        day = date.fromisoformat(name)
        month = f"{day.month}月" if locale == "ja" else calendar.month_abbr[day.month]
        full = f"{month}{day.day}日〜" if locale == "ja" else f"{month} {day.day}–"
        bars.append(Bar(month if day.month != before else "", full, n))
        before = day.month
    return tuple(bars)


def _decisions(decisions: Decisions, locale: Locale) -> Iterator[Bar]:
    for name, n in (
        (t(locale, "Accepted"), decisions.accepted),
        (t(locale, "Rejected"), decisions.rejected),
        (t(locale, "Expired"), decisions.expired),
        (t(locale, "Waiting"), decisions.waiting),
    ):
        yield Bar(name, name, n)
