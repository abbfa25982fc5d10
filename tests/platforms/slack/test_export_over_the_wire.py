"""/export on Slack: the file comes as a direct message, where nobody but the asker sees it."""

from __future__ import annotations

import json

import pytest

from bot.app import App
from bot.config import Config
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.platforms.slack.conftest import configured
from tests.samples import paper


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, papers_file=str(STARTER))


async def test_papers_that_a_search_finds_come_as_a_file_that_only_the_asker_gets(
    app: App, person: Person, channel: Channel
) -> None:
    answer = await person.ask(channel, "/export json レトネット")
    assert "ダイレクトメッセージ" in text_of(answer)
    (message,) = person.direct.messages
    ((name, content),) = message.files
    assert (name, message.text) == ("papers.json", "論文1本のファイルです。")
    (exported,) = json.loads(content)["papers"]
    assert "Retentive Network" in exported["title"]
    assert channel.messages == []


async def test_without_a_format_the_collections_own_is_written(app: App, person: Person, channel: Channel) -> None:
    await person.ask(channel, "/dayori 書き出し")
    ((name, content),) = person.direct.messages[0].files
    assert name == "papers.yaml"
    assert content.startswith(b"papers:")


async def test_nothing_found_says_so_and_sends_no_file(app: App, person: Person, channel: Channel) -> None:
    assert "見つからなかった" in text_of(await person.ask(channel, "/export bibtex zzzzqqqq"))
    assert person.direct.messages == []


async def test_a_file_that_is_too_large_is_refused_and_a_narrower_search_is_advised(
    app: App, person: Person, channel: Channel
) -> None:
    papers = [paper(n, comment="長い感想。" * 2_000) for n in range(350)]
    await app.services.importer.run(1, papers, None)
    answer = await person.ask(channel, "/export csv")
    assert "10 MB" in text_of(answer)
    assert person.direct.messages == []


@pytest.mark.parametrize("scope", ["files:write", "im:write"])
async def test_an_app_that_lacks_a_scope_says_which(
    app: App, person: Person, channel: Channel, server: SlackServer, scope: str
) -> None:
    server.scopes.remove(scope)
    assert scope in text_of(await person.ask(channel, "/export json"))


async def test_an_upload_that_fails_half_way_is_told(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    server.fault("files.completeUploadExternal", error="internal_error")
    assert "internal_error" in text_of(await person.ask(channel, "/export json"))
    server.fault("files.getUploadURLExternal", drop=True)
    assert "Slack" in text_of(await person.ask(channel, "/export json"))
    assert person.direct.messages == []


async def test_a_command_that_is_delivered_twice_sends_one_file(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    await person.ask(channel, "/export json")
    await server.sockets.repeat()
    await person.ask(channel, "/random")
    assert len(person.direct.messages) == 1
