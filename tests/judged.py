"""Judged queries, and the papers that they are asked of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.domain.dates import parse_date
from bot.domain.paper import Link, Paper, make_paper
from bot.formats.registry import read_file

_ROOT = Path(__file__).parents[1]
_JUDGED = yaml.load((_ROOT / "tests/data/search_judged.yaml").read_text("utf-8"), yaml.CBaseLoader)
QUERIES: dict[str, list[dict[str, Any]]] = _JUDGED["queries"]


def judged_papers() -> list[Paper]:
    """Return the starter collection and the papers of the judged queries."""
    own = [
        make_paper(**{**entry, "date": parse_date(entry["date"]), "links": list(map(Link, entry.get("links", [])))})
        for entry in _JUDGED["papers"]
    ]
    return [*read_file(_ROOT / "config/papers.yaml"), *own]
