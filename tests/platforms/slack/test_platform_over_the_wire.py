"""Slack's life in a process: two connections; missing, wrong and refused tokens; a post from cron."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot import runner
from bot.app import App, open_app, open_health, platforms_of
from bot.config import Config
from bot.domain.errors import ConfigError, UnreachableError
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.heartbeats import Heartbeats
from bot.services.workspaces import DEFAULT
from tests.doubles.slack import Channel, SlackServer
from tests.platforms.slack.conftest import Connected, configured
from tests.samples import paper


async def state_of(app: App) -> str:
    notes = await Heartbeats(app.database, app.clock).every()
    return str(next((note.connections["slack"]["state"] for note in notes if "slack" in note.connections), None))


async def until_state(app: App, state: str) -> None:
    async with asyncio.timeout(30):
        while await state_of(app) != state:
            await asyncio.sleep(0.01)


async def test_two_connections_are_kept_and_what_comes_over_them_is_acknowledged(
    server: SlackServer, connected: Callable[[], Connected]
) -> None:
    async with connected() as app:
        await server.until(lambda: len(server.sockets.open) == 2)
        await until_state(app, "connected")
        envelopes = [await server.sockets.send(kind) for kind in ("slash_commands", "events_api")]
        await server.until(lambda: server.sockets.acknowledged == envelopes)
    await server.until(lambda: not server.sockets.open)


async def test_a_refresh_leaves_one_connection_open_all_the_time(
    server: SlackServer, connected: Callable[[], Connected]
) -> None:
    async with connected() as app:
        await server.until(lambda: len(server.sockets.open) == 2)
        for n in range(3):
            await server.sockets.refresh()
            await server.until(lambda: server.sockets.open)
            await server.until(lambda n=n: server.sockets.opened == 3 + n)  # type: ignore[misc]
            await server.until(lambda: len(server.sockets.open) == 2)
            assert await state_of(app) == "connected"


async def test_connections_that_are_lost_are_told_and_opened_again(
    server: SlackServer, connected: Callable[[], Connected]
) -> None:
    async with connected() as app:
        await server.until(lambda: len(server.sockets.open) == 2)
        server.fault("apps.connections.open", status=503, times=2)
        await server.sockets.stop()
        await until_state(app, "lost")
        await until_state(app, "connected")


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        ({"slack_app_token": ""}, "Slack needs SLACK_APP_TOKEN beside SLACK_BOT_TOKEN; put it into .env."),
        ({"slack_bot_token": ""}, "Slack needs SLACK_BOT_TOKEN beside SLACK_APP_TOKEN; put it into .env."),
        (
            {"slack_bot_token": "xapp-double-of-slack", "slack_app_token": "xoxb-double-of-slack"},
            "SLACK_BOT_TOKEN holds the other token of the Slack app; it begins with xoxb-.",
        ),
        ({"slack_bot_token": "xoxb-wrong"}, "Slack does not accept SLACK_BOT_TOKEN; copy it again"),
        ({"slack_app_token": "xapp-wrong"}, "Slack does not accept SLACK_APP_TOKEN; copy it again"),
    ],
)
async def test_a_token_that_is_missing_swapped_or_refused_is_told_in_one_sentence(
    server: SlackServer, config: Config, tokens: dict[str, str], why: str
) -> None:
    async with open_app(configured(config, server, **tokens)) as app:
        with pytest.raises(ConfigError, match=why.replace(".", r"\.")):
            await asyncio.wait_for(runner.run(app, platforms_of(app)), 5)


async def test_connections_that_are_not_ours_are_told_as_another_program(
    server: SlackServer, connected: Callable[[], Connected]
) -> None:
    server.sockets.strangers = 2
    async with connected() as app:
        await server.until(lambda: len(server.sockets.open) == 2)
        async with asyncio.timeout(30):
            while not await app.services.token_conflicts.checks():
                await asyncio.sleep(0.01)
        [check] = await app.services.token_conflicts.checks()
    assert check.message.text("en").startswith("Another program answered on Slack with this bot's token")


async def test_doctor_tells_which_token_is_missing(server: SlackServer, config: Config) -> None:
    async with open_app(config) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
    told: dict[str, Any] = {}
    for name, tokens in {"both": {}, "half": {"slack_app_token": ""}, "none": {}}.items():
        settings = config if name == "none" else configured(config, server, **tokens)
        async with open_health(settings) as (health, _):
            report = await health.check(workspace, settings.tokens, settings.missing_tokens)
        told[name] = [(c.level, c.message.text("en")) for c in report.checks if c.name == "token"][-1]
        assert report.is_well == (name != "half")
    assert told == {
        "both": ("ok", "Slack: a token is set"),
        "half": ("fault", "Slack: SLACK_APP_TOKEN is missing beside the other token."),
        "none": ("ok", "Slack: no token is set"),
    }


async def subscribed(app: App, channel: Channel) -> int:
    workspace = await app.services.workspaces.named(DEFAULT)
    await app.services.library.add(workspace, paper(1), None)
    request = SubscriptionRequest("weekly", channel.address, "mon 09:00", (), "ja")
    await app.services.digests.subscribe(workspace, request)
    return workspace


async def test_a_post_from_cron_needs_the_bots_token_alone(
    server: SlackServer, config: Config, channel: Channel
) -> None:
    async with open_app(configured(config, server, slack_app_token="")) as app:
        workspace = await subscribed(app, channel)
        report = await runner.post(app, platforms_of(app), workspace, "weekly")
        assert report.delivered == ["weekly"]
        server.fault("auth.test", drop=True)
        with pytest.raises(UnreachableError):
            await runner.post(app, platforms_of(app), workspace, None)
    assert len(channel.messages) == 1
    assert server.sockets.opened == 0


async def test_a_message_on_its_way_is_seen_through_when_the_bot_stops(
    server: SlackServer, settings: Config, channel: Channel
) -> None:
    server.fault("chat.postMessage", delay=0.5)
    async with open_app(settings) as app:
        workspace = await subscribed(app, channel)
        await app.services.digests.compose_now(workspace, "weekly")
        (platform,) = platforms_of(app)
        async with platform.connect() as connection:
            running = asyncio.create_task(connection.run(connection.deliver))
            await server.until(lambda: server.sent("chat.postMessage"))
            running.cancel()
            await asyncio.wait((running,))
        (status,) = await app.services.digests.statuses(workspace)
    assert status.last
    assert status.last.done_at
    assert len(channel.messages) == 1
