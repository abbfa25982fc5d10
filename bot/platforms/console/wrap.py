"""Wraps text to terminal cells."""

from __future__ import annotations

from rich.cells import cell_len

from bot.domain.line_breaks import clipped, lines_of


def wrap(text: str, width: int, *, cut: bool = True) -> list[str]:
    """Return the text in lines of at most `width` terminal cells; its own line ends are kept.

    Without `cut`, a longer word such as a path is not broken, nor is a command with one.
    """
    return [line for paragraph in text.split("\n") for line in lines_of(paragraph, width, cell_len, cut=cut)]


def clip_cells(text: str, width: int) -> str:
    """Return the text, ended with "…" where it is wider than `width` terminal cells."""
    return clipped(text, width, cell_len)
