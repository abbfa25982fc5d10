"""The health check follows the connection at once, and a reconnect is one line in the log."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import App
from bot.services.health import Health
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import DiscordServer, Guild
from tests.platforms.discord.conftest import StartBot
from tests.platforms.discord.test_client_over_the_wire import started


async def seen_by_doctor(app: App) -> str:
    health = Health(app.database, app.clock, app.services.digests)
    findings = await health.check(await app.services.workspaces.named(DEFAULT), {"discord": True})
    return next(check.message.text("en") for check in findings.checks if check.name == "bot")


async def until(app: App, says: str) -> None:
    async with asyncio.timeout(15):
        while says not in await seen_by_doctor(app):
            await asyncio.sleep(0.02)


async def test_doctor_knows_of_a_connection_as_soon_as_it_stands_without_a_tick(start: StartBot, guild: Guild) -> None:
    async with start() as (app, _):
        await until(app, "is connected to Discord")


@pytest.mark.parametrize("how", ["resumed", "anew"])
async def test_a_reconnect_is_one_line(server: DiscordServer, start: StartBot, guild: Guild, how: str) -> None:
    async with start() as (app, _):
        await until(app, "is connected")
        with capture_logs() as lines:
            if how == "anew":
                server.gateway.forget()
            server.gateway.drop()
            async with asyncio.timeout(15):
                while not lines:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
        await until(app, "is connected")
    assert [(line["event"], line["shard"], line["log_level"]) for line in lines] == [
        ("reconnected to Discord", 0, "info")
    ]


async def test_an_event_that_the_store_refuses_is_one_line(
    server: DiscordServer, start: StartBot, guild: Guild, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as (app, _):
        await until(app, "is connected")
        async with app.database.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE servers RENAME TO servers_before")
        with capture_logs() as lines:
            server.add_guild("知らないサーバー", joined=False).join()
            async with asyncio.timeout(15):
                while not lines:
                    await asyncio.sleep(0.02)
    (line,) = lines
    assert (line["event"], line["kind"], line["log_level"]) == ("an event was not served", "on_guild_join", "warning")
    assert caplog.records == []


async def test_doctor_knows_at_once_that_a_connection_is_lost(
    server: DiscordServer, start: StartBot, guild: Guild
) -> None:
    async with start() as (app, _):
        await until(app, "is connected")
        server.gateway.mute_next = 1
        server.gateway.drop()
        await until(app, "connecting to Discord again")


async def printed_until(bot: asyncio.subprocess.Process, event: str) -> str:
    """Return what a bot logs until an event, and that event."""
    assert bot.stderr
    output = ""
    async with asyncio.timeout(30):
        while f'"event": "{event}"' not in output:
            output += (await bot.stderr.readline()).decode()
    return output


async def test_the_log_of_a_day_is_json_of_a_few_lines_with_no_token(
    server: DiscordServer, guild: Guild, tmp_path: Path, database_url: str
) -> None:
    channel = guild.channel("論文")
    noon = f"Etc/GMT{datetime.now(UTC).hour - 12:+}"  # at night papers are looked at again, and these find no source
    bot = await started(server, tmp_path, database_url, channel=channel, DAYORI_TIMEZONE=noon)
    output = await printed_until(bot, "connected to Discord")
    server.gateway.drop()
    output += await printed_until(bot, "reconnected to Discord")
    bot.send_signal(signal.SIGTERM)
    output += (await asyncio.wait_for(bot.communicate(), 20))[1].decode()
    lines = [json.loads(line) for line in output.splitlines()]
    assert [line["event"] for line in lines] == [
        "imported",
        "starting",
        "servers of the first start",
        "commands synced",
        "connected to Discord",
        "reconnected to Discord",
        "stopped",
    ]
    assert lines[2]["servers"] == f"discord:{guild.id} 研究室"
    assert {line["level"] for line in lines} == {"info"}
    assert server.token not in output
