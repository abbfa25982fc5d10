"""An edition whose bot is killed arrives once, with any clock and any number of other messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord.http import Route

from bot.domain.digest import Policy
from bot.platforms.discord.publisher import DiscordPublisher
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.services.ports import Fence
from bot.store.database import Database
from tests.doubles.discord import Channel, DiscordServer
from tests.doubles.publisher import KilledError
from tests.platforms.discord.conftest import address
from tests.samples import paper
from tests.services.digests.processes import die

HOURS = (0, 1, 49, -1, 24 * 400)


class Dying(DiscordPublisher):
    """Is killed while it sends a certain message: before its request leaves, or after it has arrived."""

    def __init__(self, http: Any, nth: int, *, has_arrived: bool) -> None:
        super().__init__(http)
        self._nth, self._has_arrived = nth, has_arrived

    async def publish(self, channel: str, payload: Mapping[str, Any], nonce: str, fence: Fence) -> str:
        self._nth -= 1
        if not self._nth and not self._has_arrived:
            raise KilledError
        id = await super().publish(channel, payload, nonce, fence)
        if not self._nth:
            raise KilledError
        return id


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("has_arrived", [True, False])
async def test_a_killed_edition_comes_once_whatever_the_clock_says(
    server: DiscordServer,
    database: Database,
    workspace: int,
    policy: Policy,
    hours: int,
    nth: int,
    *,
    has_arrived: bool,
) -> None:
    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    channel = server.add_guild("研究室").channel("論文")
    talk(server, channel, 150)
    await compose(database, clock, workspace, policy, channel)
    Route.BASE = server.api_url
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.http.static_login(server.token)
        dying = Dying(client.http, nth, has_arrived=has_arrived)
        with pytest.raises(KilledError):
            await Delivery(database, clock, {"discord": dying}, pauses=()).deliver_open()
        await die(database)
        server.forget_nonces()
        talk(server, channel, 650)
        report = await Delivery(database, clock, {"discord": DiscordPublisher(client.http)}, pauses=()).deliver_open()
    assert report.delivered == ["weekly"]
    footers = [embed["footer"]["text"].split(" ")[0] for message in channel.messages for embed in message.embeds]
    assert footers == [f"paper-{n}" for n in range(12)]


async def compose(
    database: Database, clock: Callable[[], datetime], workspace: int, policy: Policy, channel: Channel
) -> None:
    """Write an edition of two messages into the outbox."""
    for n in range(12):
        await Library(database, clock).add(workspace, paper(n), None)
    many = Policy(12, policy.when_empty, policy.catch_up, policy.zone)
    digests = Digests(database, clock, many, {"discord": DiscordRenderer(policy.zone)})
    await digests.subscribe(workspace, SubscriptionRequest("weekly", address(channel), "mon 09:00", (), "ja"))
    await digests.compose_now(workspace, "weekly")


def talk(server: DiscordServer, channel: Channel, times: int) -> None:
    for n in range(times):
        channel.say(server.world.owner, str(n))
