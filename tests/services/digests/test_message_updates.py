"""A posted digest follows its papers, and a delayed edit never reverts a later one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest

from bot.domain.digest import Payload
from bot.domain.errors import PublishError, RetryLaterError, UnknownOutcomeError
from bot.i18n import msg
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import MessageUpdates
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.papers.undo import Undo
from bot.services.ports import Fence, Renderer
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher, FakeRenderer, KilledError
from tests.samples import paper

WHY = msg("Discord answered {status}.", status=502)
RENDERERS: dict[str, Renderer] = {"discord": FakeRenderer()}


class Sleeper(FakePublisher):
    """A platform whose bot is suspended during an edit while another bot edits."""

    other: MessageUpdates | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None  # called before the other bot edits
    troubles: tuple[Exception, ...] = ()

    async def edit(self, channel: str, message_id: str, payload: Payload, fence: Fence) -> None:
        if self.troubles:
            trouble, *others = self.troubles
            self.troubles = tuple(others)
            raise trouble
        if self.other:
            other, self.other = self.other, None
            if self.meanwhile:
                await self.meanwhile()
            await other.update()
        await super().edit(channel, message_id, payload, fence)


@pytest.fixture
def publisher(clock: AdjustableClock) -> Sleeper:
    return Sleeper(clock)


@pytest.fixture
async def edited(
    database: Database,
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    delivery: Delivery,
    publisher: Sleeper,
) -> MessageUpdates:
    """Return message updates with one edited paper to process."""
    await library.add(workspace, paper(1), None)
    await digests.subscribe(workspace, SubscriptionRequest("here", "discord:1/2", "mon 09:00", (), "ja"))
    await digests.compose_now(workspace, "here")
    await delivery.deliver_open()
    corrections = MessageUpdates(database, RENDERERS, {"discord": publisher}, pauses=(0.001, 0.001))
    await corrections.update()
    clock.advance(minutes=1)
    await retitle(library, workspace, "第二")
    return corrections


async def retitle(library: Library, workspace: int, title: str) -> None:
    await library.edit(workspace, "paper-1", None, lambda before: replace(before, title=title))


async def test_an_edit_is_followed_that_comes_before_the_first_update(
    database: Database,
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    delivery: Delivery,
    publisher: Sleeper,
) -> None:
    await library.add(workspace, paper(1), None)
    await retitle(library, workspace, "第一")
    clock.advance(minutes=1)
    await digests.subscribe(workspace, SubscriptionRequest("here", "discord:1/2", "mon 09:00", (), "ja"))
    await digests.compose_now(workspace, "here")
    await delivery.deliver_open()
    clock.advance(minutes=1)
    await retitle(library, workspace, "第二")
    updates = MessageUpdates(database, RENDERERS, {"discord": publisher, "slack": publisher})
    assert [await updates.update(), await updates.update()] == [1, 0]
    assert publisher.posted[0].payload["redrawn"] == "第二"


@pytest.mark.usefixtures("digests")
async def test_an_edit_that_was_overtaken_by_another_of_its_paper_is_not_made(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    publisher: Sleeper,
    edited: MessageUpdates,
) -> None:
    async def edited_again() -> None:
        clock.advance(minutes=1)
        await retitle(library, workspace, "第三")

    publisher.meanwhile = edited_again
    publisher.other = MessageUpdates(database, RENDERERS, {"discord": publisher})
    assert await edited.update() == 0
    assert publisher.posted[0].payload["redrawn"] == "第三"
    await edited.update()
    assert publisher.posted[0].payload["redrawn"] == "第三"


async def test_an_edit_that_another_process_made_is_not_made_again(
    database: Database, clock: AdjustableClock, publisher: Sleeper, edited: MessageUpdates
) -> None:
    publisher.other = MessageUpdates(database, RENDERERS, {"discord": publisher})
    assert await edited.update() == 0
    assert publisher.posted[0].payload["redrawn"] == "第二"


@pytest.mark.parametrize("trouble", [UnknownOutcomeError(WHY), RetryLaterError(WHY, 0.001, is_global=True)])
async def test_an_edit_of_which_nobody_knows_is_made_again(
    publisher: Sleeper, edited: MessageUpdates, trouble: PublishError
) -> None:
    publisher.troubles = (trouble, trouble)
    assert await edited.update() == 1
    assert publisher.posted[0].payload["redrawn"] == "第二"


@pytest.mark.parametrize("trouble", [UnknownOutcomeError(WHY), RetryLaterError(WHY, 600, is_global=True)])
async def test_an_edit_that_discord_does_not_answer_is_made_by_a_later_update_and_after_a_restart(
    database: Database, publisher: Sleeper, edited: MessageUpdates, trouble: PublishError
) -> None:
    publisher.troubles = (trouble,) * 3
    assert await edited.update() == 0
    assert "redrawn" not in publisher.posted[0].payload
    publisher.troubles = (trouble,)
    assert await edited.update() == 0
    publisher.troubles = ()
    restarted = MessageUpdates(database, RENDERERS, {"discord": publisher})
    assert [await restarted.update(), await restarted.update()] == [1, 0]
    assert publisher.posted[0].payload["redrawn"] == "第二"


async def test_an_edit_that_discord_refuses_is_dropped(publisher: Sleeper, edited: MessageUpdates) -> None:
    publisher.troubles = (PublishError(WHY),)
    assert [await edited.update(), await edited.update()] == [0, 0]
    assert "redrawn" not in publisher.posted[0].payload


async def test_a_posted_digest_follows_an_undo_and_a_redo(
    reversal: Undo, workspace: int, clock: AdjustableClock, publisher: Sleeper, edited: MessageUpdates
) -> None:
    await edited.update()
    payloads = [publisher.posted[0].payload["redrawn"]]
    for change in (reversal.undo, reversal.redo):
        clock.advance(minutes=1)
        await change(workspace, None)
        assert await edited.update() == 1
        assert await edited.update() == 0
        payloads.append(publisher.posted[0].payload["redrawn"])
    assert payloads == ["第二", "A Paper on Subject 1", "第二"]


async def test_a_posted_digest_follows_an_edit_although_the_clock_was_set_back(
    library: Library, workspace: int, clock: AdjustableClock, publisher: Sleeper, edited: MessageUpdates
) -> None:
    await edited.update()
    clock.advance(hours=-1)
    await retitle(library, workspace, "第三")
    assert await edited.update() == 1
    assert publisher.posted[0].payload["redrawn"] == "第三"


async def test_a_posted_digest_tells_that_its_paper_was_removed_and_an_undo_brings_it_back(
    library: Library, reversal: Undo, workspace: int, clock: AdjustableClock, publisher: Sleeper, edited: MessageUpdates
) -> None:
    await edited.update()
    payloads = []
    for change in (lambda: library.remove(workspace, "paper-1", None), lambda: reversal.undo(workspace, None)):
        clock.advance(minutes=1)
        await change()
        assert [await edited.update(), await edited.update()] == [1, 0]
        payloads.append(publisher.posted[0].payload["redrawn"])
    assert payloads == ["removed: 第二", "第二"]


async def test_a_removal_that_discord_does_not_answer_is_shown_after_a_restart(
    database: Database, library: Library, workspace: int, publisher: Sleeper, edited: MessageUpdates
) -> None:
    await edited.update()
    await library.remove(workspace, "paper-1", None)
    publisher.troubles = (UnknownOutcomeError(WHY),) * 3
    assert await edited.update() == 0
    restarted = MessageUpdates(database, RENDERERS, {"discord": publisher})
    assert [await restarted.update(), await restarted.update()] == [1, 0]
    assert publisher.posted[0].payload["redrawn"] == "removed: 第二"


async def test_an_overtaken_removal_is_not_shown(
    database: Database,
    library: Library,
    reversal: Undo,
    workspace: int,
    publisher: Sleeper,
    edited: MessageUpdates,
) -> None:
    async def restored() -> None:
        await reversal.undo(workspace, None)

    await edited.update()
    await library.remove(workspace, "paper-1", None)
    publisher.meanwhile = restored
    publisher.other = MessageUpdates(database, RENDERERS, {"discord": publisher})
    await edited.update()
    assert publisher.posted[0].payload["redrawn"] == "第二"


async def test_a_paper_that_was_added_anew_is_another_than_the_removed_one(
    library: Library, workspace: int, publisher: Sleeper, edited: MessageUpdates
) -> None:
    await library.remove(workspace, "paper-1", None)
    await library.add(workspace, paper(1), None)
    assert await edited.update() == 1
    await retitle(library, workspace, "第三")
    assert await edited.update() == 0
    assert publisher.posted[0].payload["redrawn"] == "removed: 第二"


class Overtaken(Sleeper):
    """A platform at which an edit that was let through arrives after a newer one, or whose answer nobody hears."""

    is_heard = True

    async def edit(self, channel: str, message_id: str, payload: Payload, fence: Fence) -> None:
        await fence()
        if self.other:
            other, self.other = self.other, None
            assert self.meanwhile
            await self.meanwhile()
            await other.update()
        await super().edit(channel, message_id, payload, _unfenced)
        if not self.is_heard:
            raise KilledError


async def _unfenced() -> None:
    pass


@pytest.fixture
def overtaken(clock: AdjustableClock, publisher: Sleeper) -> Overtaken:
    """Return a platform with the messages of `publisher`."""
    overtaken = Overtaken(clock)
    overtaken.posted = publisher.posted
    return overtaken


async def test_of_two_edits_that_are_made_at_once_the_newer_one_stays(
    database: Database,
    library: Library,
    workspace: int,
    publisher: Sleeper,
    edited: MessageUpdates,
    overtaken: Overtaken,
) -> None:
    overtaken.meanwhile = partial(retitle, library, workspace, "第三")
    overtaken.other = edited
    await MessageUpdates(database, RENDERERS, {"discord": overtaken}).update()
    assert publisher.posted[0].payload["redrawn"] == "第三"
    assert await edited.update() == 0


async def test_an_edit_that_was_undone_while_it_was_made_does_not_stay(
    database: Database,
    library: Library,
    reversal: Undo,
    workspace: int,
    publisher: Sleeper,
    edited: MessageUpdates,
    overtaken: Overtaken,
) -> None:
    async def undone() -> None:
        await reversal.undo(workspace, None)

    await edited.update()
    await retitle(library, workspace, "第三")
    overtaken.meanwhile, overtaken.other = undone, edited
    await MessageUpdates(database, RENDERERS, {"discord": overtaken}).update()
    assert publisher.posted[0].payload["redrawn"] == "第二"


async def test_an_undo_takes_an_edit_back_of_which_a_killed_process_heard_nothing(
    database: Database,
    library: Library,
    reversal: Undo,
    workspace: int,
    publisher: Sleeper,
    edited: MessageUpdates,
    overtaken: Overtaken,
) -> None:
    await edited.update()
    await retitle(library, workspace, "第三")
    overtaken.is_heard = False
    with pytest.raises(KilledError):
        await MessageUpdates(database, RENDERERS, {"discord": overtaken}).update()
    assert publisher.posted[0].payload["redrawn"] == "第三"
    await reversal.undo(workspace, None)
    restarted = MessageUpdates(database, RENDERERS, {"discord": publisher})
    assert [await restarted.update(), await restarted.update()] == [1, 0]
    assert publisher.posted[0].payload["redrawn"] == "第二"
