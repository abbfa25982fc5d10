"""/inbox on Slack: curators decide on proposals one after another, and proposers are told in person."""

from __future__ import annotations

import pytest

from bot.app import App
from bot.config import Config
from bot.domain.draft import Draft
from bot.domain.paper import Paper, with_changes
from bot.services.papers.submitter import Submitter
from bot.services.workspaces import DEFAULT
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.platforms.slack.conftest import configured
from tests.samples import paper

JIRO = Submitter("次郎", "slack:U9", "ja", is_curator=True)


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, additions="curators")


@pytest.fixture
def curator(server: SlackServer) -> Person:
    return server.person(is_admin=True)


@pytest.fixture
def proposer(server: SlackServer) -> Person:
    return server.person(2, name="太郎", locale="en-US")


async def propose(app: App, person: Person, proposed: Paper) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    by = Submitter(person.name, f"slack:{person.id}", "en", is_curator=False)
    await app.services.submission.add(workspace, Draft(f"{proposed.identifiers.arxiv}"), proposed, by)


async def papers_of(app: App) -> dict[str, str | None]:
    workspace = await app.services.workspaces.named(DEFAULT)
    found = await app.services.lookup.find(workspace, "", limit=10)
    return {each.paper.id: each.paper.comment for each in found.results}


async def test_each_decision_shows_the_next_proposal_and_is_told_to_its_proposer(
    app: App, curator: Person, proposer: Person, channel: Channel, server: SlackServer
) -> None:
    for n in (1, 2):
        await propose(app, proposer, paper(n))
    first = await curator.ask(channel, "/inbox")
    assert "太郎さんの提案" in text_of(first) or "太郎" in text_of(first)
    assert "1番目の論文" in text_of(first)
    second = await curator.press_for(first, "accept")
    assert second is first
    assert "2番目の論文" in text_of(second)
    assert "受信箱は空です" in text_of(await curator.press_for(second, "reject"))
    await server.until(lambda: len(proposer.direct.messages) == 2)
    added, rejected = (each.text for each in proposer.direct.messages)
    assert "was added" in added
    assert "was not added" in rejected
    assert list(await papers_of(app)) == ["paper-1"]
    assert channel.messages == curator.direct.messages == []


async def test_a_proposal_is_edited_in_its_form_before_it_is_accepted(
    app: App, curator: Person, proposer: Person, channel: Channel, server: SlackServer
) -> None:
    await propose(app, proposer, paper(1))
    await propose(app, proposer, paper(2))
    shown = await curator.ask(channel, "/inbox")
    await curator.press(shown, "change")
    await server.until(lambda: curator.modal)
    assert curator.modal
    await curator.submit(curator.modal, comment="直したコメント")
    preview = await curator.until_modal("直したコメント")
    await curator.submit(preview)
    following = await curator.until_modal("を採用しました")
    await server.until(lambda: proposer.direct.messages)
    assert await papers_of(app) == {"paper-1": "直したコメント"}
    assert "直したコメント" in str(proposer.direct.messages[0].blocks)
    assert "2番目の論文" in str(following)
    await curator.press(following, "reject")
    await curator.until_modal("受信箱は空です")


async def test_a_paper_that_is_there_already_takes_the_proposals_comment_if_the_curator_wants(
    app: App, curator: Person, proposer: Person, channel: Channel, server: SlackServer
) -> None:
    await propose(app, proposer, paper(1, comment="提案のコメント"))
    await app.services.library.add(1, paper(1), "花子")
    shown = await curator.ask(channel, "/inbox")
    await curator.press(shown, "accept")
    await server.until(lambda: "もう登録されている" in text_of(shown))
    await server.until(lambda: "受信箱は空です" in text_of(curator.reads[-1]))
    await server.until(lambda: proposer.direct.messages)
    assert "in the collection already" in proposer.direct.messages[0].text
    await curator.press_for(shown, "コメントを追加")
    assert await papers_of(app) == {"paper-1": "提案のコメント"}


async def test_who_is_no_curator_sees_and_decides_nothing(
    app: App, curator: Person, proposer: Person, channel: Channel
) -> None:
    await propose(app, proposer, paper(1))
    assert "Only curators" in text_of(await proposer.ask(channel, "/inbox"))
    shown = await curator.ask(channel, "/inbox")
    for button in ("accept", "change", "reject"):
        assert "Only curators" in text_of(await proposer.press_for(shown, button))
    assert await papers_of(app) == {}
    assert len(await app.services.inbox.waiting(1)) == 1


async def test_a_press_that_is_delivered_twice_decides_and_tells_once(
    app: App, curator: Person, proposer: Person, channel: Channel, server: SlackServer
) -> None:
    for n in (1, 2):
        await propose(app, proposer, paper(n))
    shown = await curator.ask(channel, "/inbox")
    await curator.press_for(shown, "accept")
    await server.sockets.repeat()
    await server.until(lambda: proposer.direct.messages)
    await curator.ask(channel, "/inbox")
    assert len(proposer.direct.messages) == 1
    assert list(await papers_of(app)) == ["paper-1"]


@pytest.mark.parametrize("button", ["accept", "change", "reject", "later"])
async def test_a_proposal_that_another_curator_decided_on_is_told_in_a_sentence_above_the_next(
    app: App, curator: Person, proposer: Person, channel: Channel, button: str
) -> None:
    for n in (1, 2):
        await propose(app, proposer, paper(n))
    shown = await curator.ask(channel, "/inbox")
    await app.services.inbox.reject(1, 1, JIRO)
    answer = text_of(await curator.press_for(shown, button))
    assert "「1番目の論文」は次郎さんがすでに却下しました。" in answer
    assert "2番目の論文" in answer
    assert [each.number for each in await app.services.inbox.waiting(1)] == [2]


async def test_a_proposer_is_told_even_if_the_curators_answer_gets_lost(
    app: App, curator: Person, proposer: Person, channel: Channel, server: SlackServer
) -> None:
    await propose(app, proposer, paper(1))
    shown = await curator.ask(channel, "/inbox")
    server.loses_answers = True
    await curator.press(shown, "accept")
    await server.until(lambda: proposer.direct.messages)


async def test_the_curator_learns_that_a_proposer_was_not_told(
    app: App, curator: Person, proposer: Person, channel: Channel, server: SlackServer
) -> None:
    await propose(app, proposer, paper(1))
    shown = await curator.ask(channel, "/inbox")
    proposer.is_gone = True
    await curator.press_for(shown, "reject")
    await server.until(lambda: "太郎さんに知らせられませんでした" in text_of(curator.reads[-1]))


async def test_a_proposal_with_markup_mentions_nobody(app: App, curator: Person, channel: Channel) -> None:
    await propose(app, Person(curator.server, name="<!channel> & <@U1>"), paper(1))
    shown = await curator.ask(channel, "/inbox")
    assert "&lt;!channel&gt; &amp; &lt;@U1&gt;" in text_of(shown)


async def test_a_comment_that_is_the_same_is_not_offered(
    app: App, curator: Person, proposer: Person, channel: Channel, server: SlackServer
) -> None:
    await propose(app, proposer, paper(1, comment="同じ"))
    await app.services.library.add(1, with_changes(paper(1), comment="同じ"), None)
    shown = await curator.ask(channel, "/inbox")
    await curator.press(shown, "accept")
    await server.until(lambda: "もう登録されている" in text_of(shown))
    assert "コメントを" not in str(shown.blocks)
