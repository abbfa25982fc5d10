"""/stats on Slack: bars of text where it was asked, and the picture with its alternative text as a direct message."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.app import App
from bot.config import Config
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.platforms.slack.conftest import configured
from tests.samples import paper


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, papers_file=str(STARTER))


@pytest.mark.parametrize("command", ["/stats", "/dayori 統計"])
async def test_the_asker_gets_bars_of_text_and_the_picture_as_a_direct_message(
    app: App, person: Person, channel: Channel, server: SlackServer, command: str
) -> None:
    answer = text_of(await person.ask(channel, command))
    assert "6本" in answer
    assert "█" in answer
    await server.until(lambda: bool(person.direct.messages))
    ((name, content),) = person.direct.messages[0].files
    assert name == "statistics.png"
    with Image.open(BytesIO(content)) as picture:
        assert picture.width == 1600
    (upload,) = server.uploads.values()
    assert upload.alt.startswith("コレクションの統計: 6本")
    assert channel.messages == []


async def test_a_hostile_tag_mentions_nobody(app: App, person: Person, channel: Channel, server: SlackServer) -> None:
    await app.services.library.add(1, paper(1, tags=["<!channel> `x`"]), "花子")
    answer = str(await person.ask(channel, "/stats"))
    assert "&lt;!channel&gt;" in answer
    assert "<!channel>" not in answer
    await server.until(lambda: bool(person.direct.messages))


async def test_an_app_that_may_not_send_files_says_so_below_the_bars(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    server.scopes.remove("files:write")
    assert "█" in text_of(await person.ask(channel, "/stats"))
    assert person.direct.messages == []
