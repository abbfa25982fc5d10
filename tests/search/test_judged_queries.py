"""The judged queries: for every kind of query, people find the paper that they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.dates import parse_date
from bot.domain.paper import Link, make_paper
from bot.formats.registry import read_file
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup

_ROOT = Path(__file__).parents[2]
_JUDGED = yaml.load((_ROOT / "tests/data/search_judged.yaml").read_text("utf-8"), yaml.CBaseLoader)
_QUERIES: dict[str, list[dict[str, Any]]] = _JUDGED["queries"]


@pytest.fixture
async def judged(importer: Importer, workspace: int) -> None:
    """Fill the store with the starter collection and the papers of the judged queries."""
    own = [
        make_paper(**{**entry, "date": parse_date(entry["date"]), "links": list(map(Link, entry.get("links", [])))})
        for entry in _JUDGED["papers"]
    ]
    report = await importer.run(workspace, [*read_file(_ROOT / "config/papers.yaml"), *own], by=None)
    assert not report.conflicts


async def test_the_paper_that_is_meant_comes_first(lookup: Lookup, workspace: int, judged: None) -> None:
    wrong: list[str] = []
    for kind, queries in _QUERIES.items():
        for query in queries:
            results = [result.paper.id for result in (await lookup.find(workspace, query["q"])).results]
            if results[:1] != [] if not query["first"] else results[:1] not in [[id] for id in query["first"]]:
                wrong.append(f"{kind}: {query['q']} -> {results[:3]} instead of {query['first']}")
    assert not wrong, "\n".join(wrong)


def test_the_judged_set_is_large_enough() -> None:
    assert sum(map(len, _QUERIES.values())) >= 80
