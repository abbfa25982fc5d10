"""A REST proxy before Discord answers 429 when a node is gone, and 408 when Discord is slow: neither is a ban."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.errors import UnknownOutcomeError
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel, DiscordServer, Member
from tests.platforms.discord.conftest import StartBot, address, publishing, unfenced

BY_PROXY: dict[str, Any] = {"rate_limit": "user", "retry_after": 1.0, "by_proxy": True}
SLOW: dict[str, Any] = {"status": 408}


@pytest.mark.parametrize("how", [BY_PROXY, SLOW], ids=["429", "408"])
@pytest.mark.parametrize("applied", [False, True])
async def test_after_it_nobody_knows_and_the_same_nonce_posts_once(
    server: DiscordServer, general: Channel, how: dict[str, Any], applied: bool
) -> None:
    server.fault("POST", "/messages$", applied=applied, **how)
    async with publishing(server) as publisher:
        with pytest.raises(UnknownOutcomeError):
            await publisher.publish(address(general), {"content": "a"}, "a", unfenced)
        other = general.guild and general.guild.channel("別")
        assert other
        await publisher.publish(address(other), {"content": "b"}, "b", unfenced)  # nothing else has to wait
        await publisher.publish(address(general), {"content": "a"}, "a", unfenced)
    assert (len(general.messages), len(other.messages)) == (1, 1)


@pytest.mark.parametrize("how", [BY_PROXY, SLOW], ids=["429", "408"])
@pytest.mark.parametrize("applied", [False, True])
async def test_an_edition_that_met_it_arrives_once(
    server: DiscordServer, start: StartBot, general: Channel, how: dict[str, Any], applied: bool
) -> None:
    async with start() as (app, client):
        workspace = await app.services.workspaces.named(DEFAULT)
        await app.services.digests.subscribe(
            workspace, SubscriptionRequest("weekly", address(general), "mon 09:00", (), "ja")
        )
        fault = server.fault("POST", "/messages$", applied=applied, **how)
        await app.services.digests.compose_now(workspace, "weekly")
        report = await Delivery(app.database, app.clock, {"discord": client.publisher}, (0.1, 0.2)).deliver_open()
    assert (report.delivered, report.failed) == (["weekly"], [])
    assert (fault.hits, len(general.messages)) == (1, 1)


async def test_what_people_ask_waits_for_it_and_is_answered(
    server: DiscordServer, start: StartBot, general: Channel, reader: Member
) -> None:
    async with start():
        server.fault("POST", "/callback$", rate_limit="user", retry_after=0.3, by_proxy=True)
        reply = await server.slash(reader, general, "paper", query="retnet", locale="ja")
    assert reply.embeds
    assert reply.elapsed > 0.3


async def test_a_start_waits_for_it(server: DiscordServer, start: StartBot) -> None:
    faults = [server.fault("*", path, rate_limit="user", retry_after=0.2, by_proxy=True) for path in ("@me$", "/bot$")]
    async with start() as (_, client):
        assert client.is_ready()
    assert all(fault.hits for fault in faults)
