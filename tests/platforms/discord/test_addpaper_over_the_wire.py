"""Adding papers with the real client over a real socket: form, preview, save."""

from __future__ import annotations

import pytest

from tests.collection import all_papers
from tests.doubles.discord import Channel, DiscordServer, Guild, Member
from tests.doubles.web import Web
from tests.nowhere import SOURCES
from tests.platforms.discord.conftest import StartBot, answered

LINK = "https://arxiv.org/abs/1706.03762v5"
TYPED = {
    "title": "Attention Is All You Need",
    "headline": "Transformerの原論文",
    "date": "2017年6月12日",
    "comment": "すべてはここから。",
    "tags": "Transformer、基礎",
}


async def test_a_link_opens_a_form_with_what_the_link_itself_tells(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
    assert form.modal is not None
    assert form.modal.title == "論文を追加"
    assert list(form.modal.fields) == ["headline", "title", "date", "comment", "tags"]
    assert form.modal.fields["date"]["value"] == "2017-06"
    assert form.elapsed < 0.5


@pytest.mark.usefixtures("free_arxiv")
async def test_an_untouched_date_is_the_sources_full_one_and_the_form_opens_again_with_it(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with Web() as web:
        web.serve("127.0.0.1", web.arxiv)
        web.papers["1706.03762v7"] = {
            "title": "Attention Is All You Need",
            "authors": ["Ashish Vaswani"],
            "published": "2017-06-12T17:57:34Z",
            "abstract": "Only attention.",
        }
        async with start(sources=SOURCES | {"arxiv_url": f"http://127.0.0.1:{web.port}"}):
            form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
            look = await answered(await server.submit(reader, form.modal, {"comment": "すべてはここから。"}))
            again = await server.click(reader, look, "編集")
            same = await answered(await server.submit(reader, again.modal, {}))
            shorter = await answered(await server.submit(reader, again.modal, {"date": "2017-06"}))
            saved = await server.click(reader, shorter, "保存")
    assert form.modal
    assert again.modal
    assert form.modal.fields["date"]["value"] == "2017-06"
    assert "2017年6月12日" in look.embeds[0]["description"]
    values = {name: again.modal.fields[name]["value"] for name in ("title", "date", "comment")}
    assert values == {"title": "Attention Is All You Need", "date": "2017-06-12", "comment": "すべてはここから。"}
    assert same.embeds == look.embeds
    assert "2017年6月12日" not in saved.embeds[0]["description"]
    assert "2017年6月" in saved.embeds[0]["description"]


async def test_a_form_becomes_a_card_to_look_at_and_then_a_paper(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
        look = await answered(await server.submit(reader, form.modal, TYPED))
        saved = await server.click(reader, look, "保存")
        reply = await server.click(reader, saved, "みんなに見せる")
        answer = await server.slash(reader, general, "paper", query="1706.03762", locale="ja")
    assert look.ephemeral
    assert look.controls == ["保存", "編集", "キャンセル"]
    assert saved.content == "保存しました。"
    assert saved.embeds[0]["footer"]["text"] == "1706.03762 ・ 追加: 太郎"
    assert "すべてはここから。" in reply.embeds[0]["description"]
    assert answer.embeds[0]["title"] == "Transformerの原論文"


async def test_what_was_typed_outlives_a_mistake_an_edit_and_a_restart(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
    async with start():
        wrong = await answered(await server.submit(reader, form.modal, TYPED | {"date": "2017-13-45"}))
        again = await server.click(reader, wrong, "編集")
    async with start():
        look = await answered(await server.submit(reader, again.modal, {"date": "2017-06-12"}))
        saved = await server.click(reader, look, "保存")
    assert "2017-13-45" in wrong.content.replace("\\", "")
    assert wrong.controls == ["編集", "キャンセル"]
    assert again.modal is not None
    assert again.modal.fields["comment"]["value"] == "すべてはここから。"
    assert saved.embeds[0]["title"] == "Transformerの原論文"


async def test_a_paper_that_is_there_is_shown_and_not_added(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        reply = await server.slash(reader, general, "addpaper", source="arXiv:2307.08621v3", locale="ja")
        workspace = await app.services.workspaces.named("default")
        count = len(await all_papers(app.services.lookup, workspace))
    assert reply.modal is None
    assert reply.content.startswith("この論文はもう登録されています。")
    assert reply.embeds[0]["footer"]["text"].startswith("retnet")
    assert count == 6


async def test_a_message_that_forwards_another_or_is_a_programs_has_the_links_of_what_it_shows(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    forwarding, programs = general.say(reader, ""), general.say(reader, "")
    forwarding.forwarded = general.say(reader, f"{LINK} を読みたい")
    programs.embeds = [{"type": "rich", "title": "新着", "description": f"[Attention]({LINK}) と感想"}]
    async with start():
        forms = [
            await server.context_menu(reader, message, "Add to papers", locale="ja")
            for message in (forwarding, programs)
        ]
    assert [form.modal.fields["date"]["value"] for form in forms if form.modal] == ["2017-06", "2017-06"]


async def test_a_cancelled_draft_changes_nothing(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
        look = await answered(await server.submit(reader, form.modal, TYPED))
        reply = await server.click(reader, look, "キャンセル")
        workspace = await app.services.workspaces.named("default")
        count = len(await all_papers(app.services.lookup, workspace))
    assert reply.content == "保存しませんでした。"
    assert reply.controls == []
    assert count == 6


async def test_what_is_no_link_is_refused_in_words(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        reply = await server.slash(reader, general, "addpaper", source="@everyone **太字**", locale="ja")
    assert reply.ephemeral
    assert "\\@everyone" in reply.content
    assert "https://arxiv.org/abs/1706.03762" in reply.content


async def test_curators_by_permission_or_role_add_at_once_where_additions_are_theirs(
    server: DiscordServer, start: StartBot, guild: Guild, reader: Member, curator: Member, general: Channel
) -> None:
    helper = guild.member("三郎", roles=["キュレーター"])
    answers = {}
    async with start(additions="curators", curators=("キュレーター",)):
        for person, source in ((reader, "1706.03762"), (curator, "2001.08361"), (helper, "2005.14165")):
            form = await server.slash(person, general, "addpaper", source=source, locale="ja")
            look = await answered(await server.submit(person, form.modal, {"title": f"Paper {source}"}))
            answers[person.user.name] = (await server.click(person, look, look.controls[0])).content
    assert answers["太郎"].startswith("提案しました")
    assert answers["花子"] == answers["三郎"] == "保存しました。"
