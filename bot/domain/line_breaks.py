"""Breaks text into lines: Japanese between characters but not before 。, Latin text between words."""

from __future__ import annotations

import re
from collections.abc import Callable

_NEVER_FIRST = (
    "、。，．・：；？！ー…‥々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ」』）〕］｝〉》】〟’”,.:;?!)]}%"
)
_NEVER_LAST = "「『（〔［｛〈《【〝‘“([{"
_COUNTERS = "年月日時分秒号本名件人社個回倍割位章頁億万千百兆"
# Characters that belong to the one before: marks, variation selectors, skin tones, tags, and what a joiner joins.
_TAIL = (
    r"(?:[\u0300-\u036f\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e01ef]"
    r"|\u200d.?)*"
)
_CHARACTER = rf"(?:[\U0001f1e6-\U0001f1ff]{{2}}|.){_TAIL}"
# A piece is never broken: a word, a number with its counter (3名), a wide character with the punctuation that must stay
# with it, or a run of spaces.
_WORD = rf"(?:[!-~\u00a1-\u10ff\u1e00-\u2fff]{_TAIL})+(?:(?<=\d)[{_COUNTERS}])?"
_PIECE = re.compile(
    rf"[ \t\u3000]+(?!・)|[{re.escape(_NEVER_LAST)}]*(?:{_WORD}|{_CHARACTER})"
    rf"(?:[{re.escape(_NEVER_FIRST)}]|[ \u3000]+・)*",
    re.DOTALL,
)
_WHOLE = re.compile(rf"dayori \w+ \S*/\S+|{_PIECE.pattern}", re.DOTALL)  # a command with a path is one piece too
_CHARACTERS = re.compile(_CHARACTER, re.DOTALL)

Measure = Callable[[str], float]
"""Returns how wide a text is."""


def lines_of(paragraph: str, width: float, measure: Measure, *, cut: bool = True) -> list[str]:
    """Return a paragraph in lines of at most that width.

    Without `cut`, a longer word such as a path is not broken, nor is a command with one.
    """
    lines, line, used = [], "", 0.0
    for piece in _pieces(paragraph, width, measure) if cut else _WHOLE.findall(paragraph):
        size = measure(piece)
        if line and used + size > width and (piece.strip() or used >= width):
            lines.append(line.rstrip())
            line, used = "", 0
            if not piece.strip():
                continue
        line, used = line + piece, used + size
    return [*lines, line.rstrip()]


def clipped(text: str, width: float, measure: Measure) -> str:
    """Return the text, ended with "…" where it is wider than `width`."""
    if measure(text) <= width:
        return text
    kept, used = "", measure("…")
    for character in _CHARACTERS.findall(text):
        used += measure(character)
        if used > width:
            break
        kept += character
    return kept.rstrip() + "…"


def _pieces(paragraph: str, width: float, measure: Measure) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECE.findall(paragraph):
        if measure(piece) <= width:
            pieces.append(piece)
        else:
            pieces.extend(_forced(piece, width, measure))
    return pieces


def _forced(piece: str, width: float, measure: Measure) -> list[str]:
    """Cut a piece that is longer than a line, such as an address, at line ends."""
    parts, part, used = [], "", 0.0
    for character in _CHARACTERS.findall(piece):
        size = measure(character)
        if part and used + size > width:
            parts.append(part)
            part, used = "", 0
        part, used = part + character, used + size
    return [*parts, part]
