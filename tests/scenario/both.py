"""The driver of one team on both platforms: each step is taken on the other one than the step before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle

from tests.doubles.slack import SlackServer
from tests.platforms.both.conftest import running
from tests.scenario import discord, slack
from tests.scenario.driver import Driver, Form, settings_for


@dataclass
class OnBoth:
    """A team whose Discord server and Slack team are tied; what is seen must be the same on both."""

    drivers: tuple[Driver, Driver]
    turns: Iterator[Driver]
    last: Driver | None = None

    async def add(self, source: str, form: Form) -> None:
        await self._next().add(source, form)

    async def look_up(self, query: str) -> list[str]:
        answers = [await driver.look_up(query) for driver in self.drivers]
        assert answers[0] == answers[1]
        return answers[0]

    async def edit(self, id: str, form: Form) -> None:
        await self._next().edit(id, form)

    async def undo(self) -> None:
        assert self.last  # the change is this person's
        await self.last.undo()

    async def remove(self, id: str) -> None:
        await self._next().remove(id)

    async def propose(self, source: str, form: Form) -> None:
        await self._next().propose(source, form)

    async def accept(self) -> None:
        await self._next().accept()

    async def subscribe(self, schedule: str) -> None:
        for driver in self.drivers:
            await driver.subscribe(schedule)

    async def post(self) -> None:
        for driver in self.drivers:
            await driver.post()

    async def posted(self) -> list[str]:
        here, there = [await driver.posted() for driver in self.drivers]
        return here if here == there else [*here, "|", *there]

    def _next(self) -> Driver:
        self.last = next(self.turns)
        return self.last


@asynccontextmanager
async def on_both(database_url: str) -> AsyncIterator[Driver]:
    """Yield the driver of a bot that runs on both platforms, where each server would have a collection of its own."""
    async with discord.discord_server() as first, SlackServer() as second:
        on_discord, on_slack = discord.people_of(first), slack.people_of(second)
        assert on_discord.channel.guild
        tied = {"lab": [f"discord:{on_discord.channel.guild.id}", f"slack:{second.team}"]}
        platforms = {**discord.settings_of(first), **slack.settings_of(second)}
        async with running(settings_for(database_url, sharing="hosted", workspaces=tied, **platforms)):
            await first.connected()
            await second.until(lambda: second.sockets.open)
            yield OnBoth((on_discord, on_slack), cycle((on_slack, on_discord)))
        assert second.violations == []
