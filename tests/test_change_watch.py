"""Within seconds of an edit, posted digests follow it, whoever made it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.change_watch import ChangeWatch
from bot.domain.errors import StoreError
from bot.i18n import msg


class Collection:
    """A history's last step, and the calls that followed it; `troubles` are raised first."""

    def __init__(self) -> None:
        self.step, self.looks, self.followed = 0, 0, list[int]()
        self.troubles: list[Exception] = []

    async def last_step(self) -> int:
        self.looks += 1
        return self.step

    async def follow(self) -> None:
        if self.troubles:
            raise self.troubles.pop()
        self.followed.append(self.step)

    async def look_again(self, times: int = 2) -> None:
        until = self.looks + times
        async with asyncio.timeout(30):
            while self.looks < until:
                await asyncio.sleep(0.001)


@pytest.fixture
def collection() -> Collection:
    return Collection()


@pytest.fixture(autouse=True)
async def watch(collection: Collection) -> AsyncIterator[ChangeWatch]:
    watch = ChangeWatch(collection.last_step, collection.follow, every=0.001)
    watch.start()
    await collection.look_again()
    yield watch
    await watch.stop()
    looks = collection.looks
    await asyncio.sleep(0.01)
    assert collection.looks == looks


async def test_each_change_is_followed_once_and_nothing_else_is(collection: Collection) -> None:
    assert collection.followed == []
    for step in (1, 7):
        collection.step = step
        await collection.look_again(3)
    assert collection.followed == [1, 7]


async def test_what_was_asked_for_is_followed_once_without_a_change(watch: ChangeWatch, collection: Collection) -> None:
    watch.follow_soon()
    await collection.look_again(3)
    assert collection.followed == [0]


@pytest.mark.parametrize("trouble", [StoreError(msg("The database is busy.")), ValueError("no")])
async def test_what_could_not_be_followed_is_followed_at_the_next_look(
    collection: Collection, trouble: Exception
) -> None:
    with capture_logs() as lines:
        collection.troubles, collection.step = [trouble], 1
        await collection.look_again(4)
    assert collection.followed == [1]
    assert len(lines) == 1


async def test_a_watch_that_was_never_started_stops() -> None:
    await ChangeWatch(Collection().last_step, Collection().follow).stop()


async def test_a_change_is_followed_as_soon_as_a_write_is_heard_of() -> None:
    newest, heard, followed = 1, asyncio.Event(), asyncio.Event()

    async def look() -> int:
        return newest

    async def follow() -> None:
        followed.set()

    async def wait(_seconds: float) -> None:
        await heard.wait()
        heard.clear()

    watch = ChangeWatch(look, follow, 3600, wait)
    watch.start()
    await asyncio.sleep(0)
    newest = 2
    heard.set()
    async with asyncio.timeout(30):
        await followed.wait()
    await watch.stop()
