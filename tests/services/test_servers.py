"""The bot serves the servers of its first start or the first invitation; others wait for the operator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.digest import Policy
from bot.domain.errors import InputError, NotAllowedError, PublishError
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import updated_until
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.health import Health
from bot.services.papers.library import Library
from bot.services.served_publisher import ServedPublisher
from bot.services.servers import Servers
from bot.services.state import State
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher, FakeRenderer
from tests.samples import paper

LAB, OTHER, THIRD = (f"discord:10000000000000000{n}" for n in (1, 2, 3))
Make = Callable[..., Servers]


@pytest.fixture
def make(database: Database, clock: AdjustableClock) -> Make:
    """Return a function that creates the service like another start."""

    def made(sharing: Any = "team", **named: Any) -> Servers:
        return Servers(database, clock, "discord", sharing, **named)

    return made


def there(*ids: str) -> Callable[[], Any]:
    async def present() -> dict[str, str]:
        return {id: f"サーバー{id[-1]}" for id in ids}

    return present


async def serves(servers: Servers, *ids: str) -> list[bool]:
    return [(await servers.served()).has(f"{id}/1") for id in ids]


async def states(servers: Servers) -> dict[str, str]:
    return {each.id: each.state for each in await servers.every()}


async def test_the_servers_of_the_first_start_are_the_teams_and_later_ones_wait(make: Make) -> None:
    await make().note_first_servers(there(LAB, OTHER))
    again = make()
    await again.note_first_servers(there(LAB, OTHER, THIRD))
    await again.note_server(THIRD, "知らない人")
    assert await serves(again, LAB, OTHER, THIRD) == [True, True, False]
    assert await states(again) == {LAB: "allowed", OTHER: "allowed", THIRD: "waiting"}


async def test_a_bot_that_was_in_none_belongs_to_the_first_that_it_is_invited_to(make: Make) -> None:
    servers = make()
    await servers.note_first_servers(there())
    await asyncio.gather(*(servers.note_server(id, "") for id in (LAB, OTHER, THIRD)))
    assert sorted((await states(servers)).values()) == ["allowed", "waiting", "waiting"]


async def test_who_is_thrown_out_and_invited_again_is_known(make: Make) -> None:
    servers = make()
    await servers.note_first_servers(there(LAB))
    await servers.note_server(OTHER, "")
    await servers.forget_others([])
    assert await states(servers) == {LAB: "allowed"}
    await servers.note_server(OTHER, "")
    assert await states(servers) == {LAB: "allowed", OTHER: "waiting"}


async def test_of_several_processes_each_forgets_only_servers_of_its_own_shards(make: Make) -> None:
    servers = make()
    await servers.note_first_servers(there(LAB))
    for each in (OTHER, THIRD):
        await servers.note_server(each, "")
    await servers.forget_others([LAB], lambda server: server == OTHER)
    assert await states(servers) == {LAB: "allowed", THIRD: "waiting"}


async def test_a_server_that_another_process_saw_join_is_not_of_the_first_start(make: Make) -> None:
    slow, quick = make(), make()

    async def present() -> dict[str, str]:
        await quick.note_first_servers(there(LAB))
        await quick.note_server(OTHER, "")
        return {LAB: "", OTHER: ""}

    await slow.note_first_servers(present)
    assert await states(slow) == {LAB: "allowed", OTHER: "waiting"}


async def test_the_settings_list_decides_alone(make: Make) -> None:
    await make().note_first_servers(there(LAB))
    servers = make(listed=[OTHER])
    assert await serves(servers, LAB, OTHER) == [False, True]
    assert await states(servers) == {LAB: "refused", OTHER: "allowed"}
    for decide in (servers.allow, servers.refuse):
        with pytest.raises(InputError, match=r"Only discord\.servers in the settings decides"):
            await decide(LAB)
    with pytest.raises(NotAllowedError, match=r"can add 100000000000000001 to discord\.servers"):
        await servers.require(LAB)


async def test_a_list_that_is_emptied_lets_no_stranger_in(make: Make) -> None:
    await make(listed=[LAB]).note_first_servers(there(LAB, OTHER))
    servers = make()
    await servers.note_first_servers(there(LAB, OTHER))
    assert await serves(servers, LAB, OTHER) == [True, False]


async def test_servers_of_the_settings_subscriptions_are_allowed(make: Make) -> None:
    servers = make(named=[LAB])
    await servers.note_first_servers(there())
    await servers.note_server(OTHER, "")
    assert await serves(servers, LAB, OTHER) == [True, False]
    with pytest.raises(InputError, match="remove it there"):
        await servers.refuse(LAB)


async def test_hosted_serves_everyone_and_a_team_made_of_it_none_of_them(make: Make) -> None:
    hosted = make("hosted")
    await hosted.note_first_servers(there(LAB, OTHER))
    await hosted.note_server(LAB, "")
    assert await serves(hosted, LAB, OTHER) == [True, True]
    assert await states(hosted) == {}
    with pytest.raises(InputError, match="every server is served"):
        await hosted.refuse(LAB)
    team = make()
    await team.note_first_servers(there(LAB, OTHER))
    await team.note_server(LAB, "")
    assert await serves(team, LAB, OTHER) == [False, False]


async def test_a_decision_holds_at_once_for_another_process(make: Make) -> None:
    running, terminal = make(), make()
    await running.note_first_servers(there(LAB))
    await running.note_server(OTHER, "隣の研究室")
    assert (await terminal.allow("100000000000000002")).name == "隣の研究室"
    assert await serves(running, OTHER) == [True]
    await terminal.refuse(OTHER)
    assert await serves(running, OTHER) == [False]


async def test_a_server_allowed_beforehand_keeps_the_first_invitation_from_another(make: Make) -> None:
    servers = make()
    await servers.allow(LAB)
    await servers.note_first_servers(there())
    await servers.note_server(OTHER, "")
    await servers.note_server(LAB, "研究室")
    assert await states(servers) == {LAB: "allowed", OTHER: "waiting"}


@pytest.mark.parametrize(
    "id", ["", "1", "研究室", "１２３４５６７８９０１２３４５６７", "1" * 21, "9" * 5000, "slack:T1"]
)
async def test_what_is_no_servers_id_is_refused_in_words(make: Make, id: str) -> None:
    with pytest.raises(InputError, match="is not a server's id"):
        await make().allow(id)


async def test_a_servers_name_brings_no_control_character_along(make: Make) -> None:
    servers = make()
    await servers.note_first_servers(there(LAB))
    await servers.note_server(OTHER, "a\x1b[31m\nb\u202e" + "c" * 500)
    name = {each.id: each.name for each in await servers.every()}[OTHER]
    assert name.startswith("a[31m b")
    assert len(name) <= 100


@pytest.fixture
async def resting(make: Make) -> Servers:
    """Return the service of a bot that belongs to LAB and has refused OTHER."""
    servers = make()
    await servers.note_first_servers(there(LAB, OTHER))
    await servers.refuse(OTHER)
    return servers


async def test_a_refused_servers_editions_wait_and_go_out_when_it_is_allowed(
    resting: Servers,
    database: Database,
    clock: AdjustableClock,
    policy: Policy,
    publisher: FakePublisher,
    library: Library,
    workspace: int,
) -> None:
    digests = Digests(database, clock, policy, {"discord": FakeRenderer()}, resting)
    delivery = Delivery(database, clock, {"discord": ServedPublisher(publisher, resting)}, pauses=())
    for name, server in (("lab", LAB), ("other", OTHER)):
        await digests.subscribe(workspace, SubscriptionRequest(name, f"{server}/1", "daily 09:00", (), "ja"))
    await library.add(workspace, paper(1), None)
    clock.advance(days=1)
    assert await digests.compose_due() == 1
    assert (await delivery.deliver_open()).delivered == ["lab"]
    with pytest.raises(NotAllowedError, match="dayori servers allow 100000000000000002"):
        await digests.compose_now(workspace, "other")
    await resting.allow(OTHER)
    assert await digests.compose_due() == 1
    await resting.refuse(OTHER)
    report = await delivery.deliver_open()
    assert [(name, "dayori servers allow" in why.text("en")) for name, why in report.failed] == [("other", True)]
    assert not report.paused and not report.delivered
    assert (await delivery.deliver_open()).failed == report.failed
    await resting.allow(OTHER)
    assert (await delivery.deliver_open()).delivered == ["other"]
    assert sorted(channel for channel in {posted.channel for posted in publisher.posted}) == [f"{LAB}/1", f"{OTHER}/1"]


async def test_nothing_is_edited_told_or_looked_for_in_a_server_that_is_not_served(
    resting: Servers, publisher: FakePublisher
) -> None:
    async def fence() -> None:
        """Let everything leave."""

    guarded = ServedPublisher(publisher, resting)
    for attempt in (
        guarded.publish(f"{OTHER}/1", {}, "n", fence),
        guarded.edit(f"{OTHER}/1", "1", {}, fence),
        guarded.notify_curators(f"{OTHER}/0", [f"{OTHER}/1"], "…", "n", fence),
        guarded.find(f"{OTHER}/1", "m", "0"),
        guarded.anchor(f"{OTHER}/1"),
    ):
        with pytest.raises(PublishError):
            await attempt
    assert publisher.posted == []


@pytest.mark.parametrize("by_time", [False, True])
async def test_digests_follow_the_edits_that_a_refused_server_missed(
    resting: Servers, database: Database, clock: AdjustableClock, library: Library, workspace: int, by_time: bool
) -> None:
    notes, key = State(database), updated_until("discord")
    clock.advance(days=1)
    for n in (1, 2, 3):
        await library.add(workspace, paper(n), None)
    until = clock().isoformat(timespec="microseconds") if by_time else "3"  # older versions stored a time
    await notes.write(key, until)
    await resting.allow(OTHER)
    assert await notes.read(key) == "0"
    await resting.refuse(OTHER)
    await notes.write(key, until)
    await resting.allow(OTHER)
    assert await notes.read(key) == until


async def test_the_doctor_warns_of_what_waits_and_stays_well(
    resting: Servers, database: Database, clock: AdjustableClock, policy: Policy, workspace: int
) -> None:
    digests = Digests(database, clock, policy, {"discord": FakeRenderer()}, resting)
    await digests.subscribe(workspace, SubscriptionRequest("other", f"{OTHER}/1", "daily 09:00", (), "ja"))
    await resting.note_server(THIRD, "知らない人")
    findings = await Health(database, clock, digests, resting).check(workspace, {"discord": True})
    checks = [
        (each.name, each.message.text("en"), each.remedy and each.remedy.text("en"))
        for each in findings.checks
        if each.level == "warning"
    ]
    assert checks == [
        (
            "server 100000000000000003",
            "The server 知らない人 is waiting to be allowed.",
            "Allow it with dayori servers allow 100000000000000003, "
            "or refuse it with dayori servers refuse 100000000000000003.",
        ),
        (
            "subscription other",
            "other is on hold, since its server is not served.",
            "Allow it with dayori servers allow 100000000000000002.",
        ),
    ]
    assert findings.is_well
