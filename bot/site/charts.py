"""Charts as inline SVG: no script, no style of their own, and a title and a description for whoever cannot see them.

Colours and fonts come from the style sheet, by class; sizes are units of a drawing 360 wide, which fits a phone.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from bot.domain.charts import Chart
from bot.domain.text import clip
from bot.i18n import Locale
from bot.site.inert import inert

_WIDTH = 360
_COLUMNS, _BASE, _ROOM = 150, 118, 96  # heights of a chart over time: whole, of the ground line, of the highest bar
_ENTRY, _NUMBER = 32, 44  # a ranking's row, and the width of its numbers
_LONGEST_NAME = 48  # letters, each half as wide as a kanji
_SVG = Markup(
    '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-title {name}-desc">'
    '<title id="{name}-title">{title}</title><desc id="{name}-desc">{text}</desc>{shapes}</svg>'
)
_BAR = Markup('<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round}"/>')
_TEXT = Markup('<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{anchor}>{text}</text>')
_MIDDLE, _END = Markup(' text-anchor="middle"'), Markup(' text-anchor="end"')


def svg(chart: Chart, name: str, locale: Locale) -> Markup:
    """Return a chart over time or a ranking; `name` is part of its ids and must be the page's only one."""
    height, shapes = (_columns if chart.kind == "time" else _ranking)(chart)
    return _SVG.format(
        width=_WIDTH,
        height=height,
        name=name,
        title=inert(chart.title),
        text=inert(chart.text(locale)),
        shapes=Markup("").join(shapes),
    )


def _columns(chart: Chart) -> tuple[int, Iterator[Markup]]:
    """Return the shapes of values over time; the last one, which is not over, is of another kind."""

    def shapes() -> Iterator[Markup]:
        step = _WIDTH / len(chart.bars)
        yield _bar("ground", 0, _BASE, _WIDTH, 1, 0)
        for at, bar in enumerate(chart.bars):
            height, x = _ROOM * bar.n / chart.most, step * at
            if bar.n:
                kind = "bar now" if at == len(chart.bars) - 1 else "bar"
                yield _bar(kind, x + step * 0.14, _BASE - height, step * 0.72, height, 1.5)
                yield _text("value", x + step / 2, _BASE - height - 4, f"{bar.n:,}", _MIDDLE)
            for line, label in enumerate(bar.label.split("\n")):
                yield _text("label", x + step / 2, _BASE + 14 + 12 * line, label, _MIDDLE)

    return _COLUMNS, shapes()


def _ranking(chart: Chart) -> tuple[int, Iterator[Markup]]:
    """Return the shapes of a ranking: each name above its bar."""

    def shapes() -> Iterator[Markup]:
        room = _WIDTH - _NUMBER
        for at, bar in enumerate(chart.bars):
            y = _ENTRY * at
            yield _text("name", 0, y + 13, clip(bar.name, _LONGEST_NAME if bar.name.isascii() else _LONGEST_NAME // 2))
            yield _bar("track", 0, y + 19, room, 5, 2.5)
            yield _bar("bar", 0, y + 19, max(5, room * bar.n / chart.most), 5, 2.5)
            yield _text("value", _WIDTH, y + 25, f"{bar.n:,}", _END)

    return _ENTRY * len(chart.bars), shapes()


def _bar(kind: str, x: float, y: float, width: float, height: float, round: float) -> Markup:
    return _BAR.format(kind=kind, x=x, y=y, width=width, height=height, round=round)


def _text(kind: str, x: float, y: float, text: str, anchor: Markup | str = "") -> Markup:
    return _TEXT.format(kind=kind, x=x, y=y, text=inert(text), anchor=anchor)
