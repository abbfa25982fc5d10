"""A paper's update in one line, for cells of tables and fields of bibliographies: `version 2026-11-20 v3 https://…`."""

from __future__ import annotations

import re

from bot.domain.paper import Paper
from bot.domain.paper_update import Update

_LINE = re.compile(r"(?P<kind>\S+) (?P<date>\d[\d-]*)(?: (?P<value>(?!https?://).+?))?(?: (?P<url>https?://\S+))?")


def line_of(update: Update) -> str:
    """Return an update as a line."""
    return " ".join(filter(None, (update.kind, str(update.date), update.value, update.url)))


def lines_of(paper: Paper) -> str:
    """Return a paper's updates, one per line."""
    return "\n".join(map(line_of, paper.updates))


def parts_of(line: str) -> dict[str, str]:
    """Return the parts of a line by name, unchecked; of any other text, all of it as the kind."""
    match = _LINE.fullmatch(line.strip())
    return {name: text for name, text in match.groupdict().items() if text} if match else {"kind": line, "date": ""}
