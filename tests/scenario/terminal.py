"""The terminal's drivers: the commands of a shell, and the prompt of `dayori run`.

The terminal has no channel, so its editions go to a Discord channel with `dayori post`, as cron would send them.
Whoever has the terminal is a curator, so its reader proposes through the service.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot.app import open_app
from bot.config import Config
from bot.domain.draft import Draft
from bot.services.papers.submitter import Submitter
from tests.doubles.discord import Channel, DiscordServer
from tests.scenario.driver import Driver, Form, settings_for
from tests.terminal import in_a_thread

_ROOT = Path(__file__).parents[2]
_END = "/end-of-the-step"
_LONGEST = 30.0  # seconds


@dataclass
class CommandLine:
    """`dayori add`, `dayori search` and so on, each with a store that it opens and closes."""

    folder: Path
    config: Config
    server: DiscordServer
    channel: Channel
    settings: dict[str, Any] = field(default_factory=dict)

    async def add(self, source: str, form: Form) -> None:
        await self.dayori("add", source, *_options(form))

    async def look_up(self, query: str) -> list[str]:
        found = json.loads(await self.dayori("search", query, "--json"))
        return [each["headline"] for each in found["results"]]

    async def edit(self, id: str, form: Form) -> None:
        await self.dayori("edit", id, *_options(form))

    async def undo(self) -> None:
        await self.dayori("undo", "--yes")

    async def remove(self, id: str) -> None:
        await self.dayori("remove", id, "--yes")

    async def propose(self, source: str, form: Form) -> None:
        async with open_app(self.config, serves=False) as app:
            workspace = await app.services.workspaces.named("default")
            draft = Draft(source, form.headline, form.title, form.date, form.comment, form.tags)
            paper = await app.services.drafts.complete(draft)
            reader = Submitter("太郎", "reader:1", "ja", is_curator=False)
            await app.services.submission.add(workspace, draft, paper, reader)

    async def accept(self) -> None:
        oldest = re.search(r"\d+", await self.dayori("inbox"))
        assert oldest
        await self.dayori("inbox", "accept", oldest.group())

    async def subscribe(self, schedule: str) -> None:
        assert self.channel.guild
        place = f"discord:{self.channel.guild.id}/{self.channel.id}"
        self.settings["subscriptions"] = [{"name": "weekly", "channel": place, "schedule": schedule}]

    async def post(self) -> None:
        await self.dayori("post", "--now", "weekly", token=self.server.token)

    async def posted(self) -> list[str]:
        await self.dayori("post", token=self.server.token)
        return [embed["title"] for message in self.channel.messages for embed in message.embeds if "url" in embed]

    async def dayori(self, *arguments: str, token: str = "") -> str:
        """Return what a command prints."""
        result = await in_a_thread(*arguments, "--config", self.write_settings(), DISCORD_TOKEN=token)
        assert result.exit_code == 0, result.output
        return result.output

    def write_settings(self) -> str:
        """Write the settings as they are now; return their file."""
        settings = self.config.model_dump(mode="json", exclude={"project"}, exclude_none=True) | self.settings
        file = self.folder / "bot.yaml"
        file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        return str(file)


@dataclass
class AtThePrompt(CommandLine):
    """One session at the prompt: commands with a slash, and the answers to their questions."""

    session: asyncio.subprocess.Process | None = None

    async def add(self, source: str, form: Form) -> None:
        await self.type(f"/addpaper {source}", *_answers(form), "y")

    async def look_up(self, query: str) -> list[str]:
        return re.findall(r"(?m)^╭─+╮\n│ (.+?) +│$", await self.type(f"/paper {query}"))

    async def edit(self, id: str, form: Form) -> None:
        await self.type(f"/editpaper {id}", *_answers(form), "y")

    async def undo(self) -> None:
        await self.type("/undo")

    async def remove(self, id: str) -> None:
        await self.type(f"/removepaper {id}", "y")

    async def accept(self) -> None:
        await self.type("/inbox", "a", "q")

    async def type(self, *lines: str) -> str:
        """Type lines, and return what is printed until an unknown command at the end is refused."""
        assert self.session and self.session.stdin and self.session.stdout
        self.session.stdin.write("".join(f"{line}\n" for line in (*lines, _END)).encode())
        async with asyncio.timeout(_LONGEST):
            printed = (await self.session.stdout.readuntil(f"{_END} ".encode())).decode()
        return printed.removesuffix(f"{_END} ")


@asynccontextmanager
async def on_the_command_line(database_url: str) -> AsyncIterator[Driver]:
    """Yield a driver of the shell's commands."""
    async with _channel() as (server, channel):
        settings = settings_for(database_url, discord={"api_url": server.api_url})
        with TemporaryDirectory() as folder:
            yield CommandLine(Path(folder), settings, server, channel)


@asynccontextmanager
async def at_the_prompt(database_url: str) -> AsyncIterator[Driver]:
    """Yield a driver of the prompt."""
    async with _channel() as (server, channel):
        settings = settings_for(database_url, discord={"api_url": server.api_url})
        with TemporaryDirectory() as folder:
            driver = AtThePrompt(Path(folder), settings, server, channel)
            driver.session = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--config", driver.write_settings()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=_ROOT,
                env={**os.environ, "DISCORD_TOKEN": "", "PYTHONUTF8": "1"},
            )
            await driver.type()
            yield driver
            await driver.session.communicate(b"")
            assert driver.session.returncode == 0


@asynccontextmanager
async def _channel() -> AsyncIterator[tuple[DiscordServer, Channel]]:
    async with DiscordServer(channel_rate=None) as server:
        yield server, server.add_guild("研究室").channel("weekly")
        assert server.violations == []


def _options(form: Form) -> list[str]:
    tags = [tag.strip() for tag in form.tags.split(",") if tag.strip()]
    named = {name: text for name, text in form.typed.items() if name != "tags"}
    return [f"--{name}={text}" for name, text in named.items()] + [f"--tag={tag}" for tag in tags]


def _answers(form: Form) -> list[str]:
    return [form.title, form.headline, form.date, form.comment, form.tags]
