"""The picture that a chat shows where somebody pastes the link of an edition."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from bot.domain.text import clip
from bot.drawing.canvas import INK, LINE, MUTED, Canvas
from bot.drawing.typeface import Style, Typeface, drawable

WIDTH, HEIGHT = 1200, 630
_MARGIN, _TOP = 70, 126  # the headlines begin below the line under the team's name
_ROOM = 720  # the width of headlines; the postmark stands beside them
_RADIUS, _TURN, _FINER = 150, 9, 2  # the postmark is drawn so much larger, turned by degrees, and made smaller
_MOST = 4
_SMALLEST = 20  # a font's size in a postmark, before it is made smaller


def edition_picture(team: str, number: str, day: str, count: str, headings: Sequence[str], more: str) -> bytes:
    """Return a PNG file of 1200 x 630 pixels: team, headlines and a postmark; `more` says what is left out."""
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.bar(0, 0, WIDTH, 12, INK)
    canvas.text(_MARGIN, 96, canvas.typeface.clipped(team, Style(44, True), 1060), Style(44, True))
    canvas.line(_MARGIN, _TOP - 2, WIDTH - 2 * _MARGIN, LINE)
    shown = headings[:_MOST] if len(headings) <= _MOST else headings[: _MOST - 1]
    _draw_headings(canvas, shown, drawable(more) if len(shown) < len(headings) else "")
    canvas.stamp(_postmark(number, day, count), WIDTH - _MARGIN - _RADIUS - 10, (_TOP + HEIGHT) // 2)
    return canvas.png()


def _draw_headings(canvas: Canvas, headings: Sequence[str], more: str) -> None:
    """Draw headlines in the middle of the height, larger where there are few."""
    style, most = (Style(54, True), 3) if len(headings) < 3 else (Style(38, True), 2)
    blocks = [canvas.typeface.balanced_lines(clip(heading, 300), style, _ROOM, most) for heading in headings]
    step, gap = style.size * 1.36, style.size * 0.6
    height = step * sum(map(len, blocks)) + gap * (len(blocks) - 1) + (60 if more else 0)
    y = _TOP + max(0.0, (HEIGHT - _TOP - height) / 2) - style.size * 0.3
    for block in blocks:
        for line in block:
            y += step
            canvas.text(_MARGIN, y, line, style)
        y += gap
    if more:
        canvas.text(_MARGIN, y + 38, more, Style(30), MUTED)


def _postmark(number: str, day: str, count: str) -> Image.Image:
    """Return where a postmark has colour, and how much: the number over the day over what it holds."""
    side, typeface = 2 * _RADIUS * _FINER, Typeface()
    texts = Image.new("L", (side, side), 0)
    draw, middle, pen = ImageDraw.Draw(texts), side // 2, 4 * _FINER
    band, reach = 34 * _FINER, middle - pen
    chord = round((reach**2 - band**2) ** 0.5) - pen // 2
    for y in (middle - band, middle + band):
        draw.line((middle - chord, y, middle + chord, y), 255, pen)
    for text, size, y in ((number, 54, -52), (day, 36, 13), (count, 36, 82)):
        text = clip(drawable(text), 24)
        style = _fitting(typeface, text, size * _FINER, side * (0.86 if y == 13 else 0.66))
        draw.text((middle, middle + y * _FINER), text, 255, typeface.font(style), "ms")
    turned = texts.rotate(_TURN, Image.Resampling.BICUBIC).reduce(_FINER)
    return ImageChops.lighter(turned, _ring(turned.width))


def _ring(side: int) -> Image.Image:
    """Return the circle around a postmark."""
    finer, pen = 2 * _FINER, 8 * _FINER
    mask = Image.new("L", (side * finer, side * finer), 0)
    box = (pen, pen, mask.width - pen, mask.height - pen)
    ImageDraw.Draw(mask).ellipse(box, outline=255, width=pen)
    return mask.reduce(finer)


def _fitting(typeface: Typeface, text: str, size: int, width: float) -> Style:
    """Return the style of that size, or a smaller one in which the text is at most that wide."""
    length = typeface.font(Style(size, True)).getlength(text)
    return Style(size if length <= width else max(_SMALLEST, int(size * width / length)), True)
