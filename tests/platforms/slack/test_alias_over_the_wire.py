"""/alias on Slack: the team's words for the same thing."""

from __future__ import annotations

import pytest

from bot.app import App
from bot.services.workspaces import DEFAULT
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.samples import paper


@pytest.fixture
def curator(server: SlackServer) -> Person:
    return server.person(is_admin=True)


async def test_an_alias_finds_a_paper_until_it_is_removed(app: App, curator: Person, channel: Channel) -> None:
    await app.services.library.add(1, paper(1, title="Retrieval Augmented"), None)
    saved = await curator.ask(channel, "/alias add 検索拡張＝Retrieval Augmented、RAG")
    assert "*検索拡張* = Retrieval Augmented、RAG" in text_of(saved)
    assert "Retrieval Augmented" in text_of(await curator.ask(channel, "/paper 検索拡張"))
    assert "*検索拡張*" in text_of(await curator.ask(channel, "/dayori 別名 一覧"))
    await curator.ask(channel, "/alias 削除 検索拡張")
    assert "まだありません" in text_of(await curator.ask(channel, "/alias"))


async def test_what_is_no_alias_is_refused_in_a_sentence(app: App, curator: Person, channel: Channel) -> None:
    assert "RAG = 検索拡張生成" in text_of(await curator.ask(channel, "/alias add RAG"))
    assert "RAG" in text_of(await curator.ask(channel, "/alias remove RAG"))
    assert "/dayori alias add" in text_of(await curator.ask(channel, "/alias 何か"))


async def test_a_reader_sees_the_aliases_and_changes_none(app: App, channel: Channel, server: SlackServer) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    await app.services.aliases.put(workspace, "<!channel>", ["&"])
    reader = server.person(2)
    assert "*&lt;!channel&gt;* = &amp;" in text_of(await reader.ask(channel, "/alias list"))
    for line in ("/alias add A = B", "/alias remove <!channel>"):
        assert "キュレーター" in text_of(await reader.ask(channel, line))
    assert list(await app.services.aliases.all(workspace)) == ["<!channel>"]


async def test_many_long_aliases_come_in_as_many_messages_as_they_need(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    for n in range(60):
        await app.services.aliases.put(workspace, f"{n}<", ["<" * 70 + str(m) for m in range(4)])
    await curator.write(channel, "/alias list")
    await server.until(lambda: len(curator.reads) == 5)
