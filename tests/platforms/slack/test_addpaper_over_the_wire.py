"""Adding papers on Slack over the wire: a link, a form, a preview, saved; all in one modal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from aiohttp.web import Request, StreamResponse

from bot.app import App
from bot.config import Config
from bot.platforms.slack.manifest import ADD_SHORTCUT
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.doubles.web import Web
from tests.nowhere import SOURCES
from tests.platforms.slack.adding import (
    LINK,
    LOOK,
    TYPED,
    add,
    errors,
    ids_of,
    inputs,
    look_at,
    own_buttons,
    until_form,
)
from tests.platforms.slack.conftest import Connected, configured, started

KNOWN = "https://arxiv.org/pdf/2307.08621v4"


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, papers_file=str(STARTER))


async def test_a_link_opens_a_form_with_what_the_link_itself_tells(app: App, person: Person, channel: Channel) -> None:
    form = await person.ask_modal(channel, f"/addpaper {LINK}")
    assert form.content["title"]["text"] == "論文を追加"
    assert list(inputs(form)) == ["headline", "title", "date", "comment", "tags"]
    assert inputs(form)["date"] == "2017-06"
    assert LINK in text_of(form)


async def test_a_form_becomes_a_card_to_look_at_and_then_a_paper(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    look = await look_at(person, channel, **TYPED | {"comment": "すべては<!channel> & ここから。"})
    assert own_buttons(look) == ("保存", "キャンセル")
    assert "2017年6月12日" in text_of(look)
    assert "&lt;!channel&gt; &amp; ここから。" in text_of(look)
    assert "1706.03762" not in await ids_of(app)
    await person.submit(look)
    saved = await person.until_modal("保存しました。", "Transformerの原論文", "追加: 佐藤")
    await person.press(saved, "show")
    await person.until_modal("チャンネルに投稿しました")
    await server.until(lambda: channel.messages)
    assert "Transformerの原論文" in channel.messages[0].text
    assert "すべては" in text_of(await person.ask(channel, "/paper 1706.03762"))


@pytest.mark.usefixtures("free_arxiv")
async def test_the_source_is_looked_up_while_one_types_and_its_date_and_title_stand_in_the_form_then(
    config: Config, server: SlackServer, person: Person, channel: Channel
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
        sources = SOURCES | {"arxiv_url": f"http://127.0.0.1:{web.port}"}
        async with started(configured(config, server, sources=sources), server):
            form = await person.ask_modal(channel, f"/addpaper {LINK}")
            await person.submit(form, comment="読みたい")
            waiting = await person.until_modal(f"{LINK} を調べています…")
            assert own_buttons(waiting)[0] == ""
            release.set()
            look = await person.until_modal(LOOK)
            assert "2017年6月12日" in text_of(look)
            assert "Ashish Vaswani" in text_of(look)
            shown_first = text_of(look)
            await person.press(look, "編集")
            form = await until_form(person)
            shown = {name: inputs(form)[name] for name in ("title", "date", "comment")}
            await person.submit(form)
            same = await person.until_modal(LOOK)
            assert text_of(same) == shown_first
    assert shown == {"title": "Attention Is All You Need", "date": "2017-06-12", "comment": "読みたい"}


async def test_a_date_that_is_none_is_told_below_its_input_at_once(app: App, person: Person, channel: Channel) -> None:
    form = await person.ask_modal(channel, f"/addpaper {LINK}")
    refused = await person.submit(form, **TYPED | {"date": "2017-13-45"})
    assert "2017-13-45" in errors(refused)["date"]
    await person.submit(form, **TYPED)
    await person.until_modal(LOOK)


async def test_a_missing_title_brings_the_form_back_with_what_was_typed(
    app: App, person: Person, channel: Channel
) -> None:
    form = await person.ask_modal(channel, "/addpaper https://example.org/nothing")
    await person.submit(form, comment="長い感想", headline="見出し")
    again = await person.until_modal("⚠️")
    assert "タイトル" in text_of(again)
    assert (inputs(again)["comment"], inputs(again)["headline"]) == ("長い感想", "見出し")
    await person.submit(again, title="A Title")
    await person.submit(await person.until_modal(LOOK, "A Title"))
    await person.until_modal("保存しました。", "長い感想")


async def test_every_step_works_after_a_restart(
    connected: Callable[[], Connected], person: Person, channel: Channel
) -> None:
    async with connected():
        form = await person.ask_modal(channel, f"/addpaper {LINK}")
    async with connected():
        await person.submit(form, **TYPED)
        look = await person.until_modal(LOOK)
    async with connected():
        await person.press(look, "編集")
        form = await until_form(person)
    async with connected():
        assert inputs(form)["comment"] == "すべてはここから。"
        await person.submit(form, comment="やはりここから。")
        look = await person.until_modal(LOOK, "やはりここから。")
    async with connected():
        await person.submit(look)
        saved = await person.until_modal("保存しました。", "やはりここから。")
    async with connected():
        await person.press(saved, "show")
        await person.server.until(lambda: channel.messages)


async def test_without_a_link_a_modal_asks_for_it_and_the_form_follows_there(
    app: App, person: Person, channel: Channel
) -> None:
    asked = await person.ask_modal(channel, "/addpaper")
    refused = await person.submit(asked, source="論文です")
    assert "https://arxiv.org/abs/1706.03762" in errors(refused)["source"]
    await person.submit(asked, source="arXiv:1706.03762")
    await person.server.until(lambda: "headline" in inputs(asked))
    assert inputs(asked)["date"] == "2017-06"
    await person.submit(asked, **TYPED)
    await person.submit(await person.until_modal(LOOK))
    await person.until_modal("保存しました。")


async def test_words_after_the_link_stand_in_the_form_as_the_comment(
    app: App, person: Person, channel: Channel
) -> None:
    form = await person.ask_modal(channel, f"/addpaper <{LINK}> ぜひ読みたい。 来週話そう")
    assert inputs(form)["comment"] == "ぜひ読みたい。 来週話そう"
    await person.submit(form, title="Attention")
    await person.submit(await person.until_modal(LOOK))
    await person.until_modal("保存しました。", "来週話そう")
    await person.ask_modal(channel, f"/addpaper {LINK} https://example.org/a")
    await person.until_modal("どのリンクを追加しますか？")


async def test_a_link_that_is_none_is_refused_in_words(app: App, person: Person, channel: Channel) -> None:
    refused = await person.ask(channel, "/addpaper <!channel> *太字*")
    assert "https://arxiv.org/abs/1706.03762" in text_of(refused)
    assert person.modal is None


async def test_a_paper_of_the_same_title_is_asked_about_and_never_merged(
    app: App, person: Person, channel: Channel
) -> None:
    title = "Retentive Network: A Successor to Transformer for Large Language Models"
    look = await look_at(person, channel, "10.1000/182", title=title)
    await person.submit(look)
    asked = await person.until_modal("同じタイトルの論文", "retnet")
    assert own_buttons(asked)[0] == "", "a second click where Save was must not answer this"
    assert len(await ids_of(app)) == 6
    await person.press(asked, "別の論文として追加")
    await person.until_modal("保存しました。")
    assert len(await ids_of(app)) == 7


async def test_a_cancelled_draft_changes_nothing_and_is_gone(app: App, person: Person, channel: Channel) -> None:
    title = "Retentive Network: A Successor to Transformer for Large Language Models"
    await person.submit(await look_at(person, channel, "10.1000/182", title=title))
    asked = await person.until_modal("同じタイトルの論文")
    before = list(asked.blocks)
    await person.press(asked, "キャンセル")
    gone = await person.until_modal("保存しませんでした。")
    gone.content["blocks"] = before
    await person.press(gone, "別の論文として追加")
    await person.until_modal("この下書きはもう残っていません")
    assert len(await ids_of(app)) == 6


async def test_where_additions_are_the_curators_others_propose_and_are_told_what_waits(
    config: Config, server: SlackServer, person: Person, channel: Channel
) -> None:
    curator, other = server.person(2, name="花子", is_admin=True), server.person(3, name="次郎")
    settings = configured(config, server, additions="curators", curators=())
    async with started(settings, server) as app:
        look = await look_at(person, channel)
        late = await look_at(other, channel)
        await person.submit(look)
        await person.until_modal("提案しました。")
        await other.submit(late)
        await other.until_modal("この論文は佐藤さんが", "キュレーターの判断を待っています")
        assert "佐藤さんが" in text_of(await other.ask(channel, f"/addpaper {LINK}"))
        assert "もう提案済み" in text_of(await person.ask(channel, f"/addpaper {LINK}"))
        assert await ids_of(app) == []
        await add(curator, channel)
        assert await ids_of(app) == ["1706.03762"]


async def test_a_message_with_one_link_opens_the_form_of_that_paper(app: App, person: Person, channel: Channel) -> None:
    await person.use_shortcut(channel, ADD_SHORTCUT, {"text": f"これ読みたい <{LINK}|arxiv.org>、どう?"})
    form = await until_form(person)
    assert inputs(form)["date"] == "2017-06"
    person.close()
    await person.use_shortcut(channel, ADD_SHORTCUT, {"text": "", "attachments": [{"from_url": KNOWN}]})
    await person.server.until(lambda: person.reads)
    assert "この論文はもう登録されています" in text_of(person.reads[-1])
    await person.use_shortcut(channel, ADD_SHORTCUT, {"text": "リンクなし"})
    await person.server.until(lambda: "このメッセージにはリンクがありません。" in text_of(person.reads[-1]))


async def test_a_message_that_shares_another_or_is_a_programs_has_the_links_of_what_it_shows(
    app: App, person: Person, channel: Channel
) -> None:
    place = "https://team.slack.com/archives/C0DOUBLE01/p1700000000000100"
    shared = {"is_msg_unfurl": True, "is_share": True, "from_url": place, "text": f"<{LINK}> を読みたい"}
    feed = {"title": "新着", "text": f"Attention (<{LINK}|arXiv>)"}
    for message in ({"text": "", "attachments": [shared]}, {"text": f"<{place}>", "attachments": [shared]}):
        await person.use_shortcut(channel, ADD_SHORTCUT, message)
        assert inputs(await until_form(person))["date"] == "2017-06"
        person.close()
    await person.use_shortcut(channel, ADD_SHORTCUT, {"text": "", "attachments": [feed]})
    assert inputs(await until_form(person))["date"] == "2017-06"


async def test_a_message_with_several_links_asks_which_also_after_a_restart(
    connected: Callable[[], Connected], person: Person, channel: Channel
) -> None:
    page = "https://example.org/search?a=1&b=2"
    text = f"<{LINK}> と <{page.replace('&', '&amp;')}> と <{KNOWN}>"
    async with connected():
        await person.use_shortcut(channel, ADD_SHORTCUT, {"text": text})
        asked = await person.until_modal("どのリンクを追加しますか？", "example.org")
    async with connected() as app:
        await person.press(asked, "add.1")
        form = await until_form(person)
        await person.submit(form, title="A Page")
        await person.submit(await person.until_modal(LOOK))
        await person.until_modal("保存しました。")
        workspace = await app.services.workspaces.named("default")
        found = await app.services.lookup.find(workspace, "A Page")
    assert found.papers[0].url == page


async def test_another_persons_draft_cannot_be_saved(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    other = server.person(2)
    look = await look_at(person, channel)
    server.views.modals[other.id] = look
    await other.submit(look)
    await other.until_modal("これはほかの人の下書きです")
    assert "1706.03762" not in await ids_of(app)


async def test_a_reader_of_english_is_answered_in_english(app: App, server: SlackServer, channel: Channel) -> None:
    reader = server.person(2, locale="en-GB")
    form = await reader.ask_modal(channel, f"/addpaper {LINK}")
    refused = await reader.submit(form, date="someday")
    assert "is not a date" in errors(refused)["date"] or "date" in errors(refused)["date"]
    await reader.submit(form, **TYPED)
    look = await reader.until_modal("This is how it will look:")
    assert own_buttons(look) == ("Save", "Cancel")
