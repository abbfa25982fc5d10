"""Editions over a real socket: each response of Slack, and its effect on messages and subscription."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.app import App, open_app
from bot.config import Config
from bot.domain.errors import PublishError
from bot.platforms.slack.render import papers_of
from bot.services.digests.delivery import Delivery, DeliveryReport
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from tests.doubles.slack import Channel, SlackServer
from tests.platforms.slack.conftest import publishing
from tests.samples import paper

FAULTS: dict[str, dict[str, Any]] = {
    "dropped": {"drop": True},
    "dropped-applied": {"drop": True, "applied": True},
    "500": {"status": 500},
    "503-applied": {"status": 503, "applied": True},
    "429": {"retry_after": 0.1},
    "unreadable": {"malformed": True, "applied": True},
    "fatal": {"error": "fatal_error", "applied": True},
    "refused": {"error": "invalid_blocks"},
}
PAPERS = 12  # four messages


@asynccontextmanager
async def opened(config: Config, *channels: Channel) -> AsyncIterator[App]:
    """Open an app whose channels have an edition each in the outbox."""
    settings = config.model_copy(update={"digest": config.digest.model_copy(update={"max_papers": PAPERS})})
    async with open_app(settings) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        for n in range(PAPERS):
            await app.services.library.add(workspace, paper(n, comment="長い感想。" * 300), None)
        for each in channels:
            request = SubscriptionRequest(each.id, each.address, "mon 09:00", (), "ja")
            await app.services.digests.subscribe(workspace, request)
            await app.services.digests.compose_now(workspace, each.id)
        yield app


def delivery(app: App, publisher: object) -> Delivery:
    return Delivery(app.database, app.clock, {"slack": publisher}, pauses=(0.0, 0.05, 0.1))  # type: ignore[dict-item]


async def deliver(app: App, server: SlackServer) -> DeliveryReport:
    async with publishing(server) as publisher:
        return await delivery(app, publisher).deliver_open()


def arrived(channel: Channel) -> list[str]:
    return [id for message in channel.messages for id in papers_of({"blocks": message.blocks})]


async def reason(app: App, channel: Channel) -> str:
    workspace = await app.services.workspaces.named(DEFAULT)
    why = (await app.services.digests.by_name(workspace, channel.id)).paused_reason
    return why.text("en") if why else ""


WHOLE = [f"paper-{n}" for n in range(PAPERS)]


@pytest.mark.parametrize("lag", [0.0, 0.15])
async def test_an_edition_arrives_once_and_in_order_through_every_kind_of_fault(
    server: SlackServer, config: Config, lag: float
) -> None:
    server.lag = lag
    channels = {name: server.channel(n) for n, name in enumerate(FAULTS)}
    for name, how in FAULTS.items():
        server.fault("chat.postMessage", channel=channels[name].id, nth=2, **how)
    async with opened(config, *channels.values()) as app:
        report = await deliver(app, server)
    assert sorted(report.delivered) == sorted(channel.id for channel in channels.values())
    whole = {name: WHOLE for name in FAULTS if name != "refused"}
    assert {name: arrived(channel) for name, channel in channels.items() if name != "refused"} == whole
    assert len(channels["refused"].messages) == len(channels["500"].messages) > 2
    assert "A Paper" not in channels["refused"].messages[1].text
    assert "番目の論文" in channels["refused"].messages[1].text


@pytest.mark.parametrize("seed", range(6))
async def test_whoever_is_killed_at_any_moment_leaves_nothing_lost_and_nothing_twice(
    server: SlackServer, config: Config, seed: int
) -> None:
    dice = random.Random(seed)
    server.lag = dice.choice((0.0, 0.1))
    channels = [server.channel(n) for n in range(3)]
    async with opened(config, *channels) as app:
        for _ in range(6):
            slow = server.fault(
                "chat.postMessage",
                nth=dice.randint(1, 4),
                delay=dice.choice((0.0, 0.03)),
                applied=dice.random() < 0.5,
                drop=dice.random() < 0.3,
            )
            async with publishing(server) as publisher:
                running = asyncio.create_task(delivery(app, publisher).deliver_open())
                reached = asyncio.create_task(server.until(lambda slow=slow: slow.hits, timeout=9))  # type: ignore[misc]
                await asyncio.wait((running, reached), return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(dice.uniform(0, 0.04))
                running.cancel()
                reached.cancel()
                await asyncio.wait((running, reached))
            server.faults.clear()
        await deliver(app, server)
        outcome = Counter(id for channel in channels for id in arrived(channel))
    assert [arrived(channel) for channel in channels] == [WHOLE] * 3
    assert set(outcome.values()) == {3}


async def test_a_closed_channel_is_paused_and_the_curators_are_told_once_in_another(
    server: SlackServer, config: Config
) -> None:
    closed, other = server.channel(1), server.channel(2)
    async with opened(config, closed, other) as app:
        closed.is_member = False
        report = await deliver(app, server)
        for _ in range(3):
            await deliver(app, server)
        assert await reason(app, closed) == "The bot is not in the channel; write /invite and its name there."
    assert (report.delivered, [name for name, _ in report.paused]) == ([other.id], [closed.id])
    notices = [message.text for message in other.messages if not message.blocks]
    assert len(notices) == 1
    assert "の配信を一時停止しました" in notices[0]
    assert "/digest" not in notices[0]


async def test_a_refused_token_lets_everything_wait_with_its_reason(server: SlackServer, config: Config) -> None:
    channels = [server.channel(n) for n in range(3)]
    async with opened(config, *channels) as app:
        server.tokens["bot"] = "xoxb-another"
        async with publishing(server) as publisher:
            server.tokens["bot"] = "xoxb-new"
            report = await delivery(app, publisher).deliver_open()
    assert report.failed
    assert {why.text("en") for _, why in report.failed} == {
        "Slack does not accept SLACK_BOT_TOKEN; copy it again from the app's pages."
    }
    assert [channel.messages for channel in channels] == [[], [], []]


async def test_posted_messages_follow_the_edit_of_a_paper(server: SlackServer, config: Config) -> None:
    channel = server.channel()
    async with opened(config, channel) as app:
        await deliver(app, server)
        async with publishing(server) as publisher:
            updates = app.services.message_updates({"slack": publisher})
            await updates.update()
            workspace = await app.services.workspaces.named(DEFAULT)
            await app.services.library.edit(workspace, "paper-5", None, partial(replace, headline="新しい見出し"))
            assert await updates.update() == 2  # its card, and the contents of the first message
            server.fault("chat.update", nth=2, error="message_not_found")
            await app.services.library.edit(workspace, "paper-5", None, partial(replace, headline="また新しい"))
            assert await updates.update() == 2
    assert sum("新しい見出し" in message.text for message in channel.messages) == 1
    assert "6. また新しい" in channel.messages[0].blocks[2]["text"]["text"].split("\n")
    assert arrived(channel) == WHOLE


async def test_a_publisher_that_cannot_be_reached_puts_off_and_loses_nothing(
    server: SlackServer, config: Config
) -> None:
    channel = server.channel()
    server.fault("auth.test", status=503, times=None)
    async with opened(config, channel) as app:
        report = await deliver(app, server)
        assert [(name, why.text("en")) for name, why in report.failed] == [(channel.id, "Slack answered 503.")]
        with pytest.raises(PublishError):
            async with publishing(server) as publisher:
                await publisher.log_in()
