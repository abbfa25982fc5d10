"""Text in rich's tables that is broken where Japanese may be broken; rich breaks it anywhere."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.containers import Lines
from rich.text import Text

from bot.platforms.console.wrap import wrap


class WrappedText(Text):
    """A text whose lines are those of `wrap`."""

    def wrap(self, console: Console, width: int, **_: Any) -> Lines:
        """Return the lines, at most `width` cells wide."""
        lines = Lines()
        for paragraph in self.split(allow_blank=True):
            lines.extend(paragraph.divide(_starts(paragraph.plain, width)[1:]))
        for line in lines:
            line.rstrip()
        return lines


def _starts(paragraph: str, width: int) -> list[int]:
    starts, end = [], 0
    for line in wrap(paragraph, width):
        starts.append(paragraph.index(line, end))
        end = starts[-1] + len(line)
    return starts
