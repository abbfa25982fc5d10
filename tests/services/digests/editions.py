"""A weekly subscription, papers added one after another, and the content of its next edition."""

from __future__ import annotations

from bot.domain.digest import Edition, Reason
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

WEEKLY = SubscriptionRequest("weekly", "discord:1/2", "mon 09:00", (), "ja")


async def add(
    library: Library, workspace: int, clock: AdjustableClock, *numbers: int, tags: tuple[str, ...] = ()
) -> None:
    for n in numbers:
        clock.advance(seconds=1)
        await library.add(workspace, paper(n, tags=tags), None)


def held(edition: Edition | None) -> tuple[Reason, list[str], int] | None:
    return (edition.reason, [paper.id for paper in edition.papers], edition.remaining) if edition else None


async def compose(digests: Digests, workspace: int, clock: AdjustableClock) -> tuple[Reason, list[str], int] | None:
    clock.advance(seconds=1)
    return held(await digests.compose_now(workspace, "weekly"))
