"""Duplicate papers, and posted digests that follow an edit, with the real client over a real socket."""

from __future__ import annotations

from tests.collection import all_papers
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission
from tests.platforms.discord.conftest import StartBot, answered


async def test_a_known_paper_says_when_and_where_it_was_posted(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    channel = guild.channel("論文")
    async with start():
        await server.slash(curator, general, "digest subscribe", channel=channel, schedule="月 09:00", locale="ja")
        await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
        duplicate = await server.slash(curator, general, "addpaper", source="2307.08621", locale="ja")
    assert "に追加されました" in duplicate.content
    assert f"https://discord.com/channels/{guild.id}/{channel.id}/{channel.messages[0].id}" in duplicate.content
    assert duplicate.controls == ["みんなに見せる"]


async def test_where_a_paper_was_posted_is_told_of_the_own_server_though_another_had_it_later(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    other = server.add_guild("隣の研究室")
    neighbour = other.member("次郎", permissions=Permission.MANAGE_GUILD)
    async with start():
        for person, place in ((curator, general), (neighbour, other.channel("general"))):
            await server.slash(person, place, "digest subscribe", channel=place, schedule="月 09:00", locale="ja")
            await (await server.slash(person, place, "digest post", locale="ja")).next()
        duplicate = await server.slash(curator, general, "addpaper", source="2307.08621", locale="ja")
    assert f"https://discord.com/channels/{guild.id}/{general.id}/{general.last.id}" in duplicate.content


async def test_a_new_link_of_a_known_paper_is_offered_and_added(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    link = "https://huggingface.co/papers/2307.08621"
    async with start():
        form = await server.slash(curator, general, "addpaper", source="https://example.com/blog", locale="ja")
        look = await answered(await server.submit(curator, form.modal, {"title": "A Blog Post"}))
        await server.click(curator, look, "保存")
        duplicate = await server.slash(curator, general, "addpaper", source=link, locale="ja")
    assert duplicate.embeds[0]["footer"]["text"].startswith("retnet")
    assert duplicate.controls == ["みんなに見せる"]


async def test_a_new_link_is_offered_to_those_who_may_add_it(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    link = "https://GitHub.com/Microsoft/unilm/tree/master/retnet"
    async with start(additions="curators"):
        answers = [
            await server.slash(person, general, "addpaper", source=link, locale="ja") for person in (curator, reader)
        ]
    assert [answer.controls for answer in answers] == [["みんなに見せる", "このリンクを追加"], ["みんなに見せる"]]


async def test_a_paper_of_the_same_title_is_asked_about_and_never_merged(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    title = "Retentive Network: A Successor to Transformer for Large Language Models"
    async with start() as (app, _):
        form = await server.slash(curator, general, "addpaper", source="10.1000/182", locale="ja")
        look = await answered(await server.submit(curator, form.modal, {"title": title}))
        question = await server.click(curator, look, "保存")
        workspace = await app.services.workspaces.named("default")
        before = len(await all_papers(app.services.lookup, workspace))
        saved = await server.click(curator, question, "別の論文として追加")
        after = len(await all_papers(app.services.lookup, workspace))
    assert "同じタイトルの論文" in question.content
    assert question.embeds[0]["footer"]["text"].startswith("retnet")
    assert saved.content == "保存しました。"
    assert (before, after) == (6, 7)


async def test_the_posted_digest_follows_an_edited_paper(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    channel = guild.channel("論文")
    async with start() as (_, client):
        await client.message_updates.update()
        await server.slash(curator, general, "digest subscribe", channel=channel, schedule="月 09:00", locale="ja")
        await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
        before, listed = channel.messages[0].embeds, channel.messages[0].content.split("\n")
        form = await server.slash(curator, general, "editpaper", paper="chatqa", locale="ja")
        look = await answered(
            await server.submit(curator, form.modal, {"comment": "直しました。", "headline": "新しい見出し"})
        )
        await server.click(curator, look, "保存")
        await server.until(lambda: "直しました。" in channel.messages[0].embeds[-1]["description"])
        again = await client.message_updates.update()
    assert channel.messages[0].embeds[:-1] == before[:-1]
    assert channel.messages[0].embeds[-1]["footer"] == before[-1]["footer"]
    relisted = channel.messages[0].content.split("\n")
    assert relisted[:-1] == listed[:-1]
    assert "新しい見出し" in relisted[-1]
    assert "新しい見出し" not in listed[-1]
    assert len(channel.messages) == 1
    assert again == 0
