"""A Discord server and a Slack team that the settings tie to one collection are one team, and nobody else is in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import open_app
from bot.config import Config
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer, Permission
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import SlackServer, text_of
from tests.platforms.both.conftest import arrived, running
from tests.platforms.discord.conftest import address, answered
from tests.samples import paper

Channels = tuple[DiscordChannel, SlackChannel]


@pytest.fixture(params=["team", "hosted"])
def tied(request: pytest.FixtureRequest, settings: Config, channels: Channels, slack: SlackServer) -> Config:
    """Return settings under which both channels belong to `lab` and are subscribed."""
    first, second = channels
    assert first.guild
    return with_settings(
        settings,
        sharing=request.param,
        workspaces={"lab": [f"discord:{first.guild.id}", f"slack:{slack.team}"]},
        subscriptions=[
            {"name": "on-discord", "channel": address(first), "schedule": "daily 00:00"},
            {"name": "on-slack", "channel": second.address, "schedule": "daily 00:00"},
        ],
    )


def with_settings(config: Config, **settings: Any) -> Config:
    secrets = {name: getattr(config, name) for name in ("discord_token", "slack_bot_token", "slack_app_token")}
    return Config.model_validate(config.model_dump() | secrets | settings)


async def start_yesterday(settings: Config, *numbers: int) -> None:
    """Leave papers in `lab`, and the settings' subscriptions due."""
    async with open_app(settings, clock=lambda: datetime.now(UTC) - timedelta(days=1)) as app:
        for n in numbers:
            await app.services.library.add(await app.services.workspaces.named("lab"), paper(n), None)


async def test_an_edition_of_the_one_collection_goes_to_the_channels_on_both_and_to_no_other(
    tied: Config, channels: Channels, discord: DiscordServer
) -> None:
    stranger = discord.add_guild("隣の研究室").channel("論文")
    more = [*tied.model_dump()["subscriptions"], {"name": "other", "channel": address(stranger)}]
    settings = with_settings(tied, subscriptions=[{**each, "schedule": "daily 00:00"} for each in more])
    await start_yesterday(settings, 1, 2)
    async with running(settings):
        await arrived(*channels, stranger)
    for text in (str(channels[0].messages[0].embeds), channels[1].messages[0].text):
        assert "1番目の論文" in text
        assert "2番目の論文" in text
    assert "番目の論文" not in str(stranger.messages[0].embeds)


async def test_a_paper_that_is_added_on_discord_is_found_on_slack_at_once_and_by_no_stranger(
    tied: Config, channels: Channels, discord: DiscordServer, slack: SlackServer
) -> None:
    general, second = channels
    assert general.guild
    curator = general.guild.member("花子", permissions=Permission.MANAGE_GUILD)
    async with running(tied) as app:
        await discord.connected()
        await slack.until(lambda: slack.sockets.open)
        before = await slack.person().ask(second, "/paper retnet")
        form = await discord.slash(curator, general, "addpaper", source="2307.08621", locale="ja")
        look = await answered(await discord.submit(curator, form.modal, {"title": "RetNet"}, locale="ja"))
        await discord.click(curator, look, "保存", locale="ja")
        found = await slack.person().ask(second, "/paper retnet")
        stranger = await app.services.workspaces.of_server("discord", 1)
        assert (await app.services.lookup.find(stranger, "retnet")).total == 0
    assert "見つかりませんでした" in text_of(before)
    assert "https://arxiv.org/abs/2307.08621" in text_of(found)


async def test_a_slack_team_that_is_not_the_tokens_is_told(settings: Config, slack: SlackServer) -> None:
    tied = with_settings(settings, workspaces={"lab": [f"slack:{slack.team}", "slack:T0MISTYPED"]})
    with capture_logs() as lines:
        async with running(tied):
            await slack.until(lambda: slack.sockets.open)
    named = [(line["named"], line["ours"]) for line in lines if "named" in line]
    assert named == [("slack:T0MISTYPED", f"slack:{slack.team}")]


async def test_an_edit_on_either_side_shows_in_the_messages_on_both_within_seconds(
    tied: Config, channels: Channels, discord: DiscordServer, slack: SlackServer
) -> None:
    general, second = channels
    assert general.guild
    curator = general.guild.member("花子", permissions=Permission.MANAGE_GUILD)
    await start_yesterday(tied, 1)
    async with running(tied):
        await arrived(*channels)
        await discord.connected()
        await slack.until(lambda: slack.sockets.open)
        form = await discord.slash(curator, general, "editpaper", paper="paper-1", locale="ja")
        look = await answered(await discord.submit(curator, form.modal, {"headline": "直した見出し"}, locale="ja"))
        await discord.click(curator, look, "保存", locale="ja")
        await discord.until(lambda: "直した見出し" in str(general.messages[0].embeds))
        await slack.until(lambda: "直した見出し" in second.messages[0].text)
        assert "直した見出し" in str(second.messages[0].blocks)
        person = slack.person(is_admin=True)
        await person.submit(await person.ask_modal(second, "/editpaper paper-1"), headline="もう一度")
        await person.submit(await person.until_modal("このように表示されます"))
        await discord.until(lambda: "もう一度" in str(general.messages[0].embeds))
        await slack.until(lambda: "もう一度" in second.messages[0].text)
    assert [len(channel.messages) for channel in channels] == [1, 1]


async def test_a_server_that_had_its_own_collection_is_tied_and_its_digest_comes_from_the_common_one(
    settings: Config, tied: Config, channels: Channels
) -> None:
    first = channels[0]
    assert first.guild
    server = f"discord:{first.guild.id}"
    alone = with_settings(tied, workspaces={}, sharing="hosted")
    async with open_app(alone, clock=lambda: datetime.now(UTC) - timedelta(days=1)) as app:
        own = await app.services.workspaces.of_server("discord", first.guild.id)
        await app.services.library.add(own, paper(9), None)
        assert [each.name for each in await app.services.digests.subscriptions(own)] == ["on-discord"]
    await start_yesterday(tied, 1)
    with capture_logs() as lines:
        async with running(tied) as app:
            await arrived(*channels)
            assert await app.services.digests.subscriptions(own) == []
            assert await app.services.workspaces.require(server) == own
    (remedy,) = [line["remedy"] for line in lines if "remedy" in line]
    assert f"dayori export --workspace {server} --output earlier.yaml" in remedy
    assert "1番目の論文" in str(first.messages[0].embeds)
    assert "9番目の論文" not in str(first.messages[0].embeds)
