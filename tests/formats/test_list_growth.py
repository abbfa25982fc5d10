"""Reading lists, pages and tables takes linear time for any text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.domain.errors import FileError
from bot.formats import csv, html_reader, markdown_reader
from bot.formats.links import Contents
from tests.growth import MOST, growth

_LINK = "[a](https://arxiv.org/abs/2307.08621)"
_READERS: dict[str, Callable[[str, str], Contents]] = {
    "markdown": markdown_reader.read,
    "html": html_reader.read,
    "csv": csv.read,
}


_MARKDOWN = ("[", "](", "[a](", "[a](<", "**a", "<a href='x' ", "<!--", "|", "\\", "- a\n", "`")
_HTML = (
    "<",
    "<a ",
    '<a "',
    "<a '\"<a",
    "<!--",
    "<div>",
    "<ul><li>",
    "<script>",
    "<title>",
    "<td>",
    "<br>",
    "&#1",
    "<tr><td>a",
    "<p>論文タイトル:x",
)


@pytest.mark.parametrize(
    ("format", "start", "part"),
    [
        *(("markdown", "", part) for part in _MARKDOWN),
        *(("html", "", part) for part in _HTML),
        ("markdown", f"- {_LINK} (", " "),
        ("markdown", f"- {_LINK}\n", "  - x\n"),
        ("markdown", "", f"- {_LINK} x\n"),
        ("markdown", "# ", "1. "),
        ("html", "<li>", "<b>-</b>-"),
        ("html", "<li>", "<a href=http://a.org>x</a>-"),
        ("html", "<a ", "b='c' "),
        ("csv", "", '"'),
        ("csv", "title\n", "=1\n"),
        ("csv", "title\n", '"a'),
        ("csv", "title,authors\na,", "b and "),
    ],
)
def test_the_time_grows_like_the_text(format: str, start: str, part: str) -> None:
    def read(text: str) -> None:
        with suppress(FileError):
            _READERS[format](text, "f")

    assert growth(read, lambda size: start + part * (size // len(part))) < MOST
