"""No text in a collection and no query blocks the event loop."""

from __future__ import annotations

import random
from functools import partial

import pytest

from bench import hostile_queries
from bot.domain.errors import InputError
from bot.domain.metadata import make_metadata
from bot.domain.paper import ALL_AUTHORS_LENGTH, Paper, make_paper
from bot.domain.query import MOST_WORDS, parse_query
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex
from tests.growth import longest_step, longest_steps
from tests.samples import paper
from tests.search.indexing import numbers_of, put

_LONGEST_STEP = 0.06  # processor seconds: 20 ms measured in bench/hostile.py, with a margin for slow machines


@pytest.fixture
async def hostile_papers(importer: Importer, workspace: int) -> list[Paper]:
    batch = list(hostile_queries.papers(random.Random(1)))[:17]
    await importer.run(workspace, batch, None)
    return batch


async def test_a_comment_of_endless_katakana_is_searched_like_any_other(
    database: Database, workspace: int, lookup: Lookup
) -> None:
    letters = random.Random(1).choices("アイウエオカキクケコ", k=3926 - 6)
    await put(database, workspace, [paper(1, title="Retention", comment="".join(letters) + "リテンション")])
    assert await longest_step(lambda: lookup.find(workspace, "リテンシャン")) < _LONGEST_STEP


async def test_no_query_of_hostile_texts_holds_up_the_loop(
    lookup: Lookup, workspace: int, hostile_papers: list[Paper]
) -> None:
    queries = list(hostile_queries.queries(hostile_papers, 60, seed=2))  # 20,000 are in bench/hostile.py
    for look_up in (lookup.look_up, lookup.complete):
        longest = await longest_steps([partial(look_up, workspace, query) for query in queries])
        assert {query: step for query, step in zip(queries, longest, strict=True) if step > _LONGEST_STEP} == {}


async def test_a_paper_of_the_longest_texts_is_added_without_holding_up_the_loop(
    importer: Importer, workspace: int
) -> None:
    batch = list(hostile_queries.papers(random.Random(3)))[:4]
    assert await longest_step(lambda: importer.run(workspace, batch, None)) < 4 * _LONGEST_STEP


def test_words_beyond_those_that_are_read_are_left_out_and_marks_too() -> None:
    query = parse_query(" ".join(f"word{n} tag:t{n} -no{n}" for n in range(100)))
    assert query.words[-1] == f"word{MOST_WORDS - 1}"
    assert (len(query.words), len(query.tags), len(query.excluded)) == (MOST_WORDS, 16, 16)


async def test_a_title_of_more_words_than_are_read_is_found_by_all_of_it(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    title = " ".join(f"w{n}" for n in range(90))
    others = [paper(n, title=f"{' '.join(f'w{n}' for n in range(80))} {n}") for n in range(2)]
    numbers = await put(database, workspace, [*others, paper(9, title=title)])
    assert (await numbers_of(search, workspace, title))[0] == numbers[-1]


async def test_a_word_longer_than_any_is_found_by_its_beginning_and_kept_out_of_the_vocabulary(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    [number] = await put(database, workspace, [paper(1, title=f"{'x' * 250} and ア{'イ' * 200}")])
    assert await numbers_of(search, workspace, "x" * 250) == [number]
    assert await numbers_of(search, workspace, f"ア{'イ' * 200}") == [number]
    async with database.read() as connection:
        longest = await connection.exec_driver_sql("SELECT max(length(word)) FROM search_words")
    assert longest.scalar_one() <= 64


async def test_an_author_is_found_among_thousands(database: Database, workspace: int, search: SearchIndex) -> None:
    authors = [f"Given{n} Family{n}" for n in range(5000)]
    [number] = await put(database, workspace, [paper(1, authors=authors)])
    assert await numbers_of(search, workspace, "Family4999") == [number]
    assert await numbers_of(search, workspace, "author:Family4999") == [number]


def test_authors_that_together_are_longer_than_any_list_are_refused_and_a_sources_are_cut() -> None:
    names = [f"{n:04}{'x' * 200}" for n in range(1000)]
    with pytest.raises(InputError, match=f"at most {ALL_AUTHORS_LENGTH} fit"):
        make_paper(title="x", authors=names)
    assert make_paper(title="x", authors=make_metadata(authors=names).authors).authors
