"""A plain list of links or ids, one per line: the fastest way to add several papers.

A title may be beside the link (`https://… Title`, `- [Title](https://…)`). Without one, the title has to be looked up,
which formats do not do: such lines are returned as untitled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.errors import FileError
from bot.domain.identifiers import address_of, canonical_url, identifiers_in, web_address
from bot.domain.paper import Paper
from bot.formats.record import Record, papers_of
from bot.i18n import Message, msg

_BULLET = re.compile(r"^\s*(?:[-*+•・‣●○]|\d{1,4}[.)．）](?=\s))\s*")
_MARKDOWN = re.compile(
    r"!?\[(?P<title>(?:[^\[\]]|\[[^\[\]]*\])*+)\]\((?:<(?P<whole>[^\s<>]+)>|(?P<url>[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*+))\)"
)
_TRIM = ' \t\u3000-–—:：|｜<>「」『』"“”,、'
_NO_TITLES = {"paper", "link", "pdf", "arxiv", "abs", "doi", "url", "論文", "リンク", "原文"}


@dataclass(frozen=True, slots=True)
class Untitled:
    """A line with only a link or an id: `source` can be looked up.

    `paper` holds the file's other values, under a placeholder title.
    """

    line: int
    source: str
    paper: Paper | None = None


@dataclass(slots=True)
class Contents:
    """A file's content: papers, lines whose title has to be looked up, and skipped lines with reasons."""

    papers: list[Paper]
    untitled: list[Untitled] = field(default_factory=list)
    skipped: list[tuple[int, Message]] = field(default_factory=list)

    def skipped_lines(self, file: str) -> list[tuple[str, Message]]:
        """Return the skipped lines with their places."""
        return [(f"{file}:{line}", why) for line, why in self.skipped]


def read(text: str, file: str) -> Contents:
    """Read a list. Raises FileError with line and column for a line that has neither link nor id."""
    records: list[Record] = []
    untitled: list[Untitled] = []
    keys: set[str] = set()
    for line, column, source, title in _lines(text, file):
        ids = identifiers_in(source)
        key = str(next(iter(ids.pairs()), canonical_url(source)))
        if key in keys:
            continue
        keys.add(key)
        if title:
            url = web_address(source) or address_of(*ids.pairs()[0])
            records.append(Record((line, column), {"title": title, "links": [url], "identifiers": dict(ids.pairs())}))
        else:
            untitled.append(Untitled(line, source))
    return Contents(papers_of(file, records), untitled)


def _lines(text: str, file: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield line, column, source and title of each line that is neither empty nor a comment (#)."""
    for number, raw in enumerate(text.splitlines(), 1):
        line = _BULLET.sub("", raw).strip()
        if not line or line.startswith("#"):
            continue
        source, title = _parts(line)
        column = raw.find(line) + 1
        if not source:
            problem = msg("there is no link, arXiv id or DOI here: {text}", text=line[:60])
            raise FileError(problem, file=file, line=number, column=column)
        yield number, column, source, "" if title.lower() in _NO_TITLES else title


def _parts(line: str) -> tuple[str, str]:
    """Return (source, title); both may be empty."""
    if identifiers_in(line).pairs() and not web_address(line):
        return line, ""  # `arXiv: 2307.08621` contains a space
    if (link := _MARKDOWN.search(line)) and web_address(url := link["whole"] or link["url"]):
        return url, link["title"].strip(_TRIM) or (line[: link.start()] + line[link.end() :]).strip(_TRIM)
    for word in re.finditer(r"[^\s\u3000]+", line):
        source = word[0].strip("<>()（）「」,、。;:：|")
        if web_address(source) or identifiers_in(source).pairs():
            return source, " ".join(
                part for each in (line[: word.start()], line[word.end() :]) if (part := each.strip(_TRIM))
            )
    return "", ""
