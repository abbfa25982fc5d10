"""What became known of a paper reaches each channel that had received it once, at the end of the next edition."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.digest import MOST_FOLLOW_UPS, Edition, Payload, Policy, Reason, WhenEmpty
from bot.domain.publication import Publication
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.papers.paper_updates import note
from bot.services.papers.undo import Undo
from bot.store import papers
from bot.store.database import Database
from bot.store.paper_checks import DueCheck
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher, FakeRenderer, Fault, KilledError
from tests.samples import on_the_store
from tests.services.digests.editions import WEEKLY, add
from tests.services.digests.processes import die

DAY = PaperDate(2026, 11, 20)
_FRESH = count()


async def tell(database: Database, workspace: int, clock: AdjustableClock, n: int, version: int) -> None:
    """Let arXiv tell a version of the n-th paper, the first of them as its first look."""
    clock.advance(seconds=1)
    async with database.write() as connection:
        number, _ = (await papers.by_ids(connection, workspace, [f"paper-{n}"]))[f"paper-{n}"]
        check = DueCheck(workspace, number, f"paper-{n}", f"2401.{n:05}")
        await note(connection, "arxiv", check, Publication(version=version), clock(), DAY)


async def edition(digests: Digests, delivery: Delivery, workspace: int, clock: AdjustableClock) -> Edition | None:
    clock.advance(seconds=1)
    composed = await digests.compose_now(workspace, "weekly")
    await delivery.deliver_open()
    return composed


def follow_ups(edition: Edition | None) -> list[str]:
    return [f"{each.paper.id} {each.update.value}" for each in edition.follow_ups] if edition else []


@pytest.fixture
async def received(
    database: Database, digests: Digests, library: Library, workspace: int, clock: AdjustableClock, delivery: Delivery
) -> int:
    """Return a workspace whose channel has received two papers, each looked at once."""
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1, 2)
    await edition(digests, delivery, workspace, clock)
    for n in (1, 2):
        await tell(database, workspace, clock, n, 1)
    return workspace


async def test_an_update_is_in_the_next_edition_and_in_no_other(
    database: Database,
    digests: Digests,
    library: Library,
    received: int,
    clock: AdjustableClock,
    delivery: Delivery,
    publisher: FakePublisher,
) -> None:
    await tell(database, received, clock, 1, 2)
    await add(library, received, clock, 3)
    composed = await edition(digests, delivery, received, clock)
    assert composed
    assert ([each.id for each in composed.papers], follow_ups(composed)) == (["paper-3"], ["paper-1 v2"])
    for _ in range(3):
        assert follow_ups(await edition(digests, delivery, received, clock)) == []
    assert publisher.follow_ups_in("discord:1/2") == ["paper-1 v2"]


@pytest.mark.parametrize("when_empty", ["revisit", "notice", "skip"])
async def test_an_edition_with_an_update_alone_is_not_empty(
    database: Database,
    received: int,
    clock: AdjustableClock,
    delivery: Delivery,
    policy: Policy,
    when_empty: WhenEmpty,
) -> None:
    digests = Digests(database, clock, policy._replace(when_empty=when_empty), {"discord": FakeRenderer()})
    await tell(database, received, clock, 1, 2)
    composed = await edition(digests, delivery, received, clock)
    assert composed
    assert (composed.reason, composed.papers, follow_ups(composed)) == (Reason.FOLLOW_UPS, (), ["paper-1 v2"])
    after = await edition(digests, delivery, received, clock)
    assert (after.reason if after else "skip") == when_empty


async def test_a_preview_tells_the_same_and_marks_nothing(
    database: Database, digests: Digests, received: int, clock: AdjustableClock
) -> None:
    await tell(database, received, clock, 1, 2)
    subscription = await digests.by_name(received, "weekly")
    for _ in range(2):
        assert follow_ups(await digests.preview(subscription)) == ["paper-1 v2"]


async def test_a_channel_is_told_only_of_papers_that_it_had_received_before(
    database: Database,
    digests: Digests,
    library: Library,
    received: int,
    clock: AdjustableClock,
    delivery: Delivery,
    publisher: FakePublisher,
) -> None:
    await add(library, received, clock, 3)
    await tell(database, received, clock, 3, 1)
    await tell(database, received, clock, 3, 2)  # on its card when it comes
    await tell(database, received, clock, 1, 2)
    await digests.subscribe(received, SubscriptionRequest("new", "discord:1/3", "mon 09:00", (), "ja"))
    await digests.compose_now(received, "new")
    await edition(digests, delivery, received, clock)
    await tell(database, received, clock, 3, 3)
    for name in ("weekly", "new"):
        clock.advance(seconds=1)
        await digests.compose_now(received, name)
        await delivery.deliver_open()
    assert publisher.follow_ups_in("discord:1/2") == ["paper-1 v2", "paper-3 v3"]
    assert publisher.follow_ups_in("discord:1/3") == ["paper-3 v3"]


async def test_two_subscriptions_of_one_channel_tell_it_once(
    database: Database, digests: Digests, received: int, clock: AdjustableClock, delivery: Delivery
) -> None:
    await digests.subscribe(received, SubscriptionRequest("second", "discord:1/2", "mon 10:00", (), "ja"))
    await digests.compose_now(received, "second")
    await delivery.deliver_open()
    await tell(database, received, clock, 1, 2)
    assert follow_ups(await edition(digests, delivery, received, clock)) == ["paper-1 v2"]
    assert follow_ups(await digests.compose_now(received, "second")) == []


async def test_many_updates_are_told_over_several_editions(
    database: Database, digests: Digests, received: int, clock: AdjustableClock, delivery: Delivery
) -> None:
    for version in range(2, MOST_FOLLOW_UPS + 4):
        await tell(database, received, clock, 1 + version % 2, version)
    told = [follow_ups(await edition(digests, delivery, received, clock)) for _ in range(3)]
    assert list(map(len, told)) == [MOST_FOLLOW_UPS, 2, 0]
    assert len({*told[0], *told[1]}) == MOST_FOLLOW_UPS + 2


async def test_what_was_taken_back_or_removed_meanwhile_is_not_told(
    database: Database,
    digests: Digests,
    library: Library,
    reversal: Undo,
    received: int,
    clock: AdjustableClock,
    delivery: Delivery,
) -> None:
    await tell(database, received, clock, 1, 2)
    await reversal.undo(received, "花子")
    await tell(database, received, clock, 2, 2)
    await library.remove(received, "paper-2", None)
    composed = await edition(digests, delivery, received, clock)
    assert composed
    assert follow_ups(composed) == []
    assert composed.reason is Reason.REVISIT


class Killer(FakeRenderer):
    """Ends the process while an edition is being rendered, as often as `kills` says."""

    def __init__(self) -> None:
        self.kills = 0

    def edition(self, edition: Edition, marker_of: Callable[[int], str]) -> tuple[Payload, ...]:
        if self.kills:
            self.kills -= 1
            raise KilledError
        return super().edition(edition, marker_of)


_FAULTS: list[Fault | None] = [None, None, "dropped", "answer lost", "killed before", "killed after"]


@on_the_store
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 1), st.lists(st.sampled_from(_FAULTS), max_size=3)),
        min_size=1,
        max_size=6,
    )
)
async def test_no_crash_loses_or_repeats_an_update(
    database: Database,
    library: Library,
    clock: AdjustableClock,
    policy: Policy,
    storm: list[tuple[int, int, list[Fault | None]]],
) -> None:
    publisher, renderer = FakePublisher(clock), Killer()
    digests = Digests(database, clock, policy, {"discord": renderer})
    workspace, _ = await find_or_add(database, f"run {next(_FRESH)}", clock())
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1, 2, 3)
    await edition(digests, Delivery(database, clock, {"discord": publisher}, pauses=()), workspace, clock)
    for n in (1, 2, 3):
        await tell(database, workspace, clock, n, 1)
    told = []
    for version, (n, kills, faults) in enumerate([*storm, (1, 0, []), (2, 0, [])], 2):
        await tell(database, workspace, clock, n, version)
        told.append(f"paper-{n} v{version}")
        renderer.kills = kills
        publisher.faults.extend(faults)
        clock.advance(minutes=31)
        with suppress(KilledError):
            await digests.compose_now(workspace, "weekly")
        with suppress(KilledError):
            await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
        await die(database)
    publisher.faults.clear()
    for _ in range(3):
        clock.advance(minutes=31)
        await digests.compose_now(workspace, "weekly")
        await Delivery(database, clock, {"discord": publisher}, pauses=()).deliver_open()
    assert publisher.follow_ups_in("discord:1/2") == told
