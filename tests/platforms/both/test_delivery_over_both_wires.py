"""Discord and Slack in one process: each edition reaches both, and neither waits for the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from structlog.testing import capture_logs

from bot import runner
from bot.app import open_app, platforms_of
from bot.config import Config
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import SlackServer
from tests.platforms.both.conftest import arrived, running
from tests.samples import paper


async def subscribe(settings: Config, channels: tuple[DiscordChannel, SlackChannel]) -> None:
    """Leave a subscription on each platform that is due, made yesterday."""
    first, second = channels
    assert first.guild
    places = {"on-discord": f"discord:{first.guild.id}/{first.id}", "on-slack": second.address}
    async with open_app(settings, clock=lambda: datetime.now(UTC) - timedelta(days=1)) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        await app.services.library.add(workspace, paper(1), None)
        for name, place in places.items():
            await app.services.digests.subscribe(workspace, SubscriptionRequest(name, place, "daily 00:00", (), "ja"))


async def test_an_edition_goes_to_both(
    settings: Config, slack: SlackServer, channels: tuple[DiscordChannel, SlackChannel]
) -> None:
    await subscribe(settings, channels)
    async with running(settings):
        await arrived(*channels)
    assert not slack.sockets.open


@pytest.mark.parametrize("trouble", ["down", "refused", "half configured"])
async def test_slack_in_trouble_stops_nothing_on_discord(
    settings: Config, slack: SlackServer, channels: tuple[DiscordChannel, SlackChannel], trouble: str
) -> None:
    match trouble:
        case "down":
            slack.fault("auth.test", drop=True, times=None)
        case "refused":
            slack.tokens["bot"] = "xoxb-another"
        case _:
            settings = settings.model_copy(update={"slack_app_token": None})
    await subscribe(settings, channels)
    with capture_logs() as lines:
        async with running(settings):
            await arrived(channels[0])
    assert channels[1].messages == []
    assert [line["platform"] for line in lines if "platform" in line]
    assert {line["platform"] for line in lines if "platform" in line} == {"slack"}


@pytest.mark.parametrize("trouble", ["down", "refused"])
async def test_discord_in_trouble_stops_nothing_on_slack(
    settings: Config, discord: DiscordServer, channels: tuple[DiscordChannel, SlackChannel], trouble: str
) -> None:
    if trouble == "down":
        discord.fault("*", "", status=503, times=None)
    else:
        discord.token = "another"
    await subscribe(settings, channels)
    async with running(settings):
        await arrived(channels[1])
    assert channels[0].messages == []


async def test_a_platform_that_was_away_gets_the_edits_of_meanwhile_too(
    settings: Config, discord: DiscordServer, channels: tuple[DiscordChannel, SlackChannel]
) -> None:
    await subscribe(settings, channels)
    async with open_app(settings) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        first, second = platforms_of(app)
        await runner.post(app, [first, second], workspace, None)
        await runner.post(app, [first, second], workspace, None)
        await app.services.library.edit(workspace, "paper-1", None, partial(replace, headline="新しい見出し"))
        await runner.post(app, [first], workspace, None)
        assert "新しい見出し" in str(channels[0].messages[0].embeds)
        assert "新しい見出し" not in channels[1].messages[0].text
        await runner.post(app, [second], workspace, None)
        assert "新しい見出し" in channels[1].messages[0].text
    assert [len(channel.messages) for channel in channels] == [1, 1]
