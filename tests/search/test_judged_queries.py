"""The judged queries: for every kind of query, people find the paper that they mean."""

from __future__ import annotations

import pytest

from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from tests.judged import QUERIES, judged_papers


@pytest.fixture
async def judged(importer: Importer, workspace: int) -> None:
    """Fill the store with the starter collection and the papers of the judged queries."""
    report = await importer.run(workspace, judged_papers(), by=None)
    assert not report.conflicts


async def test_the_paper_that_is_meant_comes_first(lookup: Lookup, workspace: int, judged: None) -> None:
    wrong: list[str] = []
    for kind, queries in QUERIES.items():
        for query in queries:
            results = [result.paper.id for result in (await lookup.find(workspace, query["q"])).results]
            if results[:1] != [] if not query["first"] else results[:1] not in [[id] for id in query["first"]]:
                wrong.append(f"{kind}: {query['q']} -> {results[:3]} instead of {query['first']}")
    assert not wrong, "\n".join(wrong)


def test_the_judged_set_is_large_enough() -> None:
    assert sum(map(len, QUERIES.values())) >= 80
