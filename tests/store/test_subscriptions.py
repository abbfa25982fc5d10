"""A channel's received papers are remembered through every end, pause and renewal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.digest import Choice, Reason
from bot.i18n import msg
from bot.store import editions, papers, seen_papers, subscriptions
from bot.store.database import Database
from bot.store.editions import NewEdition
from bot.store.papers import columns_of, with_bookkeeping
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.samples import paper
from tests.store.subscribing import CHANNEL, subscribe


async def add_papers(
    database: Database, workspace: int, clock: AdjustableClock, n: int, *, first: int = 0
) -> list[int]:
    new_papers = [paper(k, tags=["Subject"]) for k in range(first, first + n)]
    rows = [
        columns_of(with_bookkeeping(each, added_at=clock(), updated_at=clock(), added_by=None)) for each in new_papers
    ]
    async with database.write() as connection:
        return await papers.add(connection, workspace, rows)


async def test_a_subscription_is_read_back_as_it_was_saved(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    subscription = await subscribe(database, workspace, clock, tags=["RAG", "検索"], schedule="月曜 9:00", locale="en")
    assert (subscription.name, subscription.channel, subscription.platform, subscription.tags, subscription.locale) == (
        "weekly",
        CHANNEL,
        "discord",
        ("RAG", "検索"),
        "en",
    )
    assert subscription.schedule.crontab == "0 9 * * 1"
    assert subscription.created_at == clock()


async def test_saving_again_changes_the_one_there_is(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    first = await subscribe(database, workspace, clock)
    clock.advance(hours=1)
    second = await subscribe(database, workspace, clock, schedule="daily 08:00")
    assert second.id == first.id
    assert second.schedule.text == "daily 08:00"
    assert second.created_at == clock()


async def test_an_ended_subscription_is_gone_until_it_is_saved_again(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    subscription = await subscribe(database, workspace, clock)
    async with database.write() as connection:
        await subscriptions.end(connection, subscription.id, clock())
        assert await subscriptions.active(connection) == []
        assert await subscriptions.by_name(connection, workspace, "weekly") is None
    assert (await subscribe(database, workspace, clock)).id == subscription.id


async def test_a_pause_keeps_its_reason_in_both_languages_and_ends_with_the_next_save(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    subscription = await subscribe(database, workspace, clock)
    async with database.write() as connection:
        await subscriptions.pause(connection, subscription.id, msg("Discord answered {status}.", status=403), clock())
        paused = await subscriptions.by_name(connection, workspace, "weekly")
    assert paused is not None
    assert paused.paused_reason is not None
    assert paused.paused_reason.text("en") == "Discord answered 403."
    assert paused.paused_reason.text("ja") == "Discordが 403 を返しました。"
    reason = msg("The database could not be written: {reason}.", reason=msg("the disk is full"))
    async with database.write() as connection:
        await subscriptions.pause(connection, subscription.id, reason, clock())
        paused = await subscriptions.by_name(connection, workspace, "weekly")
    assert paused and paused.paused_reason == reason
    assert (await subscribe(database, workspace, clock)).paused_reason is None


async def test_papers_are_unseen_oldest_addition_first_until_marked(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    subscription = await subscribe(database, workspace, clock)
    later = await add_papers(database, workspace, clock, 3)
    async with database.write() as connection:
        assert await seen_papers.unseen(connection, subscription) == later
        await seen_papers.mark_seen(connection, [(subscription, later[:2])])
        await seen_papers.mark_seen(connection, [(subscription, later[:2])])
        assert await seen_papers.unseen(connection, subscription) == later[2:]
        assert await seen_papers.seen(connection, subscription, 9) == later[:2]


@pytest.mark.parametrize("tags", [(), ("subject",)])
async def test_what_was_there_at_the_start_counts_as_seen(
    database: Database, workspace: int, clock: AdjustableClock, tags: tuple[str, ...]
) -> None:
    subscription = await subscribe(database, workspace, clock, tags=list(tags))
    before = await add_papers(database, workspace, clock, 3)
    async with database.write() as connection:
        assert await seen_papers.unseen_of_each(connection, [(subscription, True)], 2) == {subscription.id: before[1:]}
        assert await seen_papers.count_unseen(connection, subscription) == 3
        await seen_papers.mark_older_seen(connection, [subscription])
        subscription = (await subscriptions.by_ids(connection, [subscription.id]))[subscription.id]
        assert await seen_papers.count_unseen(connection, subscription) == 0
        assert await seen_papers.seen(connection, subscription, 9) == before
        rows = await connection.exec_driver_sql("SELECT count(*) FROM seen_papers")
        assert rows.scalar_one() == (3 if tags else 0)
    later = await add_papers(database, workspace, clock, 1, first=3)
    async with database.read() as connection:
        assert await seen_papers.unseen(connection, subscription) == later


async def test_each_channel_of_several_has_its_own_unseen_papers(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    first, second, filtered = [
        await subscribe(database, workspace, clock, name=name, channel=f"discord:1/{n}", tags=tags)
        for n, (name, tags) in enumerate((("a", []), ("b", []), ("c", ["nothing"])))
    ]
    one, two, three = await add_papers(database, workspace, clock, 3)
    async with database.write() as connection:
        await seen_papers.mark_seen(connection, [(first, [one]), (filtered, [])])
        wanted = [(first, False), (second, True), (filtered, False)]
        found = await seen_papers.unseen_of_each(connection, wanted, 2)
        assert await seen_papers.unseen_of_each(connection, [], 2) == {}
    assert found == {first.id: [two, three], second.id: [two, three], filtered.id: []}


async def test_what_a_channel_has_had_belongs_to_the_channel(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    subscription = await subscribe(database, workspace, clock)
    numbers = await add_papers(database, workspace, clock, 2)
    async with database.write() as connection:
        await seen_papers.mark_seen(connection, [(subscription, numbers)])
    same = await subscribe(database, workspace, clock, name="daily")
    moved = await subscribe(database, workspace, clock, channel="discord:1/3")
    async with database.read() as connection:
        assert await seen_papers.unseen(connection, same) == []
        assert len(await seen_papers.unseen(connection, moved)) == 2


async def test_what_was_sent_the_longest_ago_comes_first(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    subscription = await subscribe(database, workspace, clock)
    a, b, c = await add_papers(database, workspace, clock, 3)
    async with database.write() as connection:
        for number, numbers in enumerate([(a, b), (c,), (a,)], 1):
            clock.advance(days=7)
            choice = Choice(numbers, Reason.NEW)
            new = NewEdition(subscription, number, str(number), choice)
            await editions.write_editions(connection, [new], clock())
            await seen_papers.mark_seen(connection, [(subscription, numbers)])
        assert await seen_papers.seen(connection, subscription, 9) == [b, c, a]


async def test_workspaces_do_not_mix(database: Database, workspace: int, clock: AdjustableClock) -> None:
    own = await subscribe(database, workspace, clock)
    other, _ = await find_or_add(database, "other", clock())
    theirs = await subscribe(database, other, clock)
    numbers = await add_papers(database, workspace, clock, 2)
    async with database.write() as connection:
        await seen_papers.mark_seen(connection, [(own, numbers[:1])])
        assert await seen_papers.unseen(connection, theirs) == []
        assert await seen_papers.seen(connection, theirs, 9) == []
        assert [each.id for each in await subscriptions.active(connection, other)] == [theirs.id]
        assert len(await subscriptions.active(connection)) == 2


async def test_the_settings_last_word_is_remembered_until_they_name_the_subscription_no_more(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    subscription = await subscribe(database, workspace, clock, configured={"schedule": "mon 09:00"})
    await subscribe(database, workspace, clock, name="by-hand")
    async with database.write() as connection:
        await subscriptions.end(connection, subscription.id, clock() + timedelta(days=1))
        assert await subscriptions.configured(connection) == {(workspace, "weekly"): {"schedule": "mon 09:00"}}
        await subscriptions.unconfigure(connection, workspace, "weekly")
        assert await subscriptions.configured(connection) == {}
