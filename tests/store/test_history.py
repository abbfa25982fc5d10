"""The history is kept per paper, newest first, each version once, and an undone change can no longer be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import select, update

from bot.domain.history import Step
from bot.domain.paper import Paper
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.undo import Undo
from bot.store import history
from bot.store.database import Database
from bot.store.dialect import read_json
from bot.store.schema import history as steps_table
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

LATER = ("excerpt", "organization", "authors", "added_by")


def comments(changes: Sequence[tuple[object, Step]]) -> list[tuple[str | None, str | None]]:
    """Return the comment of the paper before and after each step, "-" where there was no paper."""
    return [
        ("-" if s.before is None else s.before.comment, "-" if s.after is None else s.after.comment) for _, s in changes
    ]


def commented(text: str | None) -> Callable[[Paper], Paper]:
    return lambda old: replace(old, comment=text)


async def test_what_a_change_led_to_stays_right_whatever_happens_to_the_paper_later(
    library: Library, reversal: Undo, workspace: int
) -> None:
    await library.add(workspace, paper(1, comment="一"), "花子")
    assert comments(await library.history(workspace, "paper-1")) == [("-", "一")]
    await library.edit(workspace, "paper-1", None, commented("二"))
    await library.edit(workspace, "paper-1", None, commented(None))
    await library.remove(workspace, "paper-1", None)
    whole = [(None, "-"), ("二", None), ("一", "二"), ("-", "一")]
    assert comments(await library.history(workspace, "paper-1")) == whole
    await reversal.undo(workspace, None)
    assert comments(await library.history(workspace, "paper-1")) == [("-", None), *whole]
    await reversal.redo(workspace, None)
    assert comments(await library.history(workspace, "paper-1")) == [(None, "-"), ("-", None), *whole]
    await library.add(workspace, paper(1, comment="三"), None)
    assert comments(await library.history(workspace, "paper-1"))[:2] == [("-", "三"), (None, "-")]
    assert comments(await library.history(workspace, "paper-1"))[3:] == whole


async def test_an_addition_keeps_nothing_that_the_papers_say_already(
    importer: Importer, library: Library, workspace: int, database: Database
) -> None:
    await importer.run(workspace, [paper(n, comment="長い" * 500) for n in range(1, 4)], None)
    await library.edit(workspace, "paper-2", None, commented("短い"))
    async with database.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT paper_id, before FROM history ORDER BY id")).all()
    assert [(id, read_json(before)["comment"] if before else None) for id, before in map(tuple, rows)] == [
        *((f"paper-{n}", None) for n in (3, 2, 1)),
        ("paper-2", "長い" * 500),
    ]


async def test_a_paper_that_an_older_program_wrote_down_lacks_the_fields_that_came_later(
    library: Library, reversal: Undo, workspace: int, database: Database
) -> None:
    await library.add(workspace, paper(1, comment="一", tags=["推論"]), None)
    await library.edit(workspace, "paper-1", None, commented("二"))
    async with database.write() as connection:
        steps = select(steps_table.c.id, steps_table.c.before)
        for id, before in (await connection.execute(steps)).all():
            if before is None:
                continue
            older = {name: value for name, value in before.items() if name not in LATER}
            await connection.execute(update(steps_table).where(steps_table.c.id == id).values(before=older))
    assert comments(await library.history(workspace, "paper-1")) == [("一", "二"), ("-", "一")]
    await reversal.undo(workspace, None)
    await reversal.redo(workspace, None)
    for _ in range(2):
        await reversal.undo(workspace, None)
    assert comments(await library.history(workspace, "paper-1"))[0] == ("一", "-")


async def test_an_undone_change_no_longer_stands(database: Database, workspace: int, clock: AdjustableClock) -> None:
    async with database.write() as connection:
        assert await history.last_undoable(connection, workspace) is None
        first = await history.open_change(connection, workspace, "add", clock(), None)
        second = await history.open_change(connection, workspace, "edit", clock(), None)
        undo = await history.open_change(connection, workspace, "undo", clock(), None, undoes=second, is_open=True)
        status = await history.last_undoable(connection, workspace)
        assert status is not None
        assert status.id == second  # until all of the undo is done
        await history.close_change(connection, undo)
        status = await history.last_undoable(connection, workspace)
        assert status is not None
        assert status.id == first
        await history.open_change(connection, workspace, "undo", clock(), None, undoes=first)
        assert await history.last_undoable(connection, workspace) is None


async def test_one_persons_newest_change_is_found_below_anothers(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    async with database.write() as connection:
        own_change = await history.open_change(connection, workspace, "add", clock(), "花子", "hanako")
        await history.open_change(connection, workspace, "add", clock(), "太郎", "taro")
        status = await history.last_undoable(connection, workspace, actor="hanako")
    assert status is not None
    assert status.id == own_change


async def test_history_is_told_newest_first_of_one_paper_or_all(
    library: Library, workspace: int, clock: AdjustableClock
) -> None:
    for n in (1, 2):
        await library.add(workspace, paper(n), "花子")
    await library.edit(workspace, "paper-1", "太郎", commented("一"))
    every = await library.history(workspace, limit=2)
    assert [(change.action, change.by, change.at, step.paper_id) for change, step in every] == [
        ("edit", "太郎", clock(), "paper-1"),
        ("add", "花子", clock(), "paper-2"),
    ]
    assert [change.action for change, _ in await library.history(workspace, "paper-1")] == ["edit", "add"]


async def test_another_workspace_has_its_own_history(
    library: Library, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    other, _ = await find_or_add(database, "other", clock())
    await library.add(workspace, paper(1, comment="一"), None)
    await library.add(other, paper(1, comment="二"), None)
    await library.remove(other, "paper-1", None)
    assert comments(await library.history(workspace)) == [("-", "一")]
    assert comments(await library.history(other)) == [("二", "-"), ("-", "二")]
