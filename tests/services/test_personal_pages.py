"""What a person finds on their own page."""

from __future__ import annotations

import pytest

from bot.domain.draft import Draft
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.papers.undo import Undo
from bot.services.personal_pages import FrontPage, PersonalPages
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

ME = "discord:7"


@pytest.fixture
def pages(database: Database, digests: Digests) -> PersonalPages:
    return PersonalPages(database, digests)


async def subscribe(digests: Digests, workspace: int, name: str, channel: str, tags: tuple[str, ...] = ()) -> None:
    await digests.subscribe(workspace, SubscriptionRequest(name, channel, "mon 09:00", tags, "ja"))


def shown(front: FrontPage) -> tuple[int, list[str]]:
    return (front.edition.number if front.edition else 0), [each.id for each in front.papers]


async def test_the_latest_edition_is_the_newest_that_arrived_at_this_server_and_has_papers(
    pages: PersonalPages,
    digests: Digests,
    delivery: Delivery,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
) -> None:
    await subscribe(digests, workspace, "here", "discord:1/2", ("a",))
    await subscribe(digests, workspace, "elsewhere", "discord:10/2")
    await library.add(workspace, paper(1, tags=("a",)), None)
    assert shown(await pages.front(workspace, "discord:1")) == (0, ["paper-1"])
    await digests.compose_now(workspace, "here")
    assert shown(await pages.front(workspace, "discord:1")) == (0, ["paper-1"])
    await delivery.deliver_open()
    await library.add(workspace, paper(2), None)
    clock.advance(seconds=1)
    await digests.compose_now(workspace, "elsewhere")
    await delivery.deliver_open()
    assert shown(await pages.front(workspace, "discord:1")) == (1, ["paper-1"])
    assert shown(await pages.front(workspace, "discord:10")) == (1, ["paper-1", "paper-2"])
    await library.remove(workspace, "paper-1", None)
    assert shown(await pages.front(workspace, "discord:1")) == (0, ["paper-2"])


async def test_additions_are_a_persons_own_last_ones_that_are_still_there(
    pages: PersonalPages, library: Library, reversal: Undo, workspace: int, clock: AdjustableClock
) -> None:
    for n in range(8):
        clock.advance(seconds=1)
        await library.add(workspace, paper(n), "花子", actor=ME if n % 2 else "discord:8")
    await library.edit(workspace, "paper-0", "花子", lambda old: paper(0, comment="x"), actor=ME)
    await library.remove(workspace, "paper-7", None)
    await library.add(workspace, paper(3), "花子", actor=ME)
    front = await pages.front(workspace, "discord:1")
    page = await pages.personal(workspace, front, ME)
    assert [each.id for each in page.additions] == ["paper-5", "paper-3", "paper-1"]
    assert (await pages.personal(workspace, front, "discord:9")).additions == ()


async def test_proposals_are_counted_for_all_and_listed_for_their_proposer(
    pages: PersonalPages, database: Database, clock: AdjustableClock, workspace: int
) -> None:
    submission = Submission(database, clock, "curators")
    for n, actor in enumerate((ME, "discord:8", ME)):
        submitter = Submitter("花子", actor, "ja", is_curator=False)
        await submission.add(workspace, Draft(source=f"2401.{n:05}"), paper(n), submitter)
    front = await pages.front(workspace, "discord:1")
    assert front.waiting == 3
    assert [each.number for each in (await pages.personal(workspace, front, ME)).proposals] == [3, 1]
