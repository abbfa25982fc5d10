"""A paper round-trips through the store, within its own workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given

from bot.domain.paper import Link, Paper
from bot.store import papers
from bot.store.database import Database
from bot.store.papers import columns_of, paper_from, with_bookkeeping
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.samples import on_the_store, paper, random_papers

NOW = datetime(2024, 1, 22, tzinfo=UTC)


def row(original: Paper, days: int = 0) -> dict[str, object]:
    return columns_of(with_bookkeeping(original, added_at=NOW + timedelta(days=days), updated_at=NOW, added_by="花子"))


@given(random_papers)
def test_columns_are_read_back_as_the_paper(original: Paper) -> None:
    whole = with_bookkeeping(original, added_at=NOW, updated_at=NOW, added_by="花子")
    assert paper_from({**columns_of(whole), "number": 1, "workspace_id": 2}) == whole


@on_the_store
@given(random_papers)
async def test_any_paper_is_read_back_as_it_was(database: Database, workspace: int, original: Paper) -> None:
    whole = with_bookkeeping(original, added_at=NOW, updated_at=NOW, added_by="花子")
    async with database.write() as connection:
        [number] = await papers.add(connection, workspace, [columns_of(whole)])
        assert await papers.by_ids(connection, workspace, [original.id, "nobody"]) == {original.id: (number, whole)}
        await papers.remove(connection, workspace, [number])
        assert await papers.by_ids(connection, workspace, [original.id]) == {}


async def test_a_name_from_outside_is_kept_clean(database: Database, workspace: int) -> None:
    assert (
        with_bookkeeping(paper(1), added_at=NOW, updated_at=NOW, added_by=" a\x1b[31m\n\u202eb ").added_by == "a[31m b"
    )


async def test_another_workspace_sees_nothing(database: Database, workspace: int, clock: AdjustableClock) -> None:
    other, _ = await find_or_add(database, "other", clock())
    async with database.write() as connection:
        [number] = await papers.add(connection, workspace, [row(paper(1))])
        assert await papers.by_ids(connection, other, ["paper-1"]) == {}
        assert await papers.by_numbers(connection, other, [number]) == {}
        assert await papers.by_keys(connection, other, ["arxiv:2401.00001"]) == {}
        assert await papers.newest(connection, other, 10) == []
        assert await papers.count(connection, other) == 0
        await papers.remove(connection, other, [number])
        assert await papers.count(connection, workspace) == 1


async def test_two_workspaces_may_have_the_same_paper(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    other, _ = await find_or_add(database, "other", clock())
    async with database.write() as connection:
        numbers = [(await papers.add(connection, each, [row(paper(1))]))[0] for each in (workspace, other)]
        assert len(set(numbers)) == 2
        assert await papers.by_keys(connection, other, ["arxiv:2401.00001"]) == {"arxiv:2401.00001": "paper-1"}


async def test_a_paper_is_found_by_each_of_its_keys(database: Database, workspace: int) -> None:
    original = paper(1, links=[Link("https://www.github.com/a/b/")])
    async with database.write() as connection:
        await papers.add(connection, workspace, [row(original)])
        keys = ["arxiv:2401.00001", "url:github.com/a/b", "title:apaperonsubject1", "doi:10.1/x"]
        assert await papers.by_keys(connection, workspace, keys) == dict.fromkeys(keys[:3], "paper-1")


async def test_a_changed_paper_is_found_by_its_new_keys_only(database: Database, workspace: int) -> None:
    async with database.write() as connection:
        [number] = await papers.add(connection, workspace, [row(paper(1))])
        await papers.replace_all(connection, workspace, [{**row(replace(paper(2), id="paper-1")), "number": number}])
        keys = ["arxiv:2401.00001", "arxiv:2401.00002"]
        assert await papers.by_keys(connection, workspace, keys) == {"arxiv:2401.00002": "paper-1"}
        assert (await papers.by_numbers(connection, workspace, [number]))[number].title == "A Paper on Subject 2"


async def test_a_removed_paper_leaves_no_key_and_its_number_is_not_used_again(
    database: Database, workspace: int
) -> None:
    async with database.write() as connection:
        first = await papers.add(connection, workspace, [row(paper(n)) for n in range(3)])
        await papers.remove(connection, workspace, first)
        assert await papers.by_keys(connection, workspace, ["arxiv:2401.00001"]) == {}
        second = await papers.add(connection, workspace, [row(paper(9))])
        assert second[0] > max(first)


async def test_a_paper_brought_back_has_its_number_again(database: Database, workspace: int) -> None:
    async with database.write() as connection:
        first, second = await papers.add(connection, workspace, [row(paper(1)), row(paper(2))])
        await papers.remove(connection, workspace, [first])
        assert await papers.add(connection, workspace, [{**row(paper(1)), "number": first}, row(paper(3))]) == [
            first,
            second + 1,
        ]


async def test_the_newest_addition_comes_first(database: Database, workspace: int) -> None:
    async with database.write() as connection:
        await papers.add(connection, workspace, [row(paper(n), days=day) for n, day in enumerate([3, 1, 2])])
        newest = [original.id for _, original in await papers.newest(connection, workspace, 2)]
        batches = [[original.id for original in batch] async for batch in papers.every(connection, workspace, batch=2)]
    assert newest == ["paper-0", "paper-2"]
    assert batches == [["paper-0", "paper-2"], ["paper-1"]]


async def test_more_papers_than_sqlite_takes_parameters_are_read(database: Database, workspace: int) -> None:
    async with database.write() as connection:
        numbers = await papers.add(connection, workspace, [row(paper(n)) for n in range(1200)])
        assert list(await papers.by_numbers(connection, workspace, numbers[::-1])) == numbers[::-1]
        assert len(await papers.by_ids(connection, workspace, [f"paper-{n}" for n in range(1300)])) == 1200
        await papers.remove(connection, workspace, numbers)
        assert await papers.count(connection, workspace) == 0
