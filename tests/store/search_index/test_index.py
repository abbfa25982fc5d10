"""A paper is found by what people type, for any stored and typed text."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate, parse_date
from bot.domain.folding import fold, normalize
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, with_id
from bot.domain.paper_update import make_update
from bot.search.ranking import MatchReason
from bot.store import aliases, papers
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.samples import NASTY, lines, on_the_store, paper, random_papers, texts
from tests.search.indexing import numbers_of, put

_marks = st.lists(st.sampled_from((*NASTY, "-", "tag:", "OR", "NEAR(a b)", "*"))).map(" ".join)


@on_the_store
@given(typed=st.one_of(texts, st.text(), _marks))
async def test_any_text_is_answered(database: Database, workspace: int, search: SearchIndex, typed: str) -> None:
    await search.find(workspace, typed)
    await search.complete(workspace, typed)


@pytest.mark.parametrize(
    "typed", ["x" * 100_000, "論" * 100_000, "a b " * 30_000, '"' * 9_999, "-" * 9_999, "\ud800", "\0", "カ" * 999]
)
async def test_extreme_texts_are_answered(database: Database, workspace: int, search: SearchIndex, typed: str) -> None:
    await put(database, workspace, [paper(1)])
    await search.find(workspace, typed)


@on_the_store
@given(paper=random_papers, others=st.lists(random_papers, max_size=3))
async def test_a_paper_is_found_first_by_its_title_ids_and_links(
    database: Database, clock: AdjustableClock, search: SearchIndex, paper: Paper, others: list[Paper]
) -> None:
    workspace, _ = await find_or_add(database, uuid.uuid4().hex, clock())
    different = [o for n, o in enumerate(others) if o.title.casefold() != paper.title.casefold()]
    some = [paper, *(with_id(each, f"other-{n}") for n, each in enumerate(different))]
    number, *_ = await put(database, workspace, some)
    assert (await numbers_of(search, workspace, paper.title))[0] == number
    assert (await numbers_of(search, workspace, paper.id))[0] == number
    for link in paper.links:
        sharing = [other for other in some if any(link.url == theirs.url for theirs in other.links)]
        numbers = await numbers_of(search, workspace, link.url)
        assert number in numbers[: len(some)] if len(sharing) > 1 else numbers[0] == number


@on_the_store
@given(some=st.lists(random_papers, min_size=1, max_size=3), typed=lines, of=st.integers(0, 2), cut=st.integers(1, 9))
async def test_folding_a_query_changes_nothing(
    database: Database, clock: AdjustableClock, search: SearchIndex, some: list[Paper], typed: str, of: int, cut: int
) -> None:
    workspace, _ = await find_or_add(database, uuid.uuid4().hex, clock())
    await put(database, workspace, [with_id(each, f"paper-{n}") for n, each in enumerate(some)])
    for query in (typed, some[of % len(some)].heading[:cut], some[of % len(some)].title):
        if set(query) & set(':"-'):  # the query language, where case distinguishes a filter from a word
            continue
        results = await search.find(workspace, query)
        assert await search.find(workspace, normalize(query)) == results
        folded = await search.find(workspace, fold(query))
        if not (results.suggestion or folded.suggestion):
            assert {hit.number for hit in folded.hits} == {hit.number for hit in results.hits}


@pytest.mark.parametrize(
    "shape",
    [
        "2401.00007",
        "2401.00007v3",
        "arXiv:2401.00007",
        "arxiv: 2401.00007v1",
        "https://arxiv.org/abs/2401.00007",
        "http://www.arxiv.org/abs/2401.00007v2/",
        "https://arxiv.org/pdf/2401.00007v2.pdf#page=3",
        "arxiv.org/abs/2401.00007",
        "https://arxiv.org/abs/2401.00007?utm_source=x",
        "10.1145/7",
        "doi:10.1145/7",
        "https://doi.org/10.1145/7",
        "https://openreview.net/forum?id=abcDEF_7",
        "abcDEF_7",
        "https://example.org/paper/",
        "http://www.example.org/paper?utm_id=1",
        "<https://arxiv.org/abs/2401.00007>",
        "<http://export.arxiv.org/pdf/2401.00007v2.pdf?download=1#page=3>",
        "<www.arxiv.org/abs/2401.00007>",
        "<https://example.org/paper#results>",
        "<https://doi.org/10.1145/7>",
        "[the paper](https://arxiv.org/abs/2401.00007)",
        "[x](<https://arxiv.org/abs/2401.00007>)",
        "https://arxiv.org/abs/2401.00007.",
        "https://arxiv.org/abs/2401.00007、",
        "(https://arxiv.org/abs/2401.00007)",
        "**https://arxiv.org/abs/2401.00007**",
        "||https://arxiv.org/abs/2401.00007||",
        "`arxiv.org/abs/2401.00007`",
        "「https://arxiv.org/abs/2401.00007」を読む",
        '"https://arxiv.org/abs/2401.00007"',
        "論文 https://arxiv.org/abs/2401.00007",
        "[2401.00007]",
        "(arXiv:2401.00007)",
        "arXiv.2401.00007",
        "arXiv 2401.00007",
        "arXiv preprint arXiv:2401.00007",
        "arXiv:2401.00007v3 [cs.CL]",
    ],
)
async def test_an_id_or_link_is_read_in_any_of_its_shapes(
    database: Database, workspace: int, search: SearchIndex, shape: str
) -> None:
    ids = Identifiers(arxiv="2401.00007", doi="10.1145/7", openreview="abcDEF_7")
    meant = paper(7, identifiers=ids, links=[Link("https://example.org/paper")])
    numbers = await put(database, workspace, [paper(6, comment=shape), meant, paper(8, comment=shape)])
    results = await search.find(workspace, shape)
    assert [hit.number for hit in results.hits] == [numbers[1]]
    assert results.hits[0].reason is MatchReason.LINK


@pytest.mark.parametrize("typed", ["wavepacket", "WavePacket", "wavepacket revival"])
async def test_two_words_typed_as_one_find_every_paper_that_has_them(
    database: Database, workspace: int, search: SearchIndex, typed: str
) -> None:
    titles = (
        "Wavepacket Revival",
        "Wave Packet Revival",
        "Revival of a Wave-Packet",
        "The Revival: Wave packet decay",
        "A Packet Revival and a Wave",
        "A Wave Revival",
    )
    numbers = await put(database, workspace, [paper(n, title=title) for n, title in enumerate(titles)])
    result = await numbers_of(search, workspace, typed)
    assert (result[0], set(result)) == (numbers[0], set(numbers[:4]))


async def test_a_word_of_two_letters_may_be_one_of_two(database: Database, workspace: int, search: SearchIndex) -> None:
    numbers = await put(database, workspace, [paper(1, title="An AI agent"), paper(2, title="3D-point clouds")])
    assert [await numbers_of(search, workspace, typed) for typed in ("aiagent", "3Dpoint")] == [[n] for n in numbers]


async def test_a_look_up_sees_what_was_written_before_it(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    assert (await search.find(workspace, "subject")).total == 0
    await put(database, workspace, [paper(1)])
    assert (await search.find(workspace, "subject")).total == 1


async def test_a_look_up_reads_every_field(database: Database, workspace: int, search: SearchIndex) -> None:
    found = replace(paper(1, tags=["RAG"]), updates=(make_update("retraction", PaperDate(2026, 11, 21)),))
    (number,) = await put(database, workspace, [found])
    _, papers_found = await search.look_up(workspace, "subject")
    async with database.read() as connection:
        assert papers_found == await papers.by_numbers(connection, workspace, [number])
    assert papers_found[number].updates == found.updates


async def test_one_workspace_shows_nothing_of_another(
    database: Database, clock: AdjustableClock, search: SearchIndex
) -> None:
    mine_typed = ("pruning", "枝刈り", "話", "", "prnuing", "プルーニング", "p")
    own, theirs = [(await find_or_add(database, name, clock()))[0] for name in ("mine", "theirs")]
    (number,) = await put(database, own, [paper(1, title="Pruning of networks", comment="枝刈りの話")])
    alone = [await search.find(own, typed) for typed in mine_typed]
    some = [paper(n, title=f"Retention {n}", comment="保持の話", tags=["secret"]) for n in range(2, 60)]
    await put(database, theirs, some)
    assert [await search.find(own, typed) for typed in mine_typed] == alone
    for typed in ("retention", "保持", "retentoin", "リテンション", "tag:secret", "paper-2", "2401.00002"):
        results = await search.find(own, typed)
        assert (results.total, results.hits, results.suggestion, results.near) == (0, (), None, ())
    assert alone[0].hits[0].number == number


async def test_nothing_typed_gives_the_newest(database: Database, workspace: int, search: SearchIndex) -> None:
    numbers = await put(database, workspace, [paper(n) for n in range(1, 41)])
    results = await search.find(workspace, "", limit=5)
    assert (results.total, [hit.number for hit in results.hits]) == (40, numbers[::-1][:5])
    completions = await search.complete(workspace, "  ")
    assert [each.id for each in completions] == [f"paper-{n}" for n in range(40, 15, -1)]
    assert completions[0].heading == "40番目の論文"
    assert completions[0].title == "A Paper on Subject 40"


async def test_pages_hold_every_paper_once(database: Database, workspace: int, search: SearchIndex) -> None:
    numbers = await put(database, workspace, [paper(n) for n in range(1, 251)])
    pages = [await search.find(workspace, "subject", limit=40, offset=offset) for offset in range(0, 280, 40)]
    assert {page.total for page in pages} == {250}
    seen = [hit.number for page in pages for hit in page.hits]
    assert len(seen) == 250
    assert sorted(seen) == numbers
    assert len((await search.find(workspace, "subject", limit=1_000_000)).hits) == 250


async def test_filters_narrow_down_and_browse_newest_first(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    some = [paper(n, tags=["Odd" if n % 2 else "even", "C++"], comment=f"remark {n}") for n in range(1, 9)]
    numbers = await put(database, workspace, some)
    odd = await search.find(workspace, "tag:odd")
    assert (odd.total, [hit.number for hit in odd.hits]) == (4, numbers[::2][::-1])
    assert (await search.find(workspace, "subject tag:even -8")).total == 3
    assert (await search.find(workspace, "tag:C")).total == 0
    assert (await search.find(workspace, "tag:c++")).total == 8
    assert (await search.find(workspace, "-subject")).total == 0


async def test_a_result_says_why_it_is_one(database: Database, workspace: int, search: SearchIndex) -> None:
    meant = paper(1, comment="蒸留の話", excerpt="On teachers", authors=["Ana Amaral"], tags=["圧縮"])
    await put(database, workspace, [meant, paper(2, title="Pruning"), paper(3, title="Queueing networks")])
    whys = {
        "subject": None,
        "蒸留": MatchReason.COMMENT,
        "teachers": MatchReason.EXCERPT,
        "amaral": MatchReason.AUTHOR,
        "圧縮": MatchReason.TAG,
        "プルーニング": MatchReason.READING,
        "queueign": MatchReason.TYPO,
    }
    assert {typed: (await search.find(workspace, typed)).hits[0].reason for typed in whys} == whys


async def test_a_mended_word_is_suggested(database: Database, workspace: int, search: SearchIndex) -> None:
    await put(database, workspace, [paper(1, headline="二次元ワーピング"), paper(2, title="Retention")])
    assert (await search.find(workspace, "ワーピグン")).suggestion == "わぴんぐ"
    assert (await search.find(workspace, "retentoin")).suggestion == "retention"
    assert (await search.find(workspace, "retention")).suggestion is None


async def test_papers_that_all_but_answer_are_near(database: Database, workspace: int, search: SearchIndex) -> None:
    (number,) = await put(database, workspace, [paper(1, title="Retention in networks")])
    results = await search.find(workspace, "retention zebra")
    assert (results.total, results.hits) == (0, ())
    assert [hit.number for hit in results.near] == [number]


async def test_an_alias_finds_the_other_words(database: Database, workspace: int, search: SearchIndex) -> None:
    some = [paper(1, title="RAG at scale"), paper(2, headline="検索拡張生成の評価")]
    one, other = await put(database, workspace, some)
    assert await numbers_of(search, workspace, "RAG") == [one]
    async with database.write() as connection:
        await aliases.put(connection, workspace, "RAG", ["検索拡張生成"])
    assert await numbers_of(search, workspace, "rag") == [one, other]
    assert await numbers_of(search, workspace, "検索拡張生成") == [other, one]
    assert (await search.find(workspace, "RAG")).hits[1].reason is MatchReason.ALIAS
    async with database.write() as connection:
        assert await aliases.of(connection, workspace) == {"RAG": ("検索拡張生成",)}
        assert await aliases.remove(connection, workspace, "RAG")
    assert await numbers_of(search, workspace, "RAG") == [one]


async def test_the_settings_aliases_hold_everywhere(database: Database, workspace: int) -> None:
    (number,) = await put(database, workspace, [paper(1, headline="検索拡張生成の評価")])
    search = await SearchIndex.open(database, aliases={"RAG": ["検索拡張生成"]})
    assert await numbers_of(search, workspace, "RAGの評価") == [number]
    await search.close()


async def test_the_papers_come_with_what_was_found(
    database: Database, clock: AdjustableClock, workspace: int, search: SearchIndex
) -> None:
    numbers = await put(database, workspace, [paper(1, authors=["Ana Amaral"], tags=["圧縮"]), paper(2)])
    async with database.read() as connection:
        stored = await papers.by_numbers(connection, workspace, numbers)
    results, by_number = await search.look_up(workspace, "subject")
    assert by_number == stored
    assert {hit.number for hit in results.hits} == set(numbers)
    elsewhere, _ = await find_or_add(database, "elsewhere", clock())
    assert (await search.look_up(elsewhere, "subject"))[1] == {}


async def test_papers_without_a_date_come_after_those_with_one(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    numbers = await put(database, workspace, [paper(1), paper(2, date=parse_date("2024-01")), paper(3)])
    assert await numbers_of(search, workspace, "") == [numbers[1], numbers[2], numbers[0]]
