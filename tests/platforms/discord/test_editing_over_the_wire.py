"""Editing, removing, undoing and proposing with the real client over a real socket."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from aiohttp.web import Request, StreamResponse

from bot.domain.paper import Link
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission, Reply, UserError
from tests.doubles.web import Web
from tests.nowhere import SOURCES
from tests.platforms.discord.conftest import StartBot, answered, mention

LINK = "https://arxiv.org/abs/1706.03762"


async def test_a_curator_changes_a_paper_in_a_form_with_todays_values(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start():
        form = await server.slash(curator, general, "editpaper", paper="retnet", locale="ja")
        look = await answered(await server.submit(curator, form.modal, {"comment": "読みました。"}))
        saved = await server.click(curator, look, "保存")
        history = await server.slash(curator, general, "history", paper="retnet", locale="ja")
    assert form.modal is not None
    assert form.modal.title == "論文を編集"
    assert form.modal.fields["headline"]["value"] == "Transformerの次を狙うアーキテクチャ「RetNet」"
    assert form.modal.fields["date"]["value"] == "2023-07-19"
    assert "読みました。" in saved.embeds[0]["description"]
    assert "Proposes retention" in saved.embeds[0]["description"]
    assert "花子" in history.embeds[0]["description"]
    assert "コメント: 大規模言語モデル" in history.embeds[0]["description"]


async def test_links_are_changed_in_a_second_form_and_saved_by_save_only(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        before = await app.services.lookup.get(workspace, "retnet")
        form = await server.slash(curator, general, "editpaper", paper="retnet", locale="ja")
        look = await answered(await server.submit(curator, form.modal, {"comment": "読みました。"}))
    async with start() as (app, _):
        details = await server.click(curator, look, "リンクを編集")
        assert details.modal
        links = details.modal.fields["links"]["value"]
        wrong = await answered(await server.submit(curator, details.modal, {"links": f"{links}\ncode example.org"}))
        again = await server.click(curator, wrong, "リンクを編集")
        assert again.modal
        links_text = again.modal.fields["links"]["value"]
        typed = {"links": f"{links}\nスライド https://example.org/slides", "authors": "Yutao Sun\nLi Dong"}
        mended = await answered(await server.submit(curator, again.modal, typed))
        between = await app.services.lookup.get(workspace, "retnet")
        saved = await server.click(curator, mended, "保存")
        after = await app.services.lookup.get(workspace, "retnet")
    assert look.controls == ["保存", "編集", "リンクを編集", "キャンセル"]
    assert list(details.modal.fields) == ["links", "authors", "venue", "organization"]
    assert "はリンクではありません" in wrong.content
    assert wrong.controls == ["編集", "リンクを編集", "キャンセル"]
    assert links_text.endswith("code example.org")
    assert "[スライド](https://example.org/slides)" in mended.embeds[0]["description"]
    assert between == before
    assert saved.content == "保存しました。"
    assert (after.links[:-1], after.links[-1]) == (before.links, Link("https://example.org/slides", "スライド"))
    assert (after.authors, after.comment) == (("Yutao Sun", "Li Dong"), "読みました。")


async def test_two_curators_editing_one_paper_see_both_versions_and_overwrite_nothing(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    other = guild.member("次郎", permissions=Permission.MANAGE_GUILD)
    async with start() as (app, _):
        first = await server.slash(curator, general, "editpaper", paper="retnet", locale="ja")
        second = await server.slash(other, general, "editpaper", paper="retnet", locale="ja")
        looked = await answered(await server.submit(curator, first.modal, {"comment": "花子の感想"}))
        await server.click(curator, looked, "保存")
        late = await answered(await server.submit(other, second.modal, {"comment": "次郎の感想"}))
        both = await server.click(other, late, "保存")
        workspace = await app.services.workspaces.named("default")
        between = (await app.services.lookup.get(workspace, "retnet")).comment
        await server.click(other, both, "自分の内容で上書き")
        after = (await app.services.lookup.get(workspace, "retnet")).comment
    assert "ほかの人が先にこの論文を変更していました" in both.content
    assert ["花子の感想" in both.embeds[0]["description"], "次郎の感想" in both.embeds[1]["description"]] == [
        True,
        True,
    ]
    assert between == "花子の感想"
    assert after == "次郎の感想"


async def test_a_removed_paper_is_asked_about_once_and_comes_back_by_undo(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start():
        question = await server.slash(curator, general, "removepaper", paper="retnet", locale="ja")
        answer = await server.click(curator, question, "削除")
        missing = await server.slash(curator, general, "editpaper", paper="retnet", locale="ja")
        undone = await server.slash(curator, general, "undo", locale="ja")
        back = await server.slash(curator, general, "paper", query="retnet", locale="ja")
    assert f"{mention(server, 'undo')} で元に戻せます" in question.content
    assert "削除しました" in answer.content
    assert missing.modal is None
    assert "見つかりませんでした" in missing.content
    assert "取り消しました: 削除 ・ Transformerの次を狙うアーキテクチャ「RetNet」 ・ 花子" in undone.content
    assert back.embeds[0]["url"] == "https://arxiv.org/abs/2307.08621"


async def test_undo_takes_back_ones_own_change_and_nobody_elses(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, reader: Member, general: Channel
) -> None:
    namesake = guild.member("花子2")
    async with start():
        form = await server.slash(curator, general, "addpaper", source=LINK, locale="ja")
        await server.click(
            curator, await answered(await server.submit(curator, form.modal, {"title": "Attention"})), "保存"
        )
        refused = await server.slash(namesake, general, "undo", locale="ja")
        offered = await server.autocomplete(curator, general, "undo", "change", "", locale="ja")
        history = await server.slash(reader, general, "history", locale="ja")
        others = await server.slash(reader, general, "undo", change=offered.values[0], locale="ja")
        answer = await server.slash(curator, general, "undo", locale="ja")
    assert offered.names[0].startswith(f"#{offered.values[0]} ")
    assert history.embeds[0]["description"].startswith(f"**#{offered.values[0]}** <t:")
    assert refused.content == "取り消せる変更はありません。"
    assert "ほかの人" in others.content
    assert "追加 ・ Attention" in answer.content


async def test_who_is_no_curator_is_offered_and_may_undo_what_is_their_own_and_is_told_what_is_wrong_else(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        for person, source in ((curator, "2001.08361"), (reader, LINK)):
            form = await server.slash(person, general, "addpaper", source=source, locale="ja")
            look = await answered(await server.submit(person, form.modal, {"title": f"Paper {source}"}))
            await server.click(person, look, "保存")
        offered = await server.autocomplete(reader, general, "undo", "change", "", locale="ja")
        every = await server.autocomplete(curator, general, "undo", "change", "", locale="ja")
        own_change = offered.values[0]
        unknown = await server.slash(reader, general, "undo", change=9999, locale="ja")
        theirs = await server.slash(reader, general, "undo", change=every.values[1], locale="ja")
        workspace = await app.services.workspaces.named("default")
        changed = lambda paper: replace(paper, headline="改")  # noqa: E731
        await app.services.library.edit(workspace, "1706.03762", None, changed)
        since = await server.slash(reader, general, "undo", change=own_change, locale="ja")
        await server.slash(curator, general, "undo", change=int(own_change) + 1, locale="ja")
        undone = await server.slash(reader, general, "undo", change=own_change, locale="ja")
        again = await server.slash(reader, general, "undo", change=own_change, locale="ja")
    assert len(offered.values) == 1
    assert len(every.values) == 3
    assert "9999" in unknown.content
    assert "ありません" in unknown.content
    assert "ほかの人" in theirs.content
    assert "そのあと変更されている" in since.content
    assert "取り消しました: 追加 ・ Paper" in undone.content
    assert "すでに" in again.content or "もう" in again.content


@pytest.mark.parametrize(("command", "locale"), [("editpaper", "ja"), ("removepaper", "ja"), ("history", "ja")])
async def test_a_paper_is_named_by_a_word_an_id_or_a_link(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, command: str, locale: str
) -> None:
    def is_retnet(reply: Reply) -> bool:
        if reply.modal:
            return bool(reply.modal.fields["title"]["value"].startswith("Retentive Network"))
        return "retnet" in str(reply.embeds[0])

    async with start():
        for named in ("レトネット", "arXiv:2307.08621v2", "https://arxiv.org/pdf/2307.08621", "retnet"):
            assert is_retnet(await server.slash(curator, general, command, paper=named, locale=locale)), named
        none = await server.slash(curator, general, command, paper="zzzzqqqq", locale=locale)
    assert "「zzzzqqqq」に当てはまる論文は見つかりませんでした" in none.content


async def test_of_several_papers_one_is_chosen_from_a_menu(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        questions = [
            await server.slash(curator, general, command, paper="language", locale="ja")
            for command in ("editpaper", "removepaper", "history")
        ]
        ids = [option["value"] for option in questions[0].components[0]["components"][0]["options"]]
        form = await server.select(curator, questions[0], "dayori:choose:edit", [ids[1]])
        look = await answered(await server.submit(curator, form.modal, {"comment": "選んで直した。"}))
        saved = await server.click(curator, look, "保存")
        removing = await server.select(curator, questions[1], "dayori:choose:remove", [ids[1]])
        history = await server.select(curator, questions[2], "dayori:choose:history", [ids[1]])
        refused = await server.slash(reader, general, "removepaper", paper="language", locale="ja")
        workspace = await app.services.workspaces.named("default")
        assert (await app.services.lookup.get(workspace, ids[1])).comment == "選んで直した。"
    assert len(ids) > 1
    assert "選んで直した。" in saved.embeds[0]["description"]
    assert removing.controls == ["削除"]
    assert "選んで直した。" in history.embeds[0]["description"]
    assert "キュレーターだけ" in refused.content


@pytest.mark.parametrize("command", ["editpaper", "removepaper"])
async def test_who_is_no_curator_may_not_change_papers(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, command: str
) -> None:
    async with start():
        refused = await server.slash(reader, general, command, paper="retnet", locale="ja")
    assert "キュレーターだけ" in refused.content


async def test_a_message_with_one_link_opens_the_form_of_that_paper(
    server: DiscordServer, start: StartBot, guild: Guild, reader: Member, general: Channel
) -> None:
    async with start():
        form = await server.context_menu(reader, general.say(reader, f"これ読みたい {LINK}、どう?"), "Add to papers")
        duplicate = await server.context_menu(
            reader, general.say(reader, "https://arxiv.org/pdf/2307.08621v4"), "Add to papers"
        )
        none = await server.context_menu(reader, general.say(reader, "リンクなし"), "Add to papers", locale="ja")
    assert form.modal is not None
    assert form.modal.fields["date"]["value"] == "2017-06"
    assert duplicate.embeds[0]["footer"]["text"].startswith("retnet")
    assert none.content == "このメッセージにはリンクがありません。"


async def test_a_message_with_several_links_asks_which(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    links = f"{LINK} と https://openreview.net/forum?id=abcdefgh と {LINK}"
    async with start():
        question = await server.context_menu(reader, general.say(reader, links), "Add to papers", locale="ja")
        options = question.components[0]["components"][0]["options"]
        form = await server.select(reader, question, "dayori:which", [options[1]["value"]])
    assert [option["label"] for option in options] == [LINK, "https://openreview.net/forum?id=abcdefgh"]
    assert form.modal is not None


@pytest.mark.usefixtures("free_arxiv")
async def test_a_form_from_a_menu_of_links_shows_that_work_goes_on(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with Web() as web:
        release = asyncio.Event()

        async def slow(request: Request) -> StreamResponse:
            await release.wait()
            return await web.arxiv(request)

        web.serve("127.0.0.1", slow)
        web.papers["1706.03762v7"] = {
            "title": "Attention Is All You Need",
            "authors": ["Ashish Vaswani"],
            "published": "2017-06-12T17:57:34Z",
            "abstract": "Only attention.",
        }
        async with start(sources=SOURCES | {"arxiv_url": f"http://127.0.0.1:{web.port}"}):
            links = general.say(reader, f"{LINK} と https://openreview.net/forum?id=abcdefgh")
            question = await server.context_menu(reader, links, "Add to papers", locale="ja")
            form = await server.select(reader, question, "dayori:which", [LINK])
            working = await server.submit(reader, form.modal, {"comment": "読みたい"}, locale="ja")
            release.set()
            look = await working.next()
    assert working.content == f"{LINK} を調べています…"
    assert working.controls == []
    assert working.message is look.message is question.message
    assert look.embeds[0]["title"] == "Attention Is All You Need"
    assert look.controls == ["保存", "編集", "キャンセル"]


async def test_what_others_add_waits_for_a_curator_and_its_proposer_is_told(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start(additions="curators"):
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention Is All You Need"}))
        proposed = await server.click(reader, look, "提案")
        before = await server.slash(reader, general, "papers", tag="x", locale="ja")
        refused = await server.slash(reader, general, "inbox", locale="ja")
        card = await server.slash(curator, general, "inbox", locale="ja")
        empty = await answered(await server.click(curator, card, "採用"))
        await server.until(lambda: server.direct(reader).messages)
        result = await server.slash(reader, general, "paper", query="1706.03762", locale="ja")
    assert "提案しました" in proposed.content
    assert before.embeds == []
    assert "キュレーターだけ" in refused.content
    assert "太郎さんの提案" in card.content
    assert card.controls == ["採用", "編集", "却下", "あとで"]
    assert empty.content == "「Attention Is All You Need」を採用しました。\n受信箱は空です。"
    assert empty.controls == ["取り消し"]
    assert "提案した論文が追加されました" in server.direct(reader).messages[0].content
    assert result.embeds[0]["footer"]["text"] == "1706.03762 ・ 追加: 太郎"


async def test_a_proposer_is_told_once_though_discord_seemed_to_fail(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    direct = server.direct(reader)
    server.fault("POST", f"/channels/{direct.id}/messages$", status=502, applied=True)
    async with start(additions="curators"):
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention Is All You Need"}))
        await server.click(reader, look, "提案")
        await server.click(curator, await server.slash(curator, general, "inbox", locale="ja"), "採用")
        await server.until(lambda: len(server.sent("POST", f"/channels/{direct.id}/messages")) == 2)
    assert len(direct.messages) == 1


async def test_a_proposal_is_mended_or_rejected(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    reader.user.accepts_direct = False
    async with start(additions="curators"):
        for source, title in ((LINK, "Atention"), ("2001.08361", "Scaling Laws")):
            form = await server.slash(reader, general, "addpaper", source=source, locale="ja")
            await server.click(
                reader, await answered(await server.submit(reader, form.modal, {"title": title})), "提案"
            )
        card = first = await server.slash(curator, general, "inbox", locale="ja")
        mending = await server.click(curator, card, "編集")
        look = await answered(await server.submit(curator, mending.modal, {"title": "Attention Is All You Need"}))
        card = await server.click(curator, look, "保存")
        assert card.content == "「Attention Is All You Need」を採用しました。\n\n太郎さんの提案です。"
        empty = await answered(await server.click(curator, card, "却下"))
        mended = await server.slash(reader, general, "paper", query="1706.03762", locale="ja")
        result = await server.slash(reader, general, "paper", query="2001.08361", locale="ja")
    assert first.content == "太郎さんの提案です。\nほかに1件が判断を待っています。"
    assert mended.embeds[0]["title"] == "Attention Is All You Need"
    assert empty.content == "「Scaling Laws」を却下しました。\n受信箱は空です。"
    assert "見つかりませんでした" in result.content


async def test_another_persons_draft_cannot_be_pressed(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start():
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention"}))
        with pytest.raises(UserError):
            await server.click(curator, look, "保存")
