"""The history is kept per paper, newest first, and an undone change can no longer be undone."""

from __future__ import annotations

from bot.domain.history import Step
from bot.store import history
from bot.store.database import Database
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock


async def test_a_change_is_read_back_with_its_steps(database: Database, workspace: int, clock: AdjustableClock) -> None:
    step = Step("a", None, {"id": "a", "title": "論文", "tags": ["x"]})
    async with database.write() as connection:
        change = await history.open_change(connection, workspace, "add", clock(), "花子")
        await history.record(connection, workspace, change, [step])
        assert await history.steps_of(connection, workspace, change) == [step]
        [(read, read_step)] = await history.newest_first(connection, workspace, None, 10)
    assert (read.id, read.action, read.at, read.by) == (change, "add", clock(), "花子")
    assert read_step == step


async def test_an_undone_change_no_longer_stands(database: Database, workspace: int, clock: AdjustableClock) -> None:
    async with database.write() as connection:
        assert await history.last_undoable(connection, workspace) is None
        first = await history.open_change(connection, workspace, "add", clock(), None)
        second = await history.open_change(connection, workspace, "edit", clock(), None)
        await history.open_change(connection, workspace, "undo", clock(), None, undoes=second)
        status = await history.last_undoable(connection, workspace)
        assert status is not None
        assert status.id == first
        await history.open_change(connection, workspace, "undo", clock(), None, undoes=first)
        assert await history.last_undoable(connection, workspace) is None


async def test_one_persons_newest_change_is_found_below_anothers(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    async with database.write() as connection:
        mine = await history.open_change(connection, workspace, "add", clock(), "花子", "hanako")
        await history.open_change(connection, workspace, "add", clock(), "太郎", "taro")
        status = await history.last_undoable(connection, workspace, actor="hanako")
    assert status is not None
    assert status.id == mine


async def test_history_is_told_newest_first_of_one_paper_or_all(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    async with database.write() as connection:
        for n, id in enumerate(["a", "b", "a"]):
            change = await history.open_change(connection, workspace, "edit", clock(), None)
            await history.record(connection, workspace, change, [Step(id, {"n": n}, {"n": n + 1})])
        every = await history.newest_first(connection, workspace, None, 2)
        of_a = await history.newest_first(connection, workspace, "a", 10)
    assert [step.paper_id for _, step in every] == ["a", "b"]
    assert [step.before for _, step in of_a] == [{"n": 2}, {"n": 0}]


async def test_another_workspace_has_its_own_history(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    other, _ = await find_or_add(database, "other", clock())
    async with database.write() as connection:
        change = await history.open_change(connection, workspace, "add", clock(), None)
        await history.record(connection, workspace, change, [Step("a", None, {})])
        assert await history.last_undoable(connection, other) is None
        assert await history.newest_first(connection, other, None, 10) == []
        assert await history.steps_of(connection, other, change) == []
