"""Slack's driver: commands, modals and buttons over Socket Mode, against the double."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.doubles.slack import Channel, Person, SlackServer
from tests.platforms.both.conftest import running
from tests.scenario.driver import Driver, Form, settings_for

_LOOK = "このように表示されます"


@dataclass(frozen=True, slots=True)
class OnSlack:
    """A curator and a reader in a workspace."""

    channel: Channel
    weekly: Channel
    curator: Person
    reader: Person

    async def add(self, source: str, form: Form) -> None:
        await self._submit(self.curator, f"/addpaper {source}", form, "保存しました")

    async def look_up(self, query: str) -> list[str]:
        return _headings((await self.reader.ask(self.channel, f"/paper {query}")).blocks)

    async def edit(self, id: str, form: Form) -> None:
        await self._submit(self.curator, f"/editpaper {id}", form, "保存しました")

    async def undo(self) -> None:
        await self.curator.ask(self.channel, "/undo")

    async def remove(self, id: str) -> None:
        asked = await self.curator.ask(self.channel, f"/removepaper {id}")
        await self.curator.press_for(asked, "削除")

    async def propose(self, source: str, form: Form) -> None:
        await self._submit(self.reader, f"/addpaper {source}", form, "提案")

    async def accept(self) -> None:
        shown = await self.curator.ask(self.channel, "/inbox")
        await self.curator.press_for(shown, "採用")

    async def subscribe(self, schedule: str) -> None:
        await self.curator.ask(self.channel, f"/digest subscribe <#{self.weekly.id}|weekly> {schedule}")

    async def post(self) -> None:
        await self.curator.ask(self.channel, "/digest post")

    async def posted(self) -> list[str]:
        return [heading for message in self.weekly.messages for heading in _headings(message.blocks)]

    async def _submit(self, person: Person, line: str, form: Form, told: str) -> None:
        opened = await person.ask_modal(self.channel, line)
        await person.submit(opened, **form.typed)
        await person.submit(await person.until_modal(_LOOK))
        await person.until_modal(told)
        person.close()


def people_of(server: SlackServer) -> OnSlack:
    """Return a curator and a reader in the workspace."""
    curator, reader = server.person(1, name="花子", is_admin=True), server.person(2, name="太郎")
    return OnSlack(server.channel(), server.channel(2, name="weekly"), curator, reader)


def settings_of(server: SlackServer) -> dict[str, Any]:
    """Return the settings of a bot on this Slack."""
    tokens = {"slack_bot_token": server.tokens["bot"], "slack_app_token": server.tokens["app"]}
    return {"slack": {"api_url": server.api_url}, **tokens}


@asynccontextmanager
async def on_slack(database_url: str) -> AsyncIterator[Driver]:
    """Yield the driver of a running bot."""
    async with SlackServer() as server:
        driver = people_of(server)
        async with running(settings_for(database_url, **settings_of(server))):
            await server.until(lambda: server.sockets.open)
            yield driver
        assert server.violations == []


def _headings(blocks: Sequence[dict[str, Any]]) -> list[str]:
    """Return the linked headings of the cards among blocks."""
    firsts = [block for block in blocks if block.get("block_id", "").startswith("paper:0:")]
    return [found.group(1) for block in firsts if (found := re.match(r"\*<[^|]+\|(.+?)>\*", block["text"]["text"]))]
