"""`dayori post`, as cron calls it: its output and its exit code when something cannot be delivered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import open_app
from bot.config import Config
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel, DiscordServer, Permission
from tests.samples import paper
from tests.terminal import in_a_thread

Post = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(channel_rate=None) as server:
        yield server


@pytest.fixture
async def channel(server: DiscordServer, config: Config) -> Channel:
    """Return a channel whose subscription is due."""
    channel = server.add_guild("研究室").channel("論文")
    assert channel.guild
    async with open_app(config, clock=lambda: datetime.now(UTC) - timedelta(days=1)) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        await app.services.library.add(workspace, paper(1), None)
        place = f"discord:{channel.guild.id}/{channel.id}"
        await app.services.digests.subscribe(workspace, SubscriptionRequest("weekly", place, "daily 00:00", (), "ja"))
    return channel


@pytest.fixture
def post(server: DiscordServer, config: Config) -> Post:
    settings = {"DAYORI_DATABASE_URL": config.database_url, "DAYORI_PAPERS_FILE": "", "DAYORI_LOCALE": "en"}

    async def post(*arguments: str, **environment: str) -> tuple[int, str]:
        result = await in_a_thread("post", *arguments, **server.environment | settings | environment)
        return result.exit_code, result.stdout

    return post


async def test_what_arrives_ends_with_0(post: Post, channel: Channel) -> None:
    code, printed = await post()
    assert (code, "weekly: delivered" in printed) == (0, True)
    code, printed = await post()
    assert (code, "Nothing is due." in printed) == (0, True)
    assert len(channel.messages) == 1


async def test_what_is_put_off_is_told_with_1_each_time_until_it_has_arrived(
    server: DiscordServer, post: Post, channel: Channel
) -> None:
    server.fault("POST", "/messages$", status=403, times=None)
    for _ in range(3):
        code, printed = await post()
        assert code == 1
        assert "weekly: not delivered yet, it will be tried again — Discord answered 403." in printed
    assert len(server.sent("POST", "/messages")) == 1
    assert channel.messages == []


@pytest.mark.parametrize("arguments", [(), ("--now", "weekly")])
async def test_what_is_paused_is_told_with_1_each_time_alike(
    server: DiscordServer, post: Post, channel: Channel, arguments: tuple[str, ...]
) -> None:
    channel.deny(Permission.SEND_MESSAGES)
    results = [await post()] + [await post(*arguments) for _ in range(2)]
    assert [code for code, _ in results] == [1, 1, 1]
    for _, printed in results:
        assert "weekly: paused — The bot may not post there" in printed
        assert "The bot will try again at " in printed
        assert "on its way" not in printed
    assert len({printed for _, printed in results}) == 1
    assert len(server.sent("POST", "/messages")) == 1


async def test_the_channels_of_every_workspace_of_the_settings_are_told(post: Post, channel: Channel) -> None:
    assert channel.guild
    tied = f'{{"lab": ["discord:{channel.guild.id}"]}}'
    code, printed = await post(DAYORI_WORKSPACES=tied)
    assert (code, "weekly\n  No edition yet" in printed) == (0, True)
    assert (await post("--now", "weekly", "--workspace", "lab", DAYORI_WORKSPACES=tied))[0] == 0
    assert len(channel.messages) == 1
