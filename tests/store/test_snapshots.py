"""A snapshot stays as it was, tells every change apart, and has the editions that arrived."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.outline import Outline
from bot.services.digests.composing import Digests
from bot.services.papers.library import Library
from bot.store import editions, snapshots
from bot.store.connection import StoreConnection
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper
from tests.services.digests.editions import WEEKLY, add, compose


async def outlines(connection: StoreConnection, workspace: int) -> list[Outline]:
    return [each async for batch in snapshots.outlines(connection, workspace) for each in batch]


async def test_what_is_written_meanwhile_does_not_show(database: Database, library: Library, workspace: int) -> None:
    await library.add(workspace, paper(1), None)
    async with snapshots.snapshot(database) as connection:
        before = await outlines(connection, workspace)
        await library.add(workspace, paper(2), None)
        assert await outlines(connection, workspace) == before
    async with snapshots.snapshot(database) as connection:
        assert [each.id for each in await outlines(connection, workspace)] == ["paper-1", "paper-2"]


async def test_an_interrupted_statement_ends_a_snapshot_without_another_error(
    database: Database, workspace: int
) -> None:
    is_open = asyncio.Event()

    async def read() -> None:
        async with snapshots.snapshot(database) as connection:
            is_open.set()
            await outlines(connection, workspace)

    reading = asyncio.create_task(read())
    await is_open.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    async with snapshots.snapshot(database) as connection:
        assert await outlines(connection, workspace) == []


async def test_an_edit_changes_digest_and_state_even_within_the_same_moment(
    database: Database, library: Library, workspace: int
) -> None:
    await library.add(workspace, paper(1, comment="一"), None)
    seen = []
    for comment in ("二", "三"):
        async with snapshots.snapshot(database) as connection:
            [outline] = await outlines(connection, workspace)
            seen.append((outline.digest, await snapshots.state_of(connection, workspace)))
        await library.edit(workspace, "paper-1", None, lambda old, comment=comment: replace(old, comment=comment))  # type: ignore[misc]
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]


async def test_only_editions_that_arrived_are_there(
    database: Database, library: Library, workspace: int, clock: AdjustableClock, digests: Digests
) -> None:
    await add(library, workspace, clock, 1, 2)
    await digests.subscribe(workspace, WEEKLY)
    await compose(digests, workspace, clock)
    async with snapshots.snapshot(database) as connection:
        assert await snapshots.published_editions(connection, workspace) == []
    async with database.write() as connection:
        await editions.mark_delivered(connection, [1], clock())
    async with snapshots.snapshot(database) as connection:
        [edition] = await snapshots.published_editions(connection, workspace)
    assert (edition.subscription, edition.number, len(edition.papers)) == (WEEKLY.name, 1, 2)
