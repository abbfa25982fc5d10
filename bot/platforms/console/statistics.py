"""Statistics as rendered in the terminal: bars of text, aligned in cells."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from bot.domain.charts import Bar, Chart, charts_of, heading_of
from bot.domain.statistics import CollectionStatistics
from bot.i18n import Locale, tn
from bot.platforms.console.wrap import clip_cells

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LONGEST_NAME, _MARGIN = 24, 2  # cells


def statistics(statistics: CollectionStatistics, locale: Locale, width: int) -> RenderableType:
    """Render the charts one below the other."""
    charts = charts_of(statistics, locale)
    heading = Text(heading_of(statistics, locale), style="bold cyan")
    return Group(heading, *(part for chart in charts for part in (Text(), *_chart(chart, locale, width))))


def _chart(chart: Chart, locale: Locale, width: int) -> list[Text]:
    names = [clip_cells(bar.name, min(_LONGEST_NAME, width // 3)) for bar in chart.bars]
    column = max(map(cell_len, names)) + _MARGIN
    numbers = max(len(f"{bar.n:,}") for bar in chart.bars)
    room = max(4, width - column - numbers - 2 * _MARGIN)
    rows = [_row(bar, name, column, numbers, room, chart.most) for bar, name in zip(chart.bars, names, strict=True)]
    more = [Text(f"  {tn(locale, '{n} more', '{n} more', chart.rest)}", style="dim")] if chart.rest else []
    return [Text(chart.title, style="bold magenta"), *rows, *more]


def _row(bar: Bar, name: str, column: int, numbers: int, room: int, most: int) -> Text:
    row = Text("  ").append(name).append(" " * (column - cell_len(name)))
    row.append(f"{bar.n:>{numbers},}", style="bold" if bar.n else "dim")
    return row.append("  ").append(_bar(bar.n, most, room), style="blue")


def _bar(n: int, most: int, room: int) -> str:
    """Return a bar of whole cells and an eighth; what is not zero is seen."""
    eighths = max(1, round(8 * room * n / most)) if n else 0
    return _EIGHTHS[-1] * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
