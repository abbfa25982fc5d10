"""Rich output to a terminal; apart from `output`, since rich is slow to import and a served bot does not need it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from bot.platforms.console.output import printable


class SafeConsole(Console):
    """A console that cleans every text with `printable`; only styles produce control sequences."""

    def __init__(self, *, stderr: bool = False, file: TextIO | None = None, width: int | None = None) -> None:
        super().__init__(
            highlight=False, soft_wrap=False, emoji=False, markup=False, stderr=stderr, file=file, width=width
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, then clean the text."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))
