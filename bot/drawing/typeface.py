"""The font of all pictures: how wide a text is, and which characters it has."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont

from bot.domain.line_breaks import Measure, clipped, lines_of
from bot.domain.text import clean_line

_FOLDER = Path(__file__).parent / "fonts"
_PLAIN = {"ł": "l", "Ł": "L", "ı": "i"}  # of Polish and Turkish names
_KANA = re.compile("[\u3041-\u309f]")
_ENDS = re.compile(r"[\u3041-\u309f、。：:」』）)!?！？A-Za-z0-9]\Z")
_PARTICLES = tuple("はがをにでとのもへや、。")
_VERY_UNEVEN = 0.25
_MISSING = "〓"  # what Japanese printers set for a character that they lack


class Style(NamedTuple):
    """A size in pixels, and whether it is bold."""

    size: int
    is_bold: bool = False


class Typeface:
    """The fonts of one picture by style. Pictures share none: FreeType's are not safe in several threads."""

    def __init__(self) -> None:
        self._fonts: dict[Style, ImageFont.FreeTypeFont] = {}

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        """Return the font of that style."""
        if style not in self._fonts:
            file = _FOLDER / f"NotoSansJP-{'Bold' if style.is_bold else 'Regular'}.otf"
            self._fonts[style] = ImageFont.truetype(file, style.size, layout_engine=ImageFont.Layout.BASIC)
        return self._fonts[style]

    def clipped(self, text: str, style: Style, width: float) -> str:
        """Return the text in one line of at most that width."""
        return clipped(drawable(text), width, self.font(style).getlength)

    def balanced_lines(self, text: str, style: Style, width: float, most: int) -> list[str]:
        """Return the text in at most so many lines, broken after phrases or evenly; what is too long ends with "…"."""
        measure, text = self.font(style).getlength, drawable(text)
        lines = lines_of(text, width, measure)
        if len(lines) > most:
            rest = text[text.index(lines[most - 1], len("".join(lines[: most - 1]))) :]
            return [*lines[: most - 1], clipped(rest, width, measure)]
        narrower = (lines_of(text, width * part / 20, measure) for part in range(20, 8, -1))
        return max((each for each in narrower if len(each) == len(lines)), key=partial(_merit, measure))


def _merit(measure: Measure, lines: list[str]) -> tuple[bool, int, float]:
    """Return whether no line is very short, how well lines end with phrases, and how even they are: more is better."""
    lengths = [measure(line) for line in lines]
    evenness = min(lengths) / max(1.0, *lengths)
    return evenness > _VERY_UNEVEN, sum(map(_phrase_end, lines, lines[1:])), evenness


def _phrase_end(line: str, following: str) -> int:
    """Return how much a line ends as Japanese phrases do: 2 before another script, 1 after a particle, else 0."""
    if _ENDS.search(line) and not _KANA.match(following):
        return 2
    return 1 if line.endswith(_PARTICLES) else 0


def drawable(text: str) -> str:
    """Return the text in one line without pictographs; letters that the font lacks lose their marks, or become 〓."""
    return "".join(each if each in _characters() else _substitute(each) for each in clean_line(text)).strip()


def _substitute(character: str) -> str:
    """Return what stands for a character that the font lacks: its letter without marks, 〓, or nothing."""
    letter = _PLAIN.get(character) or unicodedata.normalize("NFD", character)[0]
    if letter in _characters():
        return letter
    return _MISSING if unicodedata.category(character)[0] in "LN" else ""


@cache
def _characters() -> frozenset[str]:
    return frozenset((_FOLDER / "characters.txt").read_text(encoding="utf-8"))
