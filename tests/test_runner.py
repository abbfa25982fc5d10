"""The bot survives a broken connection, and shuts down in order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import aiohttp
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from structlog.testing import capture_logs

from bot import runner
from bot.app import open_app, platforms_of
from bot.config import Config
from bot.config_sections import BackupSettings, HealthSettings
from bot.domain.errors import ConfigError, UnreachableError
from bot.i18n import msg
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from bot.store import job_leases
from tests.doubles.discord import Channel, DiscordServer
from tests.doubles.platform import BrokenPlatform
from tests.samples import paper

Running = AbstractAsyncContextManager[None]


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordServer(channel_rate=None) as server:
        yield server
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before[0], yarl.URL(before[1])


@pytest.fixture
def channel(server: DiscordServer) -> Channel:
    return server.add_guild("研究室").channel("論文")


@pytest.fixture
def settings(server: DiscordServer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    return Config.model_validate(
        {
            "database_url": database_url,
            "papers_file": "",
            "discord_token": server.token,
            "discord": {"api_url": server.api_url},
        }
    )


@pytest.fixture
def running(settings: Config, channel: Channel) -> Callable[..., Running]:
    """Return a function that runs the bot with an edition due; SIGTERM must end it."""

    @asynccontextmanager
    async def run(**other_settings: object) -> AsyncIterator[None]:
        await _subscribed(settings, channel)
        async with open_app(settings.model_copy(update=other_settings)) as app:
            bot = asyncio.create_task(runner.run(app, platforms_of(app)))
            yield
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(bot, 9)

    return run


async def _subscribed(settings: Config, channel: Channel) -> None:
    """Write a subscription that is due, created yesterday."""
    assert channel.guild
    async with open_app(settings, clock=lambda: datetime.now(UTC) - timedelta(days=1)) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        await app.services.library.add(workspace, paper(1), None)
        place = f"discord:{channel.guild.id}/{channel.id}"
        await app.services.digests.subscribe(workspace, SubscriptionRequest("weekly", place, "daily 00:00", (), "ja"))


async def test_an_edition_goes_out_at_the_start_and_sigterm_ends_the_bot(
    server: DiscordServer, running: Callable[[], Running], channel: Channel, settings: Config
) -> None:
    with capture_logs() as lines:
        async with running():
            await server.connected()
            await server.until(lambda: channel.messages)
    assert len(channel.messages) == 1
    assert {
        "event": "edition sent",
        "subscription": "weekly",
        "log_level": "info",
        "channel": f"discord:{channel.guild and channel.guild.id}/{channel.id}",
    } in lines
    async with open_app(settings) as app:
        assert await app.services.heartbeats.every() == []
    assert not server.gateway.connected


async def test_an_event_that_cannot_be_read_brings_a_new_client(
    server: DiscordServer, running: Callable[[], Running], channel: Channel
) -> None:
    async with running():
        await server.connected()
        server.gateway.malformed()
        await server.until(lambda: not server.gateway.connected)
        await server.connected()
        await server.until(lambda: channel.messages)
    assert len(channel.messages) == 1


async def test_editions_go_out_while_the_gateway_is_away(
    server: DiscordServer, running: Callable[[], Running], channel: Channel
) -> None:
    server.fault("GET", "/gateway/bot", status=503, times=None)
    async with running():
        await server.until(lambda: channel.messages)
    assert len(channel.messages) == 1


async def test_sigterm_sees_the_message_on_its_way_through(
    server: DiscordServer, running: Callable[[], Running], channel: Channel, settings: Config
) -> None:
    server.fault("POST", f"/channels/{channel.id}/messages$", delay=1.0)
    async with running():
        while not server.sent("POST", f"/{channel.id}/messages"):
            await asyncio.sleep(0.01)
        began = monotonic()
    assert 0.5 < monotonic() - began < 9
    assert len(channel.messages) == 1
    async with open_app(settings) as app:
        (status,) = await app.services.digests.statuses(await app.services.workspaces.named(DEFAULT))
    assert status.last
    assert status.last.done_at


async def test_sigterm_ends_the_bot_while_it_connects_again(
    server: DiscordServer, running: Callable[[], Running]
) -> None:
    async with running():
        await server.connected()
        server.gateway.mute_next = 1
        server.gateway.drop()
        await server.until(lambda: server.gateway.mute_next == 0)
        began = monotonic()
    assert monotonic() - began < 3


async def test_sigterm_ends_the_bot_while_a_client_closes_whose_gateway_is_gone(
    server: DiscordServer, running: Callable[[], Running]
) -> None:
    async with running():
        await server.connected()
        server.gateway.vanish()
        server.gateway.malformed()
        await asyncio.sleep(0.3)
        began = monotonic()
    assert monotonic() - began < 3


async def test_an_edition_on_its_way_goes_on_at_once_with_the_next_client(
    server: DiscordServer, running: Callable[[], Running], channel: Channel, settings: Config
) -> None:
    server.fault("POST", f"/channels/{channel.id}/messages$", delay=1.0)
    async with running():
        await server.connected()
        await server.until(lambda: server.sent("POST", f"/{channel.id}/messages"))
        server.gateway.malformed()
        await server.until(lambda: not server.gateway.connected)
        await server.connected()
    assert len(server.sent("POST", f"/{channel.id}/messages")) == len(channel.messages) == 1
    async with open_app(settings) as app:
        (status,) = await app.services.digests.statuses(await app.services.workspaces.named(DEFAULT))
    assert status.last
    assert status.last.done_at


def _spoil(file: Path, key: str) -> None:
    """Write a fault that the curators have to be told."""
    file.write_text(f"papers:\n- title: A paper\n  {key}: 1\n", encoding="utf-8")


async def test_the_papers_file_is_followed_on_when_its_curators_cannot_be_told(
    server: DiscordServer, running: Callable[..., Running], tmp_path: Path
) -> None:
    file = tmp_path / "papers.yaml"
    async with running(papers_file=str(file), mirror=True):
        await server.connected()
        server.fault("GET", "/users/@me$", status=403, times=None)
        _spoil(file, "one")
        await server.until(lambda: len(server.sent("GET", "/users/@me")) == 2, 10)  # the first was the bot's own
        _spoil(file, "another")
        await server.until(lambda: len(server.sent("GET", "/users/@me")) == 3, 10)


async def test_a_broken_papers_file_stops_no_start_and_its_curators_are_told_once_for_each_fault(
    server: DiscordServer, running: Callable[..., Running], channel: Channel, tmp_path: Path
) -> None:
    file = tmp_path / "papers.yaml"

    def told() -> list[str]:
        texts = [str(each.body.get("content", "")) for each in server.sent("POST", "/messages")]
        return [text for text in texts if "papers.yaml" in text]

    for key, count in (("one", 1), ("one", 1), ("another", 2)):
        _spoil(file, key)
        async with running(papers_file=str(file)):
            await server.connected()
            await server.until(lambda count=count: len(told()) == count, 10)  # type: ignore[misc]
            await asyncio.sleep(0.3)
        assert len(told()) == count
    assert "papers.yaml:3:" in told()[0]


async def test_sigterm_ends_the_bot_while_it_tries_to_tell_the_curators(
    server: DiscordServer, running: Callable[..., Running], tmp_path: Path
) -> None:
    file = tmp_path / "papers.yaml"
    async with running(papers_file=str(file), mirror=True):
        await server.connected()
        server.fault("GET", "/users/@me$", status=500, times=None)
        _spoil(file, "one")
        await server.until(lambda: len(server.sent("GET", "/users/@me")) == 2, 10)
        began = monotonic()
    assert monotonic() - began < 3


async def test_sigterm_ends_the_bot_while_another_process_tells_the_curators(
    server: DiscordServer, settings: Config, running: Callable[..., Running], tmp_path: Path
) -> None:
    file = tmp_path / "papers.yaml"
    _spoil(file, "one")
    async with open_app(settings) as app, app.database.write() as connection:
        assert await job_leases.replace(connection, "notices", None, json.dumps(["elsewhere/boot/pid 1 2 3", 60, 1]))
    async with running(papers_file=str(file)):
        await server.connected()
        await asyncio.sleep(1)
        began = monotonic()
    assert monotonic() - began < 3
    assert not [each for each in server.sent("POST", "/messages") if "papers.yaml" in str(each.body)]


async def test_a_refused_token_is_told_and_not_tried_again(server: DiscordServer, settings: Config) -> None:
    server.token = "another"
    async with open_app(settings) as app:
        with pytest.raises(ConfigError):
            await asyncio.wait_for(runner.run(app, platforms_of(app)), 10)
        assert await app.services.heartbeats.every() == []  # so that doctor does not miss it
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "error", [ConfigError(msg("Refused.")), UnreachableError(msg("Away.")), ValueError("broken")], ids=type
)
async def test_a_platform_that_fails_stops_no_other(
    server: DiscordServer, settings: Config, channel: Channel, error: Exception
) -> None:
    await _subscribed(settings, channel)
    broken = BrokenPlatform(error)
    async with open_app(settings) as app:
        bot = asyncio.create_task(runner.run(app, [broken, *platforms_of(app)]))
        await server.connected()
        await server.until(lambda: channel.messages)
        assert broken.attempts
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(bot, 9)


class _Busy(BrokenPlatform):
    """A platform where the edits of posted messages take forever; it counts the heartbeats."""

    def __init__(self) -> None:
        super().__init__(UnreachableError(msg("Discord answered {status}.", status=502)))
        self.edits, self.beats = asyncio.Event(), asyncio.Event()

    async def run(self, begin: Callable[[], None]) -> None:
        begin()
        await asyncio.Event().wait()

    def deliver(self) -> None:
        pass

    async def update_messages(self) -> None:
        self.edits.set()
        await asyncio.Event().wait()

    async def heartbeat(self) -> None:
        await self.edits.wait()
        self.beats.set()


async def test_a_tick_waits_for_no_edit_of_a_posted_message(settings: Config) -> None:
    busy = _Busy()
    async with open_app(settings) as app:
        bot = asyncio.create_task(runner.run(app, [busy]))
        async with asyncio.timeout(10):
            await busy.beats.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(bot, 9)


async def test_a_connection_that_breaks_while_it_is_closed_is_not_told(settings: Config) -> None:
    class Closing(BrokenPlatform):
        async def run(self, begin: Callable[[], None]) -> None:
            self.attempts += 1
            try:
                await asyncio.Event().wait()
            finally:
                raise self.error

    platform = Closing(ConnectionResetError("Cannot write to closing transport"))
    with capture_logs() as logs:
        async with open_app(settings) as app:
            bot = asyncio.create_task(runner.run(app, [platform]))
            while not platform.attempts:
                await asyncio.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(bot, 9)
    assert [each["event"] for each in logs if each["log_level"] == "error"] == []


async def test_a_post_goes_to_the_platforms_that_can_be_posted_to(settings: Config, channel: Channel) -> None:
    await _subscribed(settings, channel)
    broken = BrokenPlatform(UnreachableError(msg("Away.")))
    async with open_app(settings) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        report = await runner.post(app, [broken, *platforms_of(app)], workspace, None)
        with pytest.raises(UnreachableError):
            await runner.post(app, [broken], workspace, None)
    assert report.delivered == ["weekly"]
    assert len(channel.messages) == 1


async def test_a_post_from_cron_delivers_what_is_due_once(
    server: DiscordServer, settings: Config, channel: Channel
) -> None:
    await _subscribed(settings, channel)
    async with open_app(settings) as app:
        workspace = await app.services.workspaces.named(DEFAULT)
        reports = [await runner.post(app, platforms_of(app), workspace, None) for _ in range(2)]
    assert [report.delivered for report in reports] == [["weekly"], []]
    assert len(channel.messages) == 1


async def test_a_running_bot_tells_how_it_is(
    server: DiscordServer, channel: Channel, running: Callable[..., Running]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    async with running(health=HealthSettings(listen=address)), aiohttp.ClientSession() as session:
        await server.connected()
        await server.until(lambda: channel.messages)
        delivered = 'dayori_deliveries_total{platform="discord",result="delivered"} 1.0'
        async with asyncio.timeout(10):
            while delivered not in (page := (await _answer(session, f"http://{address}/metrics"))[1]):
                await asyncio.sleep(0.05)
        assert (await _answer(session, f"http://{address}/healthz"))[0] == 200
        assert 'dayori_connected{platform="discord"} 1.0' in page
        assert 'dayori_event_loop_delay_seconds_bucket{le="+Inf"}' in page
        assert str(channel.id) not in page


async def test_a_port_that_is_taken_is_logged_and_the_bot_goes_on(
    server: DiscordServer, channel: Channel, running: Callable[..., Running]
) -> None:
    with socket.socket() as taken, capture_logs() as logs:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with running(health=HealthSettings(listen=address)):
            await server.connected()
            await server.until(lambda: channel.messages)
    assert [each["log_level"] for each in logs if "health.listen" in each["event"]] == ["error"]


async def test_a_start_tells_in_the_log_that_copies_cannot_be_written(
    server: DiscordServer, channel: Channel, running: Callable[..., Running], tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with capture_logs() as logs:
        async with running(backups=BackupSettings(folder=str(tmp_path / "file/copies"))):
            await server.until(lambda: any("copies cannot be written" in each["event"] for each in logs))
    assert [each["remedy"] for each in logs if "copies cannot" in each["event"]] == [
        "Let the bot write there, or set backups.folder."
    ]


async def _answer(session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with session.get(url) as response:
        return response.status, await response.text()
