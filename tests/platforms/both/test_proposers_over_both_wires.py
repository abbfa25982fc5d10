"""A proposer is told on the platform where they proposed, wherever a curator decides."""

from __future__ import annotations

import pytest

from bot import runner
from bot.app import App, open_app
from bot.config import Config
from bot.domain.candidate import Candidate
from bot.domain.draft import Draft
from bot.services.papers.submitter import Submitter
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer, Member, Permission
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import Person, SlackServer
from tests.platforms.both.conftest import running
from tests.platforms.discord.conftest import answered
from tests.samples import paper

Channels = tuple[DiscordChannel, SlackChannel]


@pytest.fixture
def settings(settings: Config) -> Config:
    return settings.model_copy(update={"additions": "curators"})


@pytest.fixture
def person(slack: SlackServer) -> Person:
    return slack.person(1, locale="en-US")


@pytest.fixture
def curator(channels: Channels) -> Member:
    assert channels[0].guild
    return channels[0].guild.member("花子", permissions=Permission.MANAGE_GUILD)


async def propose(app: App, proposer: str) -> Candidate:
    """Propose a paper as somebody on that platform."""
    workspace = await app.services.workspaces.named(DEFAULT)
    by = Submitter("太郎", proposer, "en", is_curator=False)
    await app.services.submission.add(workspace, Draft("2401.00001"), paper(1), by)
    return (await app.services.inbox.waiting(workspace))[0]


@pytest.mark.parametrize(("button", "text"), [("採用", "was added to the papers"), ("却下", "was not added this time")])
async def test_what_is_proposed_on_slack_and_decided_on_discord_is_told_on_slack(
    settings: Config,
    channels: Channels,
    discord: DiscordServer,
    slack: SlackServer,
    person: Person,
    curator: Member,
    button: str,
    text: str,
) -> None:
    async with running(settings) as app:
        await discord.connected()
        await slack.until(lambda: slack.sockets.open)
        await propose(app, f"slack:{person.id}")
        card = await answered(await discord.slash(curator, channels[0], "inbox", locale="ja"))
        await discord.click(curator, card, button, locale="ja")
        await slack.until(lambda: person.direct.messages)
    (message,) = person.direct.messages
    assert text in message.text
    assert "1番目の論文" in str(message.blocks)
    assert slack.violations == []


async def test_a_curator_on_discord_learns_that_nobody_was_told_on_slack(
    settings: Config,
    channels: Channels,
    discord: DiscordServer,
    slack: SlackServer,
    person: Person,
    curator: Member,
) -> None:
    slack.has_messages_tab = False
    async with running(settings) as app:
        await discord.connected()
        await slack.until(lambda: slack.sockets.open)
        await propose(app, f"slack:{person.id}")
        card = await answered(await discord.slash(curator, channels[0], "inbox", locale="ja"))
        reply = await answered(await discord.click(curator, card, "却下", locale="ja"))
        problem = await reply.next()
    assert "太郎さんに知らせられませんでした" in problem.content
    assert "App Home" in problem.content


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_decision_at_the_terminal_is_told_with_a_connection_made_for_it(
    settings: Config, channels: Channels, discord: DiscordServer, slack: SlackServer, person: Person, platform: str
) -> None:
    assert channels[0].guild
    reader = channels[0].guild.member("太郎")
    proposer = f"slack:{person.id}" if platform == "slack" else f"discord:{reader.id}"
    async with open_app(settings) as app:
        candidate = await propose(app, proposer)
        assert await runner.tell_proposer(app, candidate, paper(1), "rejected") is None
    messages = person.direct.messages if platform == "slack" else discord.direct(reader).messages
    assert len(messages) == 1
    assert slack.sockets.opened == 0


async def test_a_decision_at_the_terminal_says_that_nobody_was_told_where_the_token_is_refused(
    settings: Config, slack: SlackServer, person: Person
) -> None:
    slack.tokens["bot"] = "xoxb-another"
    async with open_app(settings) as app:
        candidate = await propose(app, f"slack:{person.id}")
        problem = await runner.tell_proposer(app, candidate, paper(1), "rejected")
    assert problem
    assert problem.text("en").startswith("太郎 was not told: Slack does not accept SLACK_BOT_TOKEN")
