"""A paper is looked up by its id or by a search, within one workspace."""

from __future__ import annotations

import pytest

from bot.domain.errors import NotFoundError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.results import Results
from bot.store.database import Database
from bot.store.workspaces import find_or_add
from tests.collection import all_papers
from tests.doubles.clock import AdjustableClock
from tests.samples import paper


@pytest.fixture
async def filled(library: Library, workspace: int, clock: AdjustableClock) -> int:
    for n in range(5):
        clock.advance(minutes=1)
        await library.add(workspace, paper(n, title=f"Retentive Network {n}"), None)
    return workspace


def ids(results: Results) -> list[str]:
    return [result.paper.id for result in results.results]


async def test_a_paper_is_got_by_its_id(lookup: Lookup, filled: int) -> None:
    assert (await lookup.get(filled, "paper-3")).id == "paper-3"
    with pytest.raises(NotFoundError, match='No paper has the id "nobody"'):
        await lookup.get(filled, "nobody")


@pytest.mark.parametrize("typed", ["-subject", "①", "Ａ2", "ｶﾞﾝ", "[x]", "*", "year", "…", "2023"])
async def test_a_paper_is_found_by_its_id_as_it_is_typed_whatever_a_search_reads_in_it(
    lookup: Lookup, library: Library, workspace: int, clock: AdjustableClock, typed: str
) -> None:
    added = (await library.add(workspace, paper(1, id=typed), None)).paper
    for n in (2, 3):
        clock.advance(minutes=1)
        await library.add(workspace, paper(n), None)
    assert await lookup.get(workspace, typed) == added
    assert (await lookup.find(workspace, typed)).results[0].paper == added
    assert ids(await lookup.look_up(workspace, typed)) == [added.id]


@pytest.mark.parametrize(
    "name",
    [
        "2307.08621",
        "2307.08621v3",
        "arXiv:2307.08621",
        "arXiv preprint arXiv:2307.08621",
        "10.1145/7.9",
        "https://doi.org/10.1145/7.9",
        "https://arxiv.org/pdf/2307.08621v2.pdf",
        "<https://arxiv.org/abs/2307.08621>",
        "[x](https://example.org/code)",
        "www.example.org/code/",
        "aB3dE5gH7",
        "https://openreview.net/forum?id=aB3dE5gH7",
    ],
)
async def test_a_paper_is_got_by_any_id_or_link_that_search_takes(
    lookup: Lookup, library: Library, workspace: int, name: str
) -> None:
    identifiers = Identifiers(arxiv="2307.08621", doi="10.1145/7.9", openreview="aB3dE5gH7")
    await library.add(workspace, paper(1, identifiers=identifiers, links=[Link("https://example.org/code")]), None)
    await library.add(workspace, paper(2), None)
    assert (await lookup.get(workspace, name)).id == "paper-1"
    assert (await lookup.look_up(workspace, name)).results[0].paper.id == "paper-1"


async def test_a_link_of_no_paper_gets_none(lookup: Lookup, filled: int) -> None:
    with pytest.raises(NotFoundError, match="No paper has the id"):
        await lookup.get(filled, "https://arxiv.org/abs/9912.99999")


async def test_an_id_answers_with_its_paper_alone(lookup: Lookup, filled: int) -> None:
    results = await lookup.look_up(filled, " paper-3 ")
    assert (results.total, ids(results)) == (1, ["paper-3"])


async def test_words_answer_with_what_a_search_finds(lookup: Lookup, filled: int) -> None:
    results = await lookup.look_up(filled, "retentive network")
    assert results.total == 5
    assert set(ids(results)) == {f"paper-{n}" for n in range(5)}


async def test_an_empty_query_finds_everything_newest_first_page_by_page(lookup: Lookup, filled: int) -> None:
    pages = [await lookup.find(filled, "", limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [ids(page) for page in pages] == [["paper-4", "paper-3"], ["paper-2", "paper-1"], ["paper-0"], []]
    assert {page.total for page in pages} == {5}


async def test_what_fits_nothing_finds_nothing(lookup: Lookup, filled: int) -> None:
    results = await lookup.find(filled, "zzzzqqqq")
    assert (results.query, results.total, results.results) == ("zzzzqqqq", 0, ())


async def test_a_half_typed_word_is_completed(lookup: Lookup, filled: int) -> None:
    assert {each.id for each in await lookup.complete(filled, "retent")} == {f"paper-{n}" for n in range(5)}
    assert len(await lookup.complete(filled, "", limit=3)) == 3


async def test_all_of_a_search_or_of_the_collection_is_given_out(lookup: Lookup, filled: int) -> None:
    assert len(await all_papers(lookup, filled)) == len(await all_papers(lookup, filled, "retentive")) == 5
    assert [paper.id for paper in await all_papers(lookup, filled, "2401.00002")] == ["paper-2"]


async def test_numbers_are_shown_in_the_order_asked_for(lookup: Lookup, filled: int) -> None:
    numbers = [result.hit.number for result in (await lookup.find(filled, "")).results]
    results = await lookup.by_numbers(filled, numbers[::-1], limit=2)
    assert (results.total, ids(results)) == (5, ["paper-0", "paper-1"])


async def test_another_workspace_finds_nothing(
    lookup: Lookup, filled: int, database: Database, clock: AdjustableClock
) -> None:
    other, _ = await find_or_add(database, "other", clock())
    assert (await lookup.find(other, "retentive")).total == (await lookup.find(other, "")).total == 0
    assert await lookup.complete(other, "ret") == ()
    assert (await lookup.look_up(other, "paper-3")).total == 0
    assert await all_papers(lookup, other) == []
    with pytest.raises(NotFoundError):
        await lookup.get(other, "paper-3")


async def test_why_an_only_paper_answers_is_said_where_its_title_does_not_show_it(
    lookup: Lookup, library: Library, workspace: int
) -> None:
    await library.add(
        workspace, paper(1, headline="RetNet の要点", comment="並列化できる", authors=["Ana Amaral"]), None
    )
    await library.add(workspace, paper(2, authors=["Bo"]), None)
    hints = {"RetNet": "", "並列化": "コメントで一致", "Amaral": "著者で一致", "レトネット": "もしかして: RetNet"}
    assert {query: (await lookup.find(workspace, query)).hint("ja") for query in hints} == hints
    assert (await lookup.find(workspace, "Amaral")).hint("en") == "Matched by author"
    assert (await lookup.find(workspace, "")).hint("ja") == ""


async def test_what_was_meant_is_suggested_as_the_papers_write_it(
    lookup: Lookup, library: Library, workspace: int
) -> None:
    some = ("二次元ワーピング", "RetNet の要点", "Black-Box 最適化", "シミュレーション入門")
    for n, headline in enumerate(some):
        await library.add(workspace, paper(n, headline=headline), None)
    typed = ("ワーピグン", "レトネット", "ブラックボクス", "シミュレーショ")
    assert [(await lookup.find(workspace, each)).suggestion for each in typed] == [
        "ワーピング",
        "RetNet",
        "Black-Box",
        None,
    ]
