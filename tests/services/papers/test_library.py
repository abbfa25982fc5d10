"""Every change of the collection is atomic, recorded in its history, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import ConflictError, NotFoundError, StaleError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, make_paper
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.undo import Undo
from bot.store import papers
from bot.store.database import Database
from bot.store.workspaces import find_or_add
from tests.collection import all_papers
from tests.doubles.clock import AdjustableClock
from tests.samples import on_the_store, paper

_FRESH = count()


def commented(text: str) -> Callable[[Paper], Paper]:
    return lambda old: replace(old, comment=text or None)


async def collection(database: Database, workspace: int) -> dict[str, tuple[int, Paper]]:
    """Return everything in a workspace, with the numbers."""
    async with database.read() as connection:
        every = [paper.id async for batch in papers.every(connection, workspace) for paper in batch]
        return await papers.by_ids(connection, workspace, every)


async def test_a_paper_is_added_with_who_and_when(
    library: Library, lookup: Lookup, workspace: int, clock: AdjustableClock
) -> None:
    added = await library.add(workspace, paper(1), "花子")
    assert added.is_new
    result = await lookup.get(workspace, "paper-1")
    assert result == added.paper
    assert (result.added_by, result.added_at, result.updated_at) == ("花子", clock(), clock())


@pytest.mark.parametrize(
    "again",
    [
        paper(2, identifiers=Identifiers(arxiv="2401.00001")),
        make_paper(title="Something else", links=[Link("https://arxiv.org/pdf/2401.00001v3")]),
        make_paper(title="Something else", links=[Link("https://doi.org/10.48550/arXiv.2401.00001")]),
    ],
)
async def test_a_work_that_is_there_already_is_shown_and_not_added(
    library: Library, workspace: int, again: Paper
) -> None:
    first = await library.add(workspace, paper(1), None)
    added = await library.add(workspace, again, None)
    assert not added.is_new
    assert added.paper == first.paper


async def test_a_paper_without_ids_is_recognised_by_title_or_first_link(library: Library, workspace: int) -> None:
    plain = make_paper(title="Scaling Laws", links=[Link("https://a.org/x")])
    await library.add(workspace, plain, None)
    assert not (await library.add(workspace, make_paper(title="SCALING  laws!"), None)).is_new
    assert not (
        await library.add(workspace, make_paper(title="Other", links=[Link("http://www.a.org/x/")]), None)
    ).is_new
    assert (await library.add(workspace, make_paper(title="Other", links=[Link("https://a.org/y")]), None)).is_new


async def test_a_made_up_id_that_is_taken_gets_a_number(library: Library, workspace: int) -> None:
    ids = [(await library.add(workspace, paper(n, id="same"), None)).paper.id for n in range(3)]
    assert ids == ["same", "same-2", "same-3"]


async def test_a_chosen_id_that_is_taken_is_refused(library: Library, workspace: int) -> None:
    await library.add(workspace, paper(1, id="same"), None)
    with pytest.raises(ConflictError, match="A Paper on Subject 1"):
        await library.add(workspace, paper(2, id="same"), None, id_is_chosen=True)


async def test_an_edit_keeps_id_and_who_added_it(library: Library, workspace: int, clock: AdjustableClock) -> None:
    first = (await library.add(workspace, paper(1), "花子")).paper
    clock.advance(days=1)
    edited = await library.edit(
        workspace, "paper-1", "太郎", lambda old: replace(old, id="x", added_by="x", comment="読んだ")
    )
    assert edited == replace(first, comment="読んだ", updated_at=clock())


async def test_an_edit_that_changes_nothing_is_no_change(
    library: Library, workspace: int, clock: AdjustableClock
) -> None:
    first = (await library.add(workspace, paper(1), None)).paper
    clock.advance(days=1)
    assert await library.edit(workspace, "paper-1", None, lambda old: old) == first
    assert len(await library.history(workspace)) == 1


async def test_an_edit_may_not_take_another_papers_work(library: Library, workspace: int) -> None:
    await library.add(workspace, paper(1), None)
    await library.add(workspace, paper(2), None)
    with pytest.raises(ConflictError, match=r"arxiv:2401\.00001 belongs to another paper already: paper-1"):
        await library.edit(workspace, "paper-2", None, lambda old: replace(old, identifiers=paper(1).identifiers))


async def test_what_is_not_there_cannot_be_edited_or_removed(library: Library, workspace: int, reversal: Undo) -> None:
    with pytest.raises(NotFoundError):
        await library.edit(workspace, "nobody", None, lambda old: old)
    with pytest.raises(NotFoundError):
        await library.remove(workspace, "nobody", None)
    with pytest.raises(NotFoundError, match="nothing to undo"):
        await reversal.undo(workspace, None)


async def test_a_removed_paper_is_not_found_and_an_undo_finds_it_again(
    library: Library, lookup: Lookup, workspace: int, database: Database, reversal: Undo
) -> None:
    await library.add(workspace, paper(1), None)
    before = await collection(database, workspace)
    await library.remove(workspace, "paper-1", None)
    assert (await lookup.find(workspace, "Subject")).total == 0
    _, headings = await reversal.undo(workspace, None)
    assert headings == ("1番目の論文",)
    assert await collection(database, workspace) == before
    assert [each.paper.id for each in (await lookup.find(workspace, "Subject")).results] == ["paper-1"]


async def test_one_may_take_back_ones_own_change_below_anothers(
    library: Library, lookup: Lookup, workspace: int, reversal: Undo
) -> None:
    await library.add(workspace, paper(1), "花子", actor="hanako")
    await library.add(workspace, paper(2), "太郎", actor="taro")
    await reversal.undo(workspace, "花子", of="hanako")
    assert [each.id for each in await all_papers(lookup, workspace)] == ["paper-2"]


async def test_an_undo_does_not_overwrite_what_was_changed_since(
    library: Library, lookup: Lookup, workspace: int, reversal: Undo
) -> None:
    await library.add(workspace, paper(1), "花子", actor="hanako")
    await library.edit(workspace, "paper-1", "太郎", lambda old: replace(old, comment="新しい"))
    with pytest.raises(ConflictError, match="changed again since"):
        await reversal.undo(workspace, "花子", of="hanako")
    assert (await lookup.get(workspace, "paper-1")).comment == "新しい"


async def test_an_undo_does_not_bring_a_work_back_that_is_there_under_another_id(
    library: Library, workspace: int, reversal: Undo
) -> None:
    await library.add(workspace, paper(1), "花子")
    await library.remove(workspace, "paper-1", "花子", actor="hanako")
    await library.add(workspace, replace(paper(1), id="other"), "太郎")
    with pytest.raises(ConflictError, match="belongs to another paper already: other"):
        await reversal.undo(workspace, "花子", of="hanako")


async def test_an_edit_of_a_version_that_is_no_longer_the_newest_is_refused(
    library: Library, workspace: int, clock: AdjustableClock
) -> None:
    seen = (await library.add(workspace, paper(1), None)).paper.updated_at
    clock.advance(minutes=1)
    await library.edit(workspace, "paper-1", None, lambda old: replace(old, comment="先に"), seen=seen)
    with pytest.raises(StaleError, match="changed by somebody else meanwhile"):
        await library.edit(workspace, "paper-1", None, lambda old: replace(old, comment="後で"), seen=seen)


async def test_history_tells_who_did_what(library: Library, workspace: int) -> None:
    await library.add(workspace, paper(1), "花子")
    await library.edit(workspace, "paper-1", "太郎", lambda old: replace(old, comment="x"))
    await library.remove(workspace, "paper-1", "花子")
    actions = [(change.action, change.by) for change, _ in await library.history(workspace, "paper-1")]
    assert actions == [("remove", "花子"), ("edit", "太郎"), ("add", "花子")]


_OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "remove", "import", "undo", "redo"]),
        st.integers(0, 3),
        st.text("あいa", max_size=2),
    ),
    max_size=9,
)


@on_the_store
@given(_OPERATIONS)
async def test_undoing_everything_gives_back_the_start(
    database: Database,
    library: Library,
    importer: Importer,
    lookup: Lookup,
    clock: AdjustableClock,
    reversal: Undo,
    operations: list[tuple[str, int, str]],
) -> None:
    workspace, _ = await find_or_add(database, f"run {next(_FRESH)}", clock())
    states, undone = [await collection(database, workspace)], []
    for name, n, text in operations:
        clock.advance(minutes=1)
        try:
            if name == "add":
                await library.add(workspace, paper(n, comment=text), None)
            elif name == "edit":
                await library.edit(workspace, f"paper-{n}", None, commented(text))
            elif name == "remove":
                await library.remove(workspace, f"paper-{n}", None)
            elif name == "import":
                await importer.run(workspace, [paper(k, comment=text) for k in range(n)], None)
            elif name == "undo" and len(states) > 1:
                await reversal.undo(workspace, None)
                undone.append(states.pop())
                assert await collection(database, workspace) == states[-1]
            if name == "redo" and undone:
                await reversal.redo(workspace, None)
                states.append(undone.pop())
                assert await collection(database, workspace) == states[-1]
        except NotFoundError:
            continue
        if name not in ("undo", "redo") and (now := await collection(database, workspace)) != states[-1]:
            states.append(now)
            undone.clear()
    for state in reversed(states[:-1]):
        await reversal.undo(workspace, None)
        assert await collection(database, workspace) == state
    assert (await lookup.find(workspace, "Subject")).total == 0
    with pytest.raises(NotFoundError):
        await reversal.undo(workspace, None)
