"""An undone change can be redone, and a refused undo says why."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.domain.errors import ConflictError, NotFoundError
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.submitter import Submitter
from bot.services.papers.undo import Undo
from bot.store import imports, papers
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

BATCH, SEVERAL = 20, range(1, 402)  # papers, which take 21 transactions of that size


@pytest.fixture
def stepwise(database: Database, clock: AdjustableClock) -> Undo:
    """Return an Undo that needs many transactions for few papers."""
    return Undo(database, clock, BATCH)


async def test_a_redo_takes_the_last_undo_back_and_the_history_tells_all_of_it(
    library: Library, reversal: Undo, workspace: int
) -> None:
    await library.add(workspace, paper(1), "花子")
    await library.remove(workspace, "paper-1", "花子")
    await reversal.undo(workspace, "花子")
    change, headings = await reversal.redo(workspace, "花子")
    assert (change.action, headings) == ("remove", ("1番目の論文",))
    actions = [change.action for change, _ in await library.history(workspace, "paper-1")]
    assert actions == ["redo", "undo", "remove", "add"]
    await reversal.undo(workspace, None)
    assert (await library.history(workspace))[0][0].action == "undo"


async def test_several_undos_are_redone_one_by_one_the_last_first(
    library: Library, reversal: Undo, workspace: int
) -> None:
    for text in "一二三":
        await library.add(workspace, paper(1), None)
        await library.edit(workspace, "paper-1", None, lambda old, text=text: replace(old, comment=text))  # type: ignore[misc]
    undone = [await reversal.undo(workspace, None) for _ in range(3)]
    for (change, _), (redone, _) in zip(
        reversed(undone), [await reversal.redo(workspace, None) for _ in range(3)], strict=True
    ):
        assert change.id == redone.id
    assert all(later.id < former.id for (former, _), (later, _) in pairwise(undone))
    with pytest.raises(NotFoundError, match="nothing to redo"):
        await reversal.redo(workspace, None)


async def test_a_redo_does_not_overwrite_what_was_changed_since(
    library: Library, reversal: Undo, workspace: int
) -> None:
    await library.add(workspace, paper(1), None)
    await library.edit(workspace, "paper-1", None, lambda old: replace(old, comment="一"))
    await reversal.undo(workspace, None)
    await library.edit(workspace, "paper-1", None, lambda old: replace(old, comment="二"))
    with pytest.raises(ConflictError, match="cannot be redone"):
        await reversal.redo(workspace, None)


async def test_an_import_that_was_redone_brings_nothing_new_when_it_is_imported_again(
    importer: Importer, reversal: Undo, workspace: int
) -> None:
    await importer.run(workspace, [paper(1), paper(2)], None)
    await reversal.undo(workspace, None)
    await reversal.redo(workspace, None)
    report = await importer.run(workspace, [paper(1), paper(2)], None)
    assert sorted(report.unchanged) == ["paper-1", "paper-2"]


async def test_what_cannot_be_undone_is_told_with_the_reason(library: Library, reversal: Undo, workspace: int) -> None:
    await library.add(workspace, paper(1), None, actor="hanako")
    (added, _), *_ = await library.history(workspace)
    await reversal.undo(workspace, None)
    (undo, _), *_ = await library.history(workspace)
    with pytest.raises(NotFoundError, match=f"Change {added.id} has already been undone"):
        await reversal.undo(workspace, None, change_id=added.id)
    with pytest.raises(NotFoundError, match=f"Change {undo.id} is itself an undo or a redo"):
        await reversal.undo(workspace, None, change_id=undo.id)
    await reversal.redo(workspace, None)
    with pytest.raises(NotFoundError, match="by somebody else"):
        await reversal.undo(workspace, None, change_id=added.id, of="taro")
    for number in (9999, 0, -1, 2**70, -(10**5000)):
        with pytest.raises(NotFoundError, match="There is no change"):
            await reversal.undo(workspace, None, change_id=number)
    assert (await reversal.to_undo(workspace, added.id))[1] == ("1番目の論文",)


async def test_another_workspaces_changes_are_nobodys_to_undo_or_redo(
    library: Library, reversal: Undo, workspace: int
) -> None:
    await library.add(workspace, paper(1), None)
    (added, _), *_ = await library.history(workspace)
    with pytest.raises(NotFoundError):
        await reversal.undo(workspace + 1, None, change_id=added.id)
    await reversal.undo(workspace, None)
    with pytest.raises(NotFoundError):
        await reversal.redo(workspace + 1, None)


async def ids_of(database: Database, workspace: int) -> set[str]:
    async with database.read() as connection:
        return set(await imports.all_ids(connection, workspace))


async def test_many_papers_are_undone_and_redone_with_their_numbers_and_their_place_in_the_index(
    importer: Importer, stepwise: Undo, database: Database, search: SearchIndex, workspace: int
) -> None:
    await importer.run(workspace, [paper(n, comment="RetNet") for n in (1, 2)], None)
    await importer.run(workspace, [paper(n, comment="RWKV") for n in SEVERAL], None)
    async with database.read() as connection:
        before = await papers.by_ids(connection, workspace, [f"paper-{n}" for n in SEVERAL])
    change, headings = await stepwise.undo(workspace, "花子")
    assert (change.action, headings[0]) == ("import", "1番目の論文")
    assert await ids_of(database, workspace) == {"paper-1", "paper-2"}
    assert [(await search.find(workspace, query)).total for query in ("RetNet", "RWKV")] == [2, 0]
    await stepwise.redo(workspace, "花子")
    async with database.read() as connection:
        assert await papers.by_ids(connection, workspace, [f"paper-{n}" for n in SEVERAL]) == before
    assert [(await search.find(workspace, query)).total for query in ("RetNet", "RWKV")] == [0, len(SEVERAL)]
    report = await importer.run(workspace, [paper(n, comment="RWKV") for n in SEVERAL], None)
    assert len(report.unchanged) == len(SEVERAL)


async def test_an_undo_of_many_papers_is_refused_whole_where_one_was_changed_since(
    importer: Importer, library: Library, stepwise: Undo, database: Database, workspace: int
) -> None:
    await importer.run(workspace, [paper(n) for n in SEVERAL], None)
    (imported, _), *_ = await library.history(workspace)
    await library.edit(workspace, "paper-400", None, lambda old: replace(old, comment="一"))
    with pytest.raises(ConflictError, match="paper-400"):
        await stepwise.undo(workspace, None, change_id=imported.id)
    assert len(await ids_of(database, workspace)) == len(SEVERAL)


async def test_others_write_while_many_papers_are_undone_and_what_they_changed_stays(
    importer: Importer, library: Library, stepwise: Undo, database: Database, search: SearchIndex, workspace: int
) -> None:
    await importer.run(workspace, [paper(n) for n in SEVERAL], None)
    undoing = asyncio.create_task(stepwise.undo(workspace, None))
    while len(await ids_of(database, workspace)) == len(SEVERAL):
        await asyncio.sleep(0)
    last = min(int(id.removeprefix("paper-")) for id in await ids_of(database, workspace))
    await library.edit(workspace, f"paper-{last}", None, lambda old: replace(old, comment="一"))
    assert not undoing.done()
    await undoing
    assert await ids_of(database, workspace) == {f"paper-{last}"}
    assert [change.action for change, _ in await library.history(workspace, f"paper-{last}")] == ["edit", "import"]
    assert (await search.find(workspace, "subject")).total == 1


async def test_what_stays_is_found_while_many_papers_are_undone_and_the_others_no_longer(
    importer: Importer,
    library: Library,
    stepwise: Undo,
    database: Database,
    search: SearchIndex,
    workspace: int,
    clock: AdjustableClock,
) -> None:
    other, _ = await find_or_add(database, "discord:7", clock())
    for place, ids in ((workspace, (9001, 9002)), (other, (9003,)), (workspace, SEVERAL)):
        await importer.run(place, [paper(n) for n in ids], None)
    undoing = asyncio.create_task(stepwise.undo(workspace, None))
    while len(await ids_of(database, workspace)) == len(SEVERAL) + 2:
        await asyncio.sleep(0)
    before = len(await ids_of(database, workspace))
    found = [(await search.find(place, "subject")).total for place in (workspace, other)]
    if database.path is None:  # each batch leaves the collection and the index at the same moment
        assert before >= found[0] >= len(await ids_of(database, workspace))
    else:
        assert found[0] == 2
    assert found[1] == 1
    assert not undoing.done()
    await undoing
    assert [(await search.find(place, "subject")).total for place in (workspace, other)] == [2, 1]


async def test_many_papers_are_undone_among_many_that_stay(
    importer: Importer, stepwise: Undo, search: SearchIndex, workspace: int
) -> None:
    await importer.run(workspace, [paper(n) for n in range(9000, 10001)], None)
    await importer.run(workspace, [paper(n) for n in SEVERAL], None)
    await stepwise.undo(workspace, None)
    assert (await search.find(workspace, "subject")).total == 1001


@pytest.mark.parametrize("heals", ["start", "redo"])
async def test_after_an_undo_that_was_cut_short_the_next_start_or_a_redo_lets_all_that_is_left_be_found(
    importer: Importer,
    library: Library,
    stepwise: Undo,
    database: Database,
    search: SearchIndex,
    workspace: int,
    heals: str,
) -> None:
    await importer.run(workspace, [paper(n) for n in SEVERAL], None)
    undoing = asyncio.create_task(stepwise.undo(workspace, None))
    while len(await ids_of(database, workspace)) == len(SEVERAL):
        await asyncio.sleep(0)
    undoing.cancel()
    await asyncio.wait((undoing,))
    kept = len(await ids_of(database, workspace)) if database.path is None else 0  # the file's index is made anew
    assert (await search.find(workspace, "subject")).total == kept
    if heals == "redo":
        await stepwise.redo(workspace, None)
    else:
        await library.add(workspace, paper(9001), None)
        await stepwise.undo(workspace, None)  # does not rebuild what the other undo, when continued, would remove again
        assert (await search.find(workspace, "subject")).total == kept
        await (await SearchIndex.open(database)).close()
    left = len(await ids_of(database, workspace))
    assert (await search.find(workspace, "subject")).total == left > 0


async def test_an_undo_that_was_cut_short_is_gone_on_with_or_taken_back(
    importer: Importer, library: Library, stepwise: Undo, database: Database, workspace: int
) -> None:
    await importer.run(workspace, [paper(n) for n in SEVERAL], None)
    undoing = asyncio.create_task(stepwise.undo(workspace, None))
    while len(await ids_of(database, workspace)) == len(SEVERAL):
        await asyncio.sleep(0)
    undoing.cancel()  # after the first batches
    await asyncio.wait((undoing,))
    assert 0 < len(await ids_of(database, workspace)) < len(SEVERAL)
    assert (await stepwise.to_undo(workspace))[0].action == "import"
    await stepwise.redo(workspace, None)
    assert len(await ids_of(database, workspace)) == len(SEVERAL)
    await stepwise.undo(workspace, None)
    assert await ids_of(database, workspace) == set()
    assert {change.action for change, _ in await library.history(workspace, "paper-401")} == {"import", "undo", "redo"}
    await stepwise.redo(workspace, None)
    assert len(await ids_of(database, workspace)) == len(SEVERAL)


async def test_a_curator_may_revert_any_standing_change_by_its_number_and_others_their_own(
    library: Library, reversal: Undo, workspace: int
) -> None:
    curator, reader = (Submitter(name, name, "ja", is_curator=name == "花子") for name in ("花子", "太郎"))
    for n, name in enumerate(("次郎", "太郎", "次郎"), 1):
        await library.add(workspace, paper(n), name, actor=name)
    every = await reversal.undoable_by(workspace, curator, 5)
    assert [headings for _, headings in every] == [["3番目の論文"], ["2番目の論文"], ["1番目の論文"]]
    assert [headings for _, headings in await reversal.undoable_by(workspace, reader, 5)] == [["2番目の論文"]]
    with pytest.raises(NotFoundError, match="nothing to undo"):
        await reversal.undo_by(workspace, curator)
    with pytest.raises(NotFoundError, match="by somebody else"):
        await reversal.undo_by(workspace, reader, every[0][0].id)
    assert (await reversal.undo_by(workspace, reader))[1] == ("2番目の論文",)
    assert (await reversal.undo_by(workspace, curator, every[2][0].id))[1] == ("1番目の論文",)
    assert [headings for _, headings in await reversal.undoable_by(workspace, curator, 5)] == [["3番目の論文"]]
