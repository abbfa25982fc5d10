"""Editions that a team looks back at."""

from __future__ import annotations

from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.past_editions import PastEditions
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper


async def test_editions_come_newest_first_once_they_have_arrived_without_removed_papers(
    database: Database,
    digests: Digests,
    delivery: Delivery,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
) -> None:
    await digests.subscribe(workspace, SubscriptionRequest("weekly", "discord:1/2", "mon 09:00", (), "ja"))
    past = PastEditions(database)
    for n in range(1, 4):
        clock.advance(seconds=1)
        await library.add(workspace, paper(n), None)
        await digests.compose_now(workspace, "weekly")
        if n < 3:
            await delivery.deliver_open()
    await library.remove(workspace, "paper-1", None)
    shown = [(each.outline.number, [paper.id for paper in each.papers]) for each in await past.newest(workspace, 5)]
    assert shown == [(2, ["paper-2"]), (1, [])]
    assert [each.outline.number for each in await past.newest(workspace, 1)] == [2]
    assert await past.newest(workspace + 1, 5) == []
