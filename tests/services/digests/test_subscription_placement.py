"""The settings make, change, move and end subscriptions: each is in the workspace of its channel's server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.digest import Policy
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_placement import SubscriptionPlacement
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.workspaces import Workspaces
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.locking import locked
from tests.services.digests.editions import WEEKLY, add

ON_SLACK = SubscriptionRequest("slack", "slack:T1/C1", "mon 09:00", (), "ja")
TIED = {"discord:1": "lab", "slack:T1": "lab"}
Make = Callable[..., tuple[Workspaces, SubscriptionPlacement]]


@pytest.fixture
def start(database: Database, clock: AdjustableClock, policy: Policy) -> Make:
    """Return a function that makes the services of another start, under other settings."""

    def made(sharing: Any = "team", tied: dict[str, str] | None = None) -> tuple[Workspaces, SubscriptionPlacement]:
        workspaces = Workspaces(database, clock, sharing, tied or {})
        return workspaces, SubscriptionPlacement(database, clock, policy.zone, workspaces)

    return made


async def subscribed(digests: Digests, workspace: int) -> list[str]:
    return [f"{each.name} {each.channel} {each.schedule.text}" for each in await digests.subscriptions(workspace)]


async def test_the_settings_make_change_and_end_what_they_named(
    digests: Digests, placement: SubscriptionPlacement, workspace: int
) -> None:
    await digests.subscribe(workspace, replace(WEEKLY, name="by-hand"))
    await placement.follow_settings([WEEKLY])
    await placement.follow_settings([replace(WEEKLY, schedule="tue 10:00")])
    assert await subscribed(digests, workspace) == ["by-hand discord:1/2 mon 09:00", "weekly discord:1/2 tue 10:00"]
    await placement.follow_settings([])
    assert await subscribed(digests, workspace) == ["by-hand discord:1/2 mon 09:00"]


async def test_settings_that_did_not_change_leave_a_curators_change_alone(
    digests: Digests, placement: SubscriptionPlacement, workspace: int
) -> None:
    await placement.follow_settings([WEEKLY])
    await digests.subscribe(workspace, replace(WEEKLY, schedule="fri 17:00"))
    await placement.follow_settings([WEEKLY])
    assert await subscribed(digests, workspace) == ["weekly discord:1/2 fri 17:00"]


async def test_what_a_curator_ended_comes_back_only_when_the_settings_change(
    database: Database, digests: Digests, placement: SubscriptionPlacement, workspace: int
) -> None:
    await placement.follow_settings([WEEKLY])
    await digests.unsubscribe(workspace, "weekly")
    async with locked(database.url), asyncio.timeout(5):
        await placement.follow_settings([WEEKLY])
    assert await subscribed(digests, workspace) == []
    await placement.follow_settings([replace(WEEKLY, schedule="tue 10:00")])
    assert await subscribed(digests, workspace) == ["weekly discord:1/2 tue 10:00"]
    await digests.unsubscribe(workspace, "weekly")
    await placement.follow_settings([])
    await placement.follow_settings([replace(WEEKLY, schedule="tue 10:00")])
    assert await subscribed(digests, workspace) == ["weekly discord:1/2 tue 10:00"]


async def test_settings_that_did_not_change_wait_for_no_other_process(
    database: Database, placement: SubscriptionPlacement
) -> None:
    await placement.follow_settings([WEEKLY])
    async with locked(database.url), asyncio.timeout(5):
        await placement.follow_settings([WEEKLY])


async def test_a_subscription_of_the_settings_is_in_its_servers_workspace(digests: Digests, start: Make) -> None:
    for sharing in ("team", "hosted"):
        workspaces, placement = start(sharing, TIED)
        await placement.follow_settings([WEEKLY, ON_SLACK, replace(WEEKLY, name="other", channel="discord:2/2")])
        lab, elsewhere = await workspaces.named("lab"), await workspaces.of_server("discord", 2)
        assert await subscribed(digests, lab) == ["slack slack:T1/C1 mon 09:00", "weekly discord:1/2 mon 09:00"]
        assert await subscribed(digests, elsewhere) == ["other discord:2/2 mon 09:00"]
        every = [await subscribed(digests, await workspaces.named(name)) for name in ("lab", "default", "discord:2")]
        assert sum(map(len, every)) == 3


async def test_a_server_that_is_tied_takes_its_subscriptions_along_with_schedule_filter_and_language(
    digests: Digests, start: Make
) -> None:
    before, _ = start("hosted")
    own = await before.of_server("discord", 1)
    await digests.subscribe(own, replace(WEEKLY, schedule="every 2 weeks mon 09:00", tags=("RAG",), locale="en"))
    await digests.subscribe(await before.of_server("discord", 2), replace(WEEKLY, channel="discord:2/2"))
    now, placement = start("hosted", TIED)
    with capture_logs() as lines:
        await placement.follow_servers()
        await placement.follow_servers()
    assert [(line["channel"], line["before"], line["now"]) for line in lines] == [("discord:1/2", "discord:1", "lab")]
    [moved] = await digests.subscriptions(await now.named("lab"))
    assert (moved.channel, moved.tags, moved.locale) == ("discord:1/2", ("RAG",), "en")
    assert moved.schedule.text == "every 2 weeks mon 09:00 from 2024-01-22"
    assert await subscribed(digests, own) == []
    assert await subscribed(digests, await now.of_server("discord", 2)) == ["weekly discord:2/2 mon 09:00"]


async def test_a_channel_that_moves_gets_one_digest_and_no_name_twice(digests: Digests, start: Make) -> None:
    before, _ = start("hosted")
    for server in ("discord:1", "discord:3"):
        await digests.subscribe(await before.named(server), replace(WEEKLY, channel=f"{server}/2"))
    now, placement = start("hosted", {**TIED, "discord:3": "lab"})
    lab = await now.named("lab")
    await digests.subscribe(lab, replace(WEEKLY, name="mine", channel="discord:3/2"))
    await placement.follow_servers()
    assert await subscribed(digests, lab) == ["mine discord:3/2 mon 09:00", "weekly discord:1/2 mon 09:00"]
    await digests.subscribe(lab, replace(WEEKLY, name="mine", channel="slack:T1/C1"))
    await digests.subscribe(await before.named("discord:3"), replace(WEEKLY, channel="discord:3/2"))
    await placement.follow_servers()
    assert await subscribed(digests, lab) == [
        "mine slack:T1/C1 mon 09:00",
        "weekly discord:1/2 mon 09:00",
        "weekly-2 discord:3/2 mon 09:00",
    ]


async def test_a_server_that_is_tied_and_freed_again_goes_on_where_it_was(
    digests: Digests, start: Make, library: Library, clock: AdjustableClock
) -> None:
    hosted, freed = start("hosted")
    own = await hosted.of_server("discord", 1)
    await digests.subscribe(own, WEEKLY)
    await add(library, own, clock, 1)
    assert await digests.compose_now(own, "weekly")
    await start("hosted", TIED)[1].follow_servers()
    assert await subscribed(digests, own) == []
    await freed.follow_servers()
    [again] = await digests.subscriptions(own)
    preview = await digests.preview(again)
    assert preview
    assert (preview.number, preview.reason.name) == (2, "REVISIT")
