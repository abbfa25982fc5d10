"""/stats with the real client over a real socket: a picture, its alternative text, and the same as text."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel, DiscordServer, Member
from tests.platforms.discord.conftest import StartBot, answered
from tests.samples import paper


@pytest.mark.parametrize(("locale", "title"), [("ja", "論文だよりの統計"), ("en-US", "Statistics of 論文だより")])
async def test_the_asker_alone_gets_a_picture_with_alternative_text_and_the_numbers_as_text(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, locale: str, title: str
) -> None:
    async with start():
        reply = await answered(await server.slash(reader, general, "stats", locale=locale))
    assert reply.ephemeral
    (upload,) = server.files.values()
    with Image.open(BytesIO(upload.content)) as picture:
        assert (picture.format, picture.width) == ("PNG", 1600)
    assert reply.message
    (attachment,) = reply.message.attachments
    assert "6" in attachment["description"]
    (embed,) = reply.embeds
    assert embed["title"] == title
    assert all(field["value"] for field in embed["fields"])
    assert general.log == {}


async def test_statistics_can_be_shown_to_everyone(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        reply = await answered(await server.slash(reader, general, "stats", locale="ja"))
        shown = await answered(await server.click(reader, reply, "みんなに見せる"))
    assert not shown.ephemeral
    assert "太郎さんが共有しました" in general.last.content
    assert general.last.attachments[0]["filename"] == "statistics.png"
    assert general.last.mentions_allowed == {"parse": []}


async def test_a_hostile_tag_formats_and_mentions_nothing(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named(DEFAULT)
        await app.services.library.add(workspace, paper(1, tags=["**x** <@123456789012345678>"]), "花子")
        reply = await answered(await server.slash(curator, general, "stats", locale="ja"))
    tags = next(field["value"] for field in reply.embeds[0]["fields"] if field["name"] == "タグ")
    assert r"\*\*x\*\* \<\@123456789012345678\>" in tags
