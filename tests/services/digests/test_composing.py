"""An edition has the papers that its channel never received, goes out once per turn, and says why it has them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.digest import Policy, Reason, WhenEmpty
from bot.domain.errors import NotFoundError, ScheduleError
from bot.i18n import Locale, msg
from bot.services.digests.composing import Digests
from bot.services.papers.library import Library
from bot.services.papers.undo import Undo
from bot.store import editions, subscriptions
from bot.store.database import Database, open_database
from bot.store.editions import Arrival
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakeRenderer
from tests.services.digests.editions import WEEKLY, add, compose, held


async def finish_all(database: Database, clock: AdjustableClock) -> None:
    async with database.write() as connection:
        for id in range(1, 50):
            await editions.mark_delivered(connection, [id], clock())


async def test_a_first_edition_takes_the_newest_and_the_older_count_as_seen(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await add(library, workspace, clock, 1, 2, 3, 4, 5, 6)
    await digests.subscribe(workspace, WEEKLY)
    assert await compose(digests, workspace, clock) == (
        Reason.FIRST,
        ["paper-3", "paper-4", "paper-5", "paper-6"],
        0,
    )
    await finish_all(database, clock)
    await add(library, workspace, clock, 7)
    assert await compose(digests, workspace, clock) == (Reason.NEW, ["paper-7"], 0)


async def test_what_does_not_fit_waits_for_the_next_edition_and_is_counted(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 0)
    await compose(digests, workspace, clock)
    await add(library, workspace, clock, *range(1, 7))
    await finish_all(database, clock)
    assert await compose(digests, workspace, clock) == (
        Reason.NEW,
        ["paper-1", "paper-2", "paper-3", "paper-4"],
        2,
    )
    assert len(await digests.waiting_papers(workspace, 2)) == 2
    await finish_all(database, clock)
    assert await compose(digests, workspace, clock) == (Reason.NEW, ["paper-5", "paper-6"], 0)


@pytest.mark.parametrize(
    ("when_empty", "expected"),
    [
        ("revisit", (Reason.REVISIT, ["paper-1", "paper-2"], 0)),
        ("notice", (Reason.NOTICE, [], 0)),
        ("skip", None),
    ],
)
async def test_with_nothing_new_the_setting_decides(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    policy: Policy,
    when_empty: WhenEmpty,
    expected: tuple[Reason, list[str], int] | None,
) -> None:
    digests = Digests(database, clock, policy._replace(when_empty=when_empty), {"discord": FakeRenderer()})
    await add(library, workspace, clock, 1, 2)
    await digests.subscribe(workspace, WEEKLY)
    await compose(digests, workspace, clock)
    await finish_all(database, clock)
    assert await compose(digests, workspace, clock) == expected


async def test_a_filter_holds_back_what_does_not_pass_and_loses_nothing(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await digests.subscribe(workspace, replace(WEEKLY, tags=("rag",)))
    await add(library, workspace, clock, 1, tags=("RAG",))
    await add(library, workspace, clock, 2, tags=("vision",))
    assert await compose(digests, workspace, clock) == (Reason.FIRST, ["paper-1"], 0)
    await finish_all(database, clock)
    await digests.subscribe(workspace, WEEKLY)
    assert await compose(digests, workspace, clock) == (Reason.NEW, ["paper-2"], 0)


async def test_a_removed_paper_brought_back_does_not_come_twice(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database, reversal: Undo
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1)
    await compose(digests, workspace, clock)
    await library.remove(workspace, "paper-1", None)
    await reversal.undo(workspace, None)
    await finish_all(database, clock)
    await add(library, workspace, clock, 2)
    assert await compose(digests, workspace, clock) == (Reason.NEW, ["paper-2"], 0)


async def test_a_preview_writes_nothing(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await add(library, workspace, clock, 1)
    subscription = await digests.subscribe(workspace, WEEKLY)
    assert (
        held(await digests.preview(subscription))
        == held(await digests.preview(subscription))
        == (Reason.FIRST, ["paper-1"], 0)
    )
    assert await digests.default_subscription(workspace, "ja") == subscription


async def test_without_a_subscription_the_terminal_shows_a_first_edition(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    await add(library, workspace, clock, 1, 2)
    subscription = await digests.default_subscription(workspace, "en")
    assert (subscription.platform, subscription.locale) == ("console", "en")
    assert held(await digests.preview(subscription)) == (Reason.FIRST, ["paper-1", "paper-2"], 0)


async def test_workspaces_never_mix(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    other, _ = await find_or_add(database, "discord:9", clock())
    await digests.subscribe(workspace, WEEKLY)
    await digests.subscribe(other, replace(WEEKLY, channel="discord:9/9"))
    await add(library, workspace, clock, 1)
    await add(library, other, clock, 2)
    assert await compose(digests, workspace, clock) == (Reason.FIRST, ["paper-1"], 0)
    assert await compose(digests, other, clock) == (Reason.FIRST, ["paper-2"], 0)
    assert await digests.waiting_papers(other, 1) == ()
    with pytest.raises(NotFoundError):
        await digests.unsubscribe(other, "nothing")


async def test_an_edition_is_written_with_its_messages_nonces_and_markers(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1, 2, 3)
    await compose(digests, workspace, clock)
    async with database.write() as connection:
        first = (await editions.next_unsent(connection, [1]))[1]
        await editions.mark_sent(connection, [Arrival(1, 0, "1001")], clock())
        second = (await editions.next_unsent(connection, [1]))[1]
    assert first.payload == {"papers": ["paper-1", "paper-2"], "footer": f"#{first.marker}"}
    assert second.payload == {"papers": ["paper-3"], "footer": f"#{second.marker}"}
    assert first.nonce != second.nonce
    assert first.nonce.startswith(first.marker)
    assert len(first.nonce) <= 25


async def test_a_first_edition_is_announced_with_what_it_holds_and_what_counts_as_sent(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    async def coming(locale: Locale) -> str:
        [status] = await digests.statuses(workspace)
        return status.lines(locale, lambda _: "…", "/{}".format)[-1]

    await digests.subscribe(workspace, WEEKLY)
    assert await coming("ja") == "次号: …、いまのところ新着なし"
    await add(library, workspace, clock, 1)
    assert (await coming("ja"), await coming("en")) == ("次号: …、新しい1本", "Next: …, the newest paper")
    await add(library, workspace, clock, 2, 3, 4, 5, 6)
    assert await coming("ja") == "次号: …、新しい4本（それより前の2本は配信済みとみなします）"
    assert await coming("en") == "Next: …, the 4 newest papers; 2 older papers count as sent"
    assert await compose(digests, workspace, clock) == (
        Reason.FIRST,
        ["paper-3", "paper-4", "paper-5", "paper-6"],
        0,
    )
    await finish_all(database, clock)
    assert await coming("en") == "Next: …, nothing new so far"
    await add(library, workspace, clock, 7)
    assert (await coming("ja"), await coming("en")) == ("次号: …、いまのところ新着1本", "Next: …, 1 new paper so far")


async def test_a_schedule_that_is_none_is_refused_before_anything_is_written(digests: Digests, workspace: int) -> None:
    with pytest.raises(ScheduleError):
        await digests.subscribe(workspace, replace(WEEKLY, schedule="someday"))
    assert await digests.subscriptions(workspace) == []


async def test_an_edition_that_is_asked_for_three_times_at_once_is_composed_once(
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    database: Database,
    database_url: str,
    policy: Policy,
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, *range(6))
    other = await open_database(database_url)
    second = Digests(other, clock, policy, {"discord": FakeRenderer()})
    results = await asyncio.gather(*(each.compose_now(workspace, "weekly") for each in (digests, second, digests)))
    await other.close()
    assert len([each for each in results if each]) == 1
    async with database.read() as connection:
        id = (await digests.by_name(workspace, "weekly")).id
        assert await editions.last_numbers(connection, [id]) == {id: 1}


async def test_an_edition_composed_since_it_was_asked_for_is_the_one_that_was_asked_for(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, *range(9))
    requested_at = digests.now()
    assert await compose(digests, workspace, clock)
    await finish_all(database, clock)
    await add(library, workspace, clock, 10)
    assert await digests.compose_now(workspace, "weekly", requested_at) is None
    assert held(await digests.compose_now(workspace, "weekly")) == (Reason.NEW, ["paper-10"], 0)


async def test_nothing_is_composed_for_a_paused_subscription(
    digests: Digests, library: Library, workspace: int, clock: AdjustableClock, database: Database
) -> None:
    paused = await digests.subscribe(workspace, WEEKLY)
    await add(library, workspace, clock, 1)
    async with database.write() as connection:
        await subscriptions.pause(connection, paused.id, msg("The channel no longer exists."), clock())
    assert await digests.compose_now(workspace, "weekly") is None
