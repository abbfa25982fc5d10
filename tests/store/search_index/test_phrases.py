"""Words that stand together are told from words that only stand in the same paper, and frequent words are all found."""

from __future__ import annotations

from bot.store.database import Database
from bot.store.schema import papers
from bot.store.search_index.index import SearchIndex
from bot.store.search_index.maintenance import unindex_papers
from bot.store.sequences import count_on
from tests.samples import paper
from tests.search.indexing import numbers_of, put


async def test_a_phrase_is_found_at_the_end_of_the_longest_texts(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    often = paper(1, comment="graph " * 200 + "graph neural networks")
    long = paper(2, authors=[f"Given{n} Family{n}" for n in range(5_000)], excerpt="拡散モデルの" * 200 + "蒸留")
    numbers = await put(database, workspace, [often, long])
    assert await numbers_of(search, workspace, '"graph neural"') == numbers[:1]
    assert await numbers_of(search, workspace, '"neural graph"') == []
    assert await numbers_of(search, workspace, 'author:"Given4999 Family4999"') == numbers[1:]
    assert await numbers_of(search, workspace, 'author:"Given4999 Family4998"') == []
    assert await numbers_of(search, workspace, "モデルの蒸留") == numbers[1:]


async def test_only_papers_with_a_phrase_are_left_out_for_it(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    titles = ("Graph Neural Networks", "Neural Graph Search", "Networks")
    numbers = await put(database, workspace, [paper(n, title=title) for n, title in enumerate(titles)])
    assert sorted(await numbers_of(search, workspace, '-"graph neural"')) == numbers[1:]
    assert await numbers_of(search, workspace, 'graph -"graph neural"') == numbers[1:2]


async def test_neighbours_of_a_title_are_told_from_words_in_another_order(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    titles = ("Graph Graph Graph", "Graph Graph Neural", "Neural Graph BERT拡散モデル", "BERT Graph 拡散")
    numbers = await put(database, workspace, [paper(n, title=title, headline="") for n, title in enumerate(titles)])
    assert await numbers_of(search, workspace, '"graph graph graph"') == numbers[:1]
    assert await numbers_of(search, workspace, '"graph graph neural"') == numbers[1:2]
    assert sorted(await numbers_of(search, workspace, '"graph graph"')) == numbers[:2]
    assert await numbers_of(search, workspace, '"BERT拡散"') == numbers[2:3]
    assert await numbers_of(search, workspace, '"neural graph bert"') == numbers[2:3]


async def test_an_author_is_found_by_neighbouring_names_of_authors_only(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    some = [
        paper(1, authors=["Wei Wang", "Li Na"]),
        paper(2, authors=["Wang Li", "Wei Na"]),
        paper(3, title="Wei Wang"),
    ]
    numbers = await put(database, workspace, some)
    assert await numbers_of(search, workspace, 'author:"Wei Wang"') == numbers[:1]
    assert sorted(await numbers_of(search, workspace, '"Wei Wang"')) == [numbers[0], numbers[2]]


async def test_a_frequent_word_is_found_in_the_newest_papers_first_and_in_all(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    old = await put(database, workspace, [paper(n) for n in range(5)])
    async with database.write() as connection:
        await count_on(connection, papers, 10_000)
    new = await put(database, workspace, [paper(n) for n in range(5, 106)])
    for typed in ("subject", "paper subject", "subject -missing"):
        first, rest = [await search.find(workspace, typed, limit=100, offset=start) for start in (0, 100)]
        assert first.total == rest.total == 106
        assert sorted(hit.number for hit in first.hits) == new[1:]
        assert [hit.number for hit in rest.hits] == [new[0], *reversed(old)]


async def test_the_count_of_a_frequent_word_follows_additions_and_removals(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    numbers = await put(database, workspace, [paper(n, title="Ai subject") for n in range(104)])
    async with database.write() as connection:
        await unindex_papers(connection, workspace, numbers[:2])
    for typed in ("subject", "ai"):
        assert (await search.find(workspace, typed)).total == 102
