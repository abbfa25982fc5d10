"""Both platforms show what was most likely to be accepted first, and why, in words that stay harmless."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import App
from bot.config import Config
from bot.domain.score import LEAST_DECISIONS
from bot.services.papers.submitter import Submitter
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer, Member, Permission
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import Person, SlackServer, text_of
from tests.finds import find
from tests.platforms.both.conftest import running
from tests.platforms.discord.conftest import answered
from tests.samples import paper

HANAKO = Submitter("花子", "discord:2", "ja", is_curator=True)
HOSTILE = "**@everyone** <!channel> [a](https://b.jp)"


@pytest.fixture
def person(slack: SlackServer) -> Person:
    return slack.person(1, locale="ja-JP", is_admin=True)


@pytest.fixture
def curator(channels: tuple[DiscordChannel, SlackChannel]) -> Member:
    assert channels[0].guild
    return channels[0].guild.member("花子", permissions=Permission.MANAGE_GUILD)


async def decide(app: App, workspace: int, decisions: int) -> None:
    """Accept papers on diffusion by an author of a hostile name, and reject surveys."""
    for n in range(1, decisions + 1):
        liked = n % 4 == 0
        title, authors = ("Diffusion", [HOSTILE]) if liked else ("A survey", ["Jane Doe"])
        candidate = await find(app.database, workspace, app.clock, paper(n, title=f"{title} {n}", authors=authors))
        await (app.services.review.accept if liked else app.services.review.reject)(workspace, candidate.number, HANAKO)


async def test_the_inbox_says_why_a_find_comes_first(
    settings: Config,
    channels: tuple[DiscordChannel, SlackChannel],
    discord: DiscordServer,
    slack: SlackServer,
    person: Person,
    curator: Member,
) -> None:
    async with running(settings) as app:
        await discord.connected()
        await slack.until(lambda: slack.sockets.open)
        workspace = await app.services.workspaces.named(DEFAULT)
        await find(app.database, workspace, app.clock, paper(90, title="Diffusion", authors=[HOSTILE]))
        await find(app.database, workspace, app.clock, paper(91, title="A survey of robots", authors=["Jane Doe"]))
        before = await answered(await discord.slash(curator, channels[0], "inbox", locale="ja"))
        await decide(app, workspace, LEAST_DECISIONS)
        async with asyncio.timeout(20):
            while (await app.services.inbox.waiting(workspace))[-1].score is None:
                await asyncio.sleep(0.1)
        on_discord = await answered(await discord.slash(curator, channels[0], "inbox", locale="ja"))
        on_slack = text_of(await person.ask(channels[1], "/inbox"))
    assert before.content.startswith(
        "フィードが見つけた論文は新しい順に並んでいます。20件を採用または却下すると（いま0件）"
    )
    assert "おすすめ度" not in before.content
    for text in (on_discord.content, on_slack):
        (line,) = [each for each in text.splitlines() if "おすすめ度" in each]
        assert line.startswith("おすすめ度 ")
        assert "Diffusion" in line and "%: " in line
        assert "<!channel>" not in line
        assert "新しい順" not in text
    assert on_discord.content.count("@everyone") == on_discord.content.count("\\@everyone") == 1
    assert slack.violations == []
