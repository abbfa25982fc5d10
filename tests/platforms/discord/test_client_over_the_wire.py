"""The client's life: login, sync, resume, and a process that is killed and restarted."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from tests.doubles.discord import Channel, DiscordServer, Guild, Member
from tests.nowhere import SOURCES
from tests.platforms.discord.conftest import PAPERS, StartBot

ROOT = Path(__file__).parents[3]


async def test_commands_are_synced_once_and_again_only_when_they_change(server: DiscordServer, start: StartBot) -> None:
    for _ in range(2):
        async with start():
            pass
    assert len(server.sent("PUT", "/commands")) == 1
    names = {command["name"]: command for command in server.sent("PUT", "/commands")[0].body}
    assert set(names) == {
        "paper",
        "papers",
        "random",
        "addpaper",
        "Add to papers",
        "editpaper",
        "removepaper",
        "undo",
        "history",
        "inbox",
        "digest",
        "alias",
        "export",
        "feed",
        "stats",
        "help",
    }
    assert names["paper"]["name_localizations"] == {"ja": "論文"}
    assert names["paper"]["description_localizations"]["ja"]


async def test_answers_go_on_after_the_gateway_asks_for_a_reconnect(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        await server.gateway.reconnect()
        await server.connected()
        reply = await server.slash(reader, general, "paper", query="retnet", locale="ja")
    assert reply.embeds


async def test_the_bot_stops_in_order_at_sigterm(
    server: DiscordServer, guild: Guild, tmp_path: Path, database_url: str
) -> None:
    bot = await started(server, tmp_path, database_url)
    await server.connected()
    bot.send_signal(signal.SIGTERM)
    output = (await asyncio.wait_for(bot.communicate(), 10))[1]
    assert bot.returncode == 0, output.decode()
    assert server.token not in output.decode()
    assert "stopped" in output.decode()


async def test_a_bot_that_is_killed_and_started_again_posts_nothing_twice(
    server: DiscordServer, guild: Guild, tmp_path: Path, database_url: str
) -> None:
    channel = guild.channel("論文")
    posting = server.fault("POST", r"/messages$", delay=0.5)
    for _ in range(4):
        bot = await started(server, tmp_path, database_url, "post", "--now", "weekly", channel=channel)
        await server.until(lambda: posting.hits or channel.messages, timeout=20)
        await asyncio.sleep(0.2)
        bot.kill()
        await bot.wait()
    last = await started(server, tmp_path, database_url, "post", channel=channel)
    output = (await last.communicate())[1]
    titles = [embed["title"] for message in channel.messages for embed in message.embeds]
    assert len(titles) == len(set(titles)) == 6, output.decode()


async def test_a_wrong_token_is_said_in_one_line(server: DiscordServer, tmp_path: Path, database_url: str) -> None:
    bot = await started(server, tmp_path, database_url, DISCORD_TOKEN="a.wrong.token")
    output = (await asyncio.wait_for(bot.communicate(), 20))[1].decode()
    assert bot.returncode == 1
    assert "DISCORD_TOKEN" in output
    assert "Traceback" not in output
    assert "a.wrong.token" not in output


async def started(
    server: DiscordServer,
    folder: Path,
    database_url: str,
    *command: str,
    channel: Channel | None = None,
    **environment: str,
) -> asyncio.subprocess.Process:
    settings = folder / "bot.yaml"
    lines = [f"database_url: {database_url}", f"papers_file: {PAPERS}", f"sources: {json.dumps(SOURCES)}"]
    if channel and channel.guild:
        lines.append(f'subscriptions: [{{name: weekly, channel: "discord:{channel.guild.id}/{channel.id}"}}]')
    settings.write_text("\n".join(lines), encoding="utf-8")
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *(command or ("run",)),
        "--config",
        str(settings),
        cwd=ROOT,
        env={"PATH": "", **server.environment, **environment},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
