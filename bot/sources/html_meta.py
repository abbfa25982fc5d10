"""Finds the tags in which a page describes itself, in one pass over the text.

No tree is built: an HTML parser can be held up for minutes by two megabytes of nested tags, or of attributes on one tag
(measured on lexbor), and these tags are not nested.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.sources.markup import unescaped

_MOST_TAGS, _LONGEST_TAG, _MOST_TITLE, _LONGEST_SCRIPT = 10_000, 50_000, 2_000, 1_000_000
_META = re.compile(r"""<meta\b((?:[^<>"']|"[^"]{0,20000}+"|'[^']{0,20000}+')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([a-zA-Z][\w:.-]{0,60}+)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++)""")
_NAMES = ("name", "property", "itemprop")


def meta_tags(page: str) -> dict[str, list[str]]:
    """Return the content of a page's <meta> tags, by name or property in lower case, in the page's order."""
    contents: dict[str, list[str]] = {}
    for n, tag in enumerate(_META.finditer(page)):
        if n == _MOST_TAGS:
            break
        if len(tag[1]) > _LONGEST_TAG:
            continue
        values = {
            name.lower(): unescaped(value[1:-1] if value[0] in "\"'" else value)
            for name, value in _ATTRIBUTE.findall(tag[1])
        }
        if content := values.get("content", "").strip():
            for key in {values[name].strip().lower() for name in _NAMES if name in values}:
                contents.setdefault(key, []).append(content)
    return contents


def title_of(page: str) -> str | None:
    """Return the text of the page's first <title>."""
    return next(
        (text[:_MOST_TITLE] for text in _elements(page, re.compile(r"<title\b[^<>]{0,500}>", re.I), "</title")), None
    )


def scripts_of(page: str) -> list[str]:
    """Return a page's JSON-LD documents, as text."""
    start = re.compile(r"<script\b[^<>]{0,500}application/ld\+json[^<>]{0,500}>", re.IGNORECASE)
    return [text for text in _elements(page, start, "</script") if len(text) <= _LONGEST_SCRIPT]


def text_after(page: str, start: str, end: str) -> str | None:
    """Return the markup between a start tag (a regular expression) and the next `end`."""
    return next(_elements(page, re.compile(start, re.IGNORECASE), end), None)


def _elements(page: str, start: re.Pattern[str], end: str) -> Iterator[str]:
    folded, at = page.lower() if len(page.lower()) == len(page) else page, 0
    while opening := start.search(page, at):
        at = folded.find(end, opening.end())
        if at < 0:
            return
        yield page[opening.end() : at]
