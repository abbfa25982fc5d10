"""Two processes with one Slack app, as during a replacement: what is delivered to both is done by one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.app import App
from bot.config import Config
from bot.domain.draft import Draft
from bot.services.papers.submitter import Submitter
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer
from tests.platforms.slack.conftest import Connected, configured
from tests.samples import paper


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, papers_file=str(STARTER), additions="curators")


@pytest.fixture
async def app(connected: Callable[[], Connected], server: SlackServer) -> AsyncIterator[App]:
    async with connected() as first:
        await server.until(lambda: len(server.sockets.open) == 2)
        async with connected():
            await server.until(lambda: len(server.sockets.open) == 4)
            yield first


@pytest.fixture
def curator(server: SlackServer) -> Person:
    return server.person(is_admin=True)


async def repeat_at_the_other(server: SlackServer, person: Person, channel: Channel) -> None:
    """Deliver the last interaction to the other process too, and wait until that has answered a later one."""
    server.sockets.open.reverse()
    await server.sockets.repeat()
    await person.ask(channel, "/random")


async def test_one_of_them_posts_an_edition_and_answers(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    await curator.ask(channel, "/digest subscribe mon 09:00")
    await curator.ask(channel, "/digest post")
    answers = len(curator.reads)
    await repeat_at_the_other(server, curator, channel)
    assert len(channel.messages) == 1
    assert len(curator.reads) == answers + 1


async def test_one_of_them_sends_a_file(app: App, curator: Person, channel: Channel, server: SlackServer) -> None:
    await curator.ask(channel, "/export json")
    await repeat_at_the_other(server, curator, channel)
    assert len(curator.direct.messages) == 1


async def test_one_of_them_decides_on_a_proposal_and_tells_its_proposer(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    proposer = server.person(2)
    by = Submitter("太郎", f"slack:{proposer.id}", "ja", is_curator=False)
    for n in (1, 2):
        await app.services.submission.add(1, Draft(f"2401.0000{n}"), paper(n), by)
    shown = await curator.press_for(await curator.ask(channel, "/inbox"), "accept")
    await server.until(lambda: proposer.direct.messages)
    for _ in range(3):
        await repeat_at_the_other(server, curator, channel)
    assert shown.text.startswith("「1番目の論文」を採用しました。")
    assert len(proposer.direct.messages) == 1
    assert [each.number for each in await app.services.inbox.waiting(1)] == [2]
