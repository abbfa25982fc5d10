"""Work marked as uncancellable is completed."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.cancellation import uncancellable


async def test_work_comes_to_its_end_however_often_it_is_cancelled() -> None:
    ended = asyncio.Event()

    @uncancellable
    async def work() -> None:
        await asyncio.sleep(0.1)
        ended.set()

    task = asyncio.create_task(work())
    while not task.done():
        await asyncio.sleep(0.01)
        task.cancel()
    assert ended.is_set()
    with pytest.raises(asyncio.CancelledError):
        await task
