"""What people do during the soak, on both platforms: they look up, add, edit, take back, and turn pages."""

from __future__ import annotations

import random
from itertools import cycle

from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer, Member, Permission, UserError
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import Person, SlackServer
from tests.platforms.discord.conftest import answered
from tests.platforms.slack.adding import add

# On each platform, one after the other: what a person is refused, who may do only so much in a minute, is no look-up.
PEOPLE = 100
WORDS = ("retnet", "ハルシネーション", "transformer", "対話", "1番目の論文", "wave", "qzxvkjw")
_LONG = "長い感想。" * 20
_BUSY = 0.4  # of the acts are no look-ups


class OnDiscord:
    """The people of a Discord server, all of them curators."""

    def __init__(self, server: DiscordServer, channel: DiscordChannel, dice: random.Random) -> None:
        assert channel.guild
        self._server, self._channel, self._dice = server, channel, dice
        may = Permission.MANAGE_GUILD
        self._people = cycle([channel.guild.member(f"人{n}", permissions=may) for n in range(PEOPLE)])
        self._number = self.given_up = 0

    async def act(self) -> None:
        """Let somebody do something; on a busy machine an answer may come later than they wait."""
        person, act = next(self._people), self._dice.choice((self._browse, self._add_and_change))
        try:
            await self._look_up(person)
            if self._dice.random() < _BUSY:
                await act(person)
        except (TimeoutError, AssertionError, UserError):
            self.given_up += 1

    async def _look_up(self, person: Member) -> None:
        word = self._dice.choice(WORDS)
        await self._server.autocomplete(person, self._channel, "paper", "query", word[:3])
        await self._server.slash(person, self._channel, "paper", query=word, locale="ja")

    async def _browse(self, person: Member) -> None:
        reply = await self._server.slash(person, self._channel, "papers", locale="ja")
        await self._server.click(person, reply, "次へ ▶", locale="ja")

    async def _add_and_change(self, person: Member) -> None:
        """Add a paper, edit it, remove it, take the removal back, and remove it for good."""
        server, channel = self._server, self._channel
        self._number += 1
        id = f"10.1000/discord-{self._number}"
        form = await server.slash(person, channel, "addpaper", source=f"https://doi.org/{id}", locale="ja")
        typed = {"title": f"On Discord {self._number}", "comment": _LONG}
        look = await answered(await server.submit(person, form.modal, typed, locale="ja"))
        await answered(await server.click(person, look, "保存", locale="ja"))
        form = await server.slash(person, channel, "editpaper", paper=id, locale="ja")
        look = await answered(await server.submit(person, form.modal, {"comment": "別の感想。" * 20}, locale="ja"))
        await answered(await server.click(person, look, "保存", locale="ja"))
        await self._remove(person, id)
        await answered(await server.slash(person, channel, "undo", locale="ja"))
        await self._remove(person, id)

    async def _remove(self, person: Member, id: str) -> None:
        asked = await self._server.slash(person, self._channel, "removepaper", paper=id, locale="ja")
        await answered(await self._server.click(person, asked, "削除", locale="ja"))


class OnSlack:
    """The people of a Slack workspace, all of them curators."""

    def __init__(self, server: SlackServer, channel: SlackChannel, dice: random.Random) -> None:
        self._server, self._channel, self._dice = server, channel, dice
        self._people = cycle([server.person(n, is_admin=True) for n in range(1, PEOPLE + 1)])
        self._number = self.given_up = 0

    async def act(self) -> None:
        """Let somebody do something; on a busy machine an answer may come later than they wait."""
        person, act = next(self._people), self._dice.choice((self._browse, self._add_and_change))
        try:
            await self._look_up(person)
            if self._dice.random() < _BUSY:
                await act(person)
        except (TimeoutError, AssertionError, UserError):
            self.given_up += 1
        person.reads.clear()

    async def _look_up(self, person: Person) -> None:
        word = self._dice.choice(WORDS)
        view = await person.ask_modal(self._channel, "/paper")
        await person.suggest(view, "complete", word[:3])
        person.close()
        await person.ask(self._channel, f"/paper {word}")

    async def _browse(self, person: Person) -> None:
        await person.press_for(await person.ask(self._channel, "/papers"), "page.on")

    async def _add_and_change(self, person: Person) -> None:
        self._number += 1
        id = f"10.1000/slack-{self._number}"
        await add(person, self._channel, f"https://doi.org/{id}", title=f"On Slack {self._number}", comment=_LONG)
        await self._remove(person, id)
        await person.ask(self._channel, "/undo")
        await self._remove(person, id)

    async def _remove(self, person: Person, id: str) -> None:
        await person.press_for(await person.ask(self._channel, f"/removepaper {id}"), "削除")
