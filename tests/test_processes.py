"""Several processes on one store send everything once, whichever of them is killed, and no server waits for another."""

from __future__ import annotations

from trials.fleet import fleet
from trials.process_world import World

KILLED = World(sizes=(4, 3, 3), papers=12, long=True)
UNEVEN = World(sizes=(120, 1))


async def test_a_process_that_is_killed_loses_nothing_and_another_sends_the_rest_once(database_url: str) -> None:
    await KILLED.fill(database_url)
    async with fleet(database_url, KILLED, global_rate=None, nonce_window=0.0) as processes:
        processes.start(0, 1)
        await processes.until_posted(4, 20)
        await processes.kill_holder()
        assert await processes.delivered(40)
        found = KILLED.wrong(processes.channels)
        assert len(processes.server.sent("PUT", "/commands")) == 1
        assert await processes.stop() == 0
    assert found.total() == 0


async def test_a_server_with_one_channel_does_not_wait_for_one_with_many(database_url: str) -> None:
    await UNEVEN.fill(database_url)
    async with fleet(database_url, UNEVEN) as processes:
        processes.start(0)
        [_, [alone]] = [channels for _, channels in processes.guilds]
        await processes.server.until(lambda: alone.messages, 30)
        before = len(processes.posts)
        await processes.stop()
    assert before < 40  # of 120; it is composed as one of the first, and some are on their way at the same time
