"""The picture of a collection's statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.charts import Bar, Chart
from bot.domain.text import clip
from bot.drawing.canvas import BLUE, GREEN, GREY, INK, MUTED, PALE, SEAL, Canvas
from bot.drawing.typeface import Style, drawable

_WIDTH, _MARGIN, _GAP, _NARROW_GAP = 1600, 70, 90, 48
_HEADER, _FOOTER = 190, 40
_OVER_TIME, _RANKING, _ENTRY, _PARTS = 392, 76, 66, 150  # heights: a chart, a ranking's title, its entry, the parts
_LEFT = 600  # the width of charts over time where something stands beside them
_TITLE, _LABEL, _NUMBER, _AXIS = Style(32, True), Style(27), Style(25, True), Style(20)
_COLOURS = (GREEN, SEAL, GREY, BLUE)  # of parts, in their order


class _Box(NamedTuple):
    """Where a chart goes."""

    x: float
    y: float
    width: float


def statistics_picture(charts: Sequence[Chart], title: str, heading: str, day: str) -> bytes:
    """Return the charts as a PNG file under a title, a heading and the day.

    What changes over time stands on the left, the rest beside it; one of both alone takes the whole width.
    """
    times, rankings, parts = ([each for each in charts if each.kind == kind] for kind in ("time", "ranking", "parts"))
    ranking = _RANKING + max((_ENTRY * len(chart.bars) for chart in rankings), default=0) + 40 if rankings else 0
    canvas = Canvas(_WIDTH, _HEADER + max(_OVER_TIME * len(times), ranking + _PARTS * len(parts)) + _FOOTER)
    _draw_header(canvas, title, heading, day)
    whole = _WIDTH - 2 * _MARGIN
    left = (_LEFT if rankings or parts else whole) if times else 0
    for at, chart in enumerate(times):
        _draw_columns(canvas, chart, _Box(_MARGIN, _HEADER + at * _OVER_TIME, left))
    x = _MARGIN + (left + _GAP if left else 0)
    width = (_WIDTH - _MARGIN - x - _NARROW_GAP * (len(rankings) - 1)) / max(1, len(rankings))
    for at, chart in enumerate(rankings):
        _draw_ranking(canvas, chart, _Box(x + at * (width + _NARROW_GAP), _HEADER, width))
    for chart in parts:
        _draw_parts(canvas, chart, _Box(x, _HEADER + ranking, _WIDTH - _MARGIN - x))
    return canvas.png()


def _draw_header(canvas: Canvas, title: str, heading: str, day: str) -> None:
    canvas.bar(0, 0, _WIDTH, 14, INK)
    canvas.text(_MARGIN, 96, title, Style(50, True))
    canvas.text(_WIDTH - _MARGIN, 96, day, Style(30), MUTED, "right")
    canvas.text(_MARGIN, 152, heading, Style(34), MUTED)


def _draw_columns(canvas: Canvas, chart: Chart, box: _Box) -> None:
    """Draw values over time; the last one, which is not over, has another colour."""
    canvas.text(box.x, box.y + 34, drawable(chart.title), _TITLE)
    step, bottom, room = box.width / len(chart.bars), box.y + 284, 196
    canvas.line(box.x, bottom, box.width)
    number = _fitting(canvas, f"{chart.most:,}", step)
    for at, bar in enumerate(chart.bars):
        height = max(3, room * bar.n / chart.most) if bar.n else 0
        x, is_last = box.x + step * at, at == len(chart.bars) - 1
        if bar.n:
            canvas.bar(x + step * 0.14, bottom - height, step * 0.72, height, SEAL if is_last else BLUE, 5)
            canvas.text(x + step / 2, bottom - height - 9, f"{bar.n:,}", number, INK, "middle")
        for line, label in enumerate(bar.label.split("\n")):
            canvas.text(x + step / 2, bottom + 32 + 27 * line, label, _AXIS, MUTED, "middle")


def _fitting(canvas: Canvas, number: str, width: float) -> Style:
    """Return the largest style in which a number is at most that wide; the smallest if none is."""
    styles = [Style(size, True) for size in (22, 18, 15)]
    return next((each for each in styles if canvas.typeface.font(each).getlength(number) < width), styles[-1])


def _draw_ranking(canvas: Canvas, chart: Chart, box: _Box) -> None:
    """Draw the highest values: each name above its bar, the number beside it."""
    canvas.text(box.x, box.y + 34, drawable(chart.title), _TITLE)
    numbers = max(canvas.typeface.font(_NUMBER).getlength(f"{bar.n:,}") for bar in chart.bars)
    room = box.width - numbers - 16
    for at, bar in enumerate(chart.bars):
        y = box.y + _RANKING + _ENTRY * at
        canvas.text(box.x, y + 20, canvas.typeface.clipped(clip(bar.name, 200), _LABEL, box.width), _LABEL)
        canvas.bar(box.x, y + 33, room, 10, PALE, 5)
        canvas.bar(box.x, y + 33, max(10, room * bar.n / chart.most), 10, BLUE, 5)
        canvas.text(box.x + box.width, y + 47, f"{bar.n:,}", _NUMBER, INK, "right")


def _draw_parts(canvas: Canvas, chart: Chart, box: _Box) -> None:
    """Draw the parts of a whole as one bar, with their names below."""
    canvas.text(box.x, box.y + 34, drawable(chart.title), _TITLE)
    total, x = sum(bar.n for bar in chart.bars), box.x
    for bar, colour in zip(chart.bars, _COLOURS, strict=True):
        width = (box.width) * bar.n / total
        if bar.n:
            canvas.bar(x, box.y + 56, max(2, width - 3), 34, colour, 4)
        x += width
    x = box.x
    for bar, colour in zip(chart.bars, _COLOURS, strict=True):
        x = _draw_key(canvas, bar, colour, x, box.y + 130)


def _draw_key(canvas: Canvas, bar: Bar, colour: str, x: float, y: float) -> float:
    """Draw a part's name and value, and return where the next one begins."""
    canvas.bar(x, y - 20, 22, 22, colour, 5)
    canvas.text(x + 34, y, bar.name, _LABEL)
    x += 34 + canvas.typeface.font(_LABEL).getlength(bar.name) + 14
    canvas.text(x, y, f"{bar.n:,}", _NUMBER)
    return x + canvas.typeface.font(_NUMBER).getlength(f"{bar.n:,}") + 40
