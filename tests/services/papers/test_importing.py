"""File and store may both change; one-sided changes are imported, conflicts are left and reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Paper
from bot.formats.registry import READERS, WRITERS
from bot.services.papers.importing import Importer, ImportReport
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.undo import Undo
from bot.store.database import Database
from bot.store.workspaces import find_or_add
from tests.collection import all_papers
from tests.doubles.clock import AdjustableClock
from tests.formats.shared import kept
from tests.samples import numbered, on_the_store, paper, stamped

FILE = [paper(n) for n in range(3)]
_FRESH = count()
Told = tuple[list[str], list[str], list[str], list[str]]


def told(report: ImportReport) -> Told:
    conflicts = [f"{id}: {why.text('en')}" for id, why in report.conflicts]
    return sorted(report.added), sorted(report.updated), sorted(report.unchanged), sorted(conflicts)


ALL_ADDED: Told = (["paper-0", "paper-1", "paper-2"], [], [], [])
ALL_UNCHANGED: Told = ([], [], ["paper-0", "paper-1", "paper-2"], [])


async def test_a_file_fills_an_empty_collection(importer: Importer, lookup: Lookup, workspace: int) -> None:
    assert told(await importer.run(workspace, FILE, "花子")) == ALL_ADDED
    assert {paper.content for paper in await all_papers(lookup, workspace)} == {paper.content for paper in FILE}


async def test_the_same_file_twice_changes_nothing(
    importer: Importer, library: Library, lookup: Lookup, workspace: int, clock: AdjustableClock
) -> None:
    await importer.run(workspace, FILE, None)
    before = await all_papers(lookup, workspace)
    clock.advance(days=1)
    assert told(await importer.run(workspace, FILE, None)) == ALL_UNCHANGED
    assert await all_papers(lookup, workspace) == before
    assert len(await library.history(workspace)) == 3


async def test_an_import_is_no_edit_of_a_new_paper(
    importer: Importer, lookup: Lookup, workspace: int, clock: AdjustableClock
) -> None:
    added, edited, ahead = (clock() + timedelta(days=days) for days in (-3, -1, 9))
    told_both = replace(paper(1), added_at=added, updated_at=edited)
    first = [told_both, replace(paper(2), added_at=added), replace(paper(3), date=PaperDate(2023, 7))]
    await importer.run(workspace, [*first, replace(paper(4), updated_at=ahead)], None)
    await importer.run(workspace, [replace(paper(5), date=PaperDate(2023))], None)
    edits = [(await lookup.get(workspace, f"paper-{n}")).updated_at for n in range(1, 6)]
    assert edits == [edited, added, datetime(2023, 7, 1, tzinfo=UTC), clock(), clock()]


async def test_a_changed_entry_updates(
    importer: Importer, lookup: Lookup, workspace: int, clock: AdjustableClock
) -> None:
    await importer.run(workspace, FILE, None)
    first = await lookup.get(workspace, "paper-1")
    clock.advance(days=1)
    changed = [FILE[0], replace(FILE[1], comment="新しいコメント"), FILE[2]]
    assert told(await importer.run(workspace, changed, None)) == ([], ["paper-1"], ["paper-0", "paper-2"], [])
    assert await lookup.get(workspace, "paper-1") == replace(first, comment="新しいコメント", updated_at=clock())


async def test_an_edit_in_the_store_stays_when_the_file_is_the_same(
    importer: Importer, library: Library, lookup: Lookup, workspace: int
) -> None:
    await importer.run(workspace, FILE, None)
    await library.edit(workspace, "paper-1", None, lambda old: replace(old, comment="手で直した"))
    assert told(await importer.run(workspace, FILE, None)) == ALL_UNCHANGED
    assert (await lookup.get(workspace, "paper-1")).comment == "手で直した"


async def test_what_was_edited_here_and_changed_in_the_file_is_a_conflict_and_left_alone(
    importer: Importer, library: Library, lookup: Lookup, workspace: int
) -> None:
    await importer.run(workspace, FILE, None)
    await library.edit(workspace, "paper-1", None, lambda old: replace(old, comment="手で直した"))
    changed = [FILE[0], replace(FILE[1], comment="ファイルで直した"), replace(FILE[2], comment="新")]
    expected: Told = ([], ["paper-2"], ["paper-0"], ["paper-1: it was changed both here and in the file"])
    assert told(await importer.run(workspace, changed, None)) == expected
    assert (await lookup.get(workspace, "paper-1")).comment == "手で直した"
    again: Told = ([], [], ["paper-0", "paper-2"], ["paper-1: it was changed both here and in the file"])
    assert told(await importer.run(workspace, changed, None)) == again


async def test_the_same_change_on_both_sides_is_no_conflict(
    importer: Importer, library: Library, workspace: int
) -> None:
    await importer.run(workspace, FILE, None)
    await library.edit(workspace, "paper-1", None, lambda old: replace(old, comment="同じ"))
    changed = [FILE[0], replace(FILE[1], comment="同じ"), FILE[2]]
    assert told(await importer.run(workspace, changed, None)) == ALL_UNCHANGED
    once_more = [FILE[0], replace(FILE[1], comment="また"), FILE[2]]
    assert told(await importer.run(workspace, once_more, None))[1] == ["paper-1"]


async def test_what_was_removed_here_comes_back_only_by_hand(
    importer: Importer, library: Library, lookup: Lookup, workspace: int
) -> None:
    await importer.run(workspace, FILE, None)
    await library.remove(workspace, "paper-1", None)
    assert told(await importer.run(workspace, FILE, None)) == ALL_UNCHANGED
    changed = [FILE[0], replace(FILE[1], comment="新"), FILE[2]]
    expected: Told = ([], [], ["paper-0", "paper-2"], ["paper-1: it was removed here and changed in the file"])
    assert told(await importer.run(workspace, changed, None)) == expected
    assert len(await all_papers(lookup, workspace)) == 2


async def test_what_was_removed_here_is_told_and_comes_back_when_that_is_asked_for(
    importer: Importer, library: Library, lookup: Lookup, workspace: int
) -> None:
    await importer.run(workspace, FILE, None)
    await library.remove(workspace, "paper-1", None)
    assert (await importer.run(workspace, FILE, None)).removed == ["paper-1"]
    changed = [FILE[0], replace(FILE[1], comment="新"), FILE[2]]
    tried = await importer.run(workspace, changed, None, dry_run=True, restore=True)
    assert (tried.added, tried.removed) == (["paper-1"], [])
    assert len(await all_papers(lookup, workspace)) == 2
    assert told(await importer.run(workspace, changed, None, restore=True)) == (
        ["paper-1"],
        [],
        ["paper-0", "paper-2"],
        [],
    )
    assert (await lookup.get(workspace, "paper-1")).comment == "新"
    assert (await importer.run(workspace, changed, None)).removed == []


async def test_a_removed_paper_does_not_come_back_beside_one_that_has_its_id_by_now(
    importer: Importer, library: Library, workspace: int
) -> None:
    await importer.run(workspace, FILE, None)
    await library.remove(workspace, "paper-1", None)
    await library.add(workspace, paper(1, id="mine"), None)
    assert told(await importer.run(workspace, FILE, None, restore=True))[3] == [
        'paper-1: it is in the collection already, as "mine"'
    ]


async def test_another_paper_under_the_same_id_is_a_conflict(
    importer: Importer, library: Library, workspace: int
) -> None:
    await library.add(workspace, paper(7, id="paper-1"), None)
    conflicts = told(await importer.run(workspace, FILE, None))[3]
    assert conflicts == ["paper-1: another paper has this id here"]


async def test_a_file_replaces_no_other_work_that_has_an_id_of_it(
    importer: Importer, lookup: Lookup, workspace: int
) -> None:
    before = replace(paper(7), id="smith2023", title="Retentive Networks", comment="読みました。")
    await importer.run(workspace, [before], None)
    other = replace(paper(8), id="smith2023", title="Diffusion of Heat in Glass")
    assert told(await importer.run(workspace, [other], None))[3] == ["smith2023: another paper has this id here"]
    assert (await lookup.get(workspace, "smith2023")).comment == "読みました。"
    renamed = replace(before, title="A Title of Its Publisher")
    assert told(await importer.run(workspace, [renamed], None))[1] == ["smith2023"]
    corrected = replace(before, title="The Title of Its Publisher", links=(), identifiers=Identifiers())
    assert told(await importer.run(workspace, [corrected], None))[1] == ["smith2023"]


async def test_a_corrected_long_title_of_another_file_is_the_same_work(importer: Importer, workspace: int) -> None:
    title = (
        "Large Language Models for the Retrieval and Generation of Scientific Text in Several Languages, with an"
        " Evaluation of Their Calibration, Their Robustness and Their Cost on a Hundred Tasks from Twenty Domains and"
        " in the Hands of Their Readers"
    )
    before = replace(paper(7), id="smith2023", title=title, links=(), identifiers=Identifiers())
    await importer.run(workspace, [before], None)
    corrected = replace(before, title=title.replace("Several", "Many").replace("Large", "Small"))
    assert told(await importer.run(workspace, [corrected], None))[1] == ["smith2023"]


async def test_a_work_that_is_there_under_another_id_is_a_conflict(
    importer: Importer, library: Library, workspace: int
) -> None:
    await library.add(workspace, paper(1, id="mine"), None)
    conflicts = told(await importer.run(workspace, FILE, None))[3]
    assert conflicts == ['paper-1: it is in the collection already, as "mine"']


async def test_a_dry_run_tells_the_same_and_writes_nothing(
    importer: Importer, library: Library, workspace: int
) -> None:
    assert told(await importer.run(workspace, FILE, None, dry_run=True)) == ALL_ADDED
    assert await library.history(workspace) == []
    assert told(await importer.run(workspace, FILE, None)) == ALL_ADDED


async def test_an_import_that_was_undone_can_be_done_again(
    importer: Importer, library: Library, workspace: int, clock: AdjustableClock, reversal: Undo
) -> None:
    await importer.run(workspace, [paper(1)], None)
    changed = [paper(1, comment="changed"), paper(2)]
    for _ in range(2):
        clock.advance(minutes=1)
        report = await importer.run(workspace, changed, None)
        assert (report.updated, report.added) == (["paper-1"], ["paper-2"])
        await reversal.undo(workspace, None)


async def test_an_import_is_undone_as_one_however_large(
    importer: Importer, library: Library, lookup: Lookup, workspace: int, reversal: Undo
) -> None:
    await library.add(workspace, paper(9999), None)
    seen: list[tuple[int, int]] = []
    await importer.run(workspace, [paper(n) for n in range(600)], None, progress=lambda *done: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == (600, 600)
    _, headings = await reversal.undo(workspace, None)
    assert headings == (*(f"{n}番目の論文" for n in (0, 1, 10, 100, 101)), "…")
    assert [each.id for each in await all_papers(lookup, workspace)] == ["paper-9999"]


async def test_when_and_by_whom_it_was_added_comes_along(
    importer: Importer, lookup: Lookup, workspace: int, clock: AdjustableClock
) -> None:
    then = clock()
    clock.advance(days=30)
    await importer.run(workspace, [replace(paper(1), added_at=then, added_by="花子")], "太郎")
    original = await lookup.get(workspace, "paper-1")
    assert (original.added_at, original.added_by) == (then, "花子")


async def test_each_workspace_imports_for_itself(
    importer: Importer, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    other, _ = await find_or_add(database, "other", clock())
    await importer.run(workspace, FILE, None)
    assert told(await importer.run(other, FILE, None)) == ALL_ADDED


@pytest.mark.parametrize("format", ["yaml", "json"])
@on_the_store
@given(st.lists(stamped, max_size=4).map(numbered))
async def test_export_then_import_gives_back_the_same_collection(
    database: Database, importer: Importer, lookup: Lookup, clock: AdjustableClock, format: str, papers: list[Paper]
) -> None:
    first, second = [(await find_or_add(database, f"run {next(_FRESH)}", clock()))[0] for _ in range(2)]
    await importer.run(first, papers, None)
    original = await all_papers(lookup, first)
    exported = READERS[format]("".join(WRITERS[format](original)), "f")
    assert told(await importer.run(first, exported, None)) == ([], [], sorted(paper.id for paper in original), [])
    await importer.run(second, exported, None)
    assert kept(await all_papers(lookup, second)) == kept(original)


async def test_a_paper_without_ids_whose_title_is_there_is_skipped_and_told(
    importer: Importer, library: Library, workspace: int
) -> None:
    await library.add(workspace, paper(1, id="mine"), None)
    page = [replace(paper(1, identifiers=None), title="A paper on SUBJECT 1")]
    [why] = told(await importer.run(workspace, page, None))[3]
    assert why == 'paper-1: a paper of this title is in the collection already, as "mine"'
    assert told(await importer.run(workspace, page, None, duplicates=True))[0] == ["paper-1"]


async def test_works_of_one_title_with_different_ids_are_two_papers(
    importer: Importer, library: Library, workspace: int
) -> None:
    await library.add(workspace, paper(1, id="mine"), None)
    assert told(await importer.run(workspace, [replace(paper(2), title=paper(1).title)], None))[0] == ["paper-2"]


async def test_an_import_tells_which_fields_an_update_changes(importer: Importer, workspace: int) -> None:
    await importer.run(workspace, FILE, None)
    report = await importer.run(workspace, [replace(FILE[1], comment="新", tags=("x",))], None, dry_run=True)
    assert set(report.changes["paper-1"]) == {"comment", "tags"}
    assert report.headings == {"paper-1": "1番目の論文"}
