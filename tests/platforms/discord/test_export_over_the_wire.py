"""Papers as a file, with the real client over a real socket."""

from __future__ import annotations

from bot.formats.registry import READERS
from bot.services.workspaces import DEFAULT
from tests.collection import all_papers
from tests.doubles.discord import Channel, DiscordServer, Member
from tests.platforms.discord.conftest import StartBot, answered


async def test_a_search_comes_as_a_file_to_the_asker_alone(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        reply = await answered(
            await server.slash(reader, general, "export", format="yaml", query="retnet", locale="ja")
        )
        workspace = await app.services.workspaces.named(DEFAULT)
        papers = await all_papers(app.services.lookup, workspace, "retnet")
    assert reply.ephemeral
    assert reply.content == f"論文{len(papers)}本のファイルです。"
    (upload,) = server.files.values()
    assert upload.filename == "papers.yaml"
    assert [paper.id for paper in READERS["yaml"](upload.content.decode(), "f")] == [paper.id for paper in papers]


async def test_nothing_found_is_said_and_no_file_is_sent(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        reply = await answered(
            await server.slash(reader, general, "export", format="bibtex", query="qzxvkjw", locale="ja")
        )
    assert reply.content == "論文が見つからなかったので、ファイルはありません。"
    assert not server.files


async def test_a_file_that_would_not_fit_is_refused_with_the_way_out(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    server.attachment_size_limit = 1000
    async with start():
        reply = await answered(await server.slash(reader, general, "export", format="json", locale="en-US"))
    assert "narrow the search" in reply.content
    assert reply.ephemeral
    assert not server.files
