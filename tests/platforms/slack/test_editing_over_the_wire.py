"""Editing, removing, undoing and the history of papers on Slack over the wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.app import App, open_app
from bot.config import Config
from bot.domain.paper import Link, Paper, with_changes
from bot.services.digests.subscription_request import SubscriptionRequest
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, View, text_of
from tests.platforms.papers import random_papers
from tests.platforms.slack.adding import LINK, LOOK, add, errors, ids_of, inputs, own_buttons, until_form, workspace_of
from tests.platforms.slack.conftest import Connected, configured, started

FIELDS = ["headline", "title", "date", "comment", "tags", "links", "authors", "venue", "organization"]


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, papers_file=str(STARTER))


@pytest.fixture
def curator(server: SlackServer) -> Person:
    return server.person(1, name="花子", is_admin=True)


@pytest.fixture
def reader(server: SlackServer) -> Person:
    return server.person(2, name="太郎")


async def paper_of(app: App, id: str = "retnet") -> Paper:
    return await app.services.lookup.get(await workspace_of(app), id)


async def edited(person: Person, channel: Channel, id: str = "retnet", **typed: str) -> View:
    """Edit a paper and return the preview."""
    await person.submit(await person.ask_modal(channel, f"/editpaper {id}"), **typed)
    return await person.until_modal(LOOK)


async def test_a_curator_changes_all_that_a_paper_says_in_one_form(app: App, curator: Person, channel: Channel) -> None:
    before = await paper_of(app)
    form = await curator.ask_modal(channel, "/editpaper レトネット")
    assert form.content["title"]["text"] == "論文を編集"
    assert list(inputs(form)) == FIELDS
    assert inputs(form)["date"] == "2023-07-19"
    links = inputs(form)["links"]
    refused = await curator.submit(form, links=f"{links}\ncode example.org")
    assert "example.org" in errors(refused)["links"]
    typed = {"links": f"{links}\nスライド https://example.org/slides", "authors": "Yutao Sun\nLi Dong"}
    await curator.submit(form, comment="読みました。", venue="NeurIPS 2023", **typed)
    look = await curator.until_modal(LOOK, "読みました。", "NeurIPS 2023", "<https://example.org/slides|スライド>")
    assert await paper_of(app) == before
    await curator.submit(look)
    await curator.until_modal("保存しました。")
    after = await paper_of(app)
    assert (after.links[:-1], after.links[-1]) == (before.links, Link("https://example.org/slides", "スライド"))
    assert (after.authors, after.comment) == (("Yutao Sun", "Li Dong"), "読みました。")
    assert (after.title, after.tags, after.excerpt) == (before.title, before.tags, before.excerpt)


async def test_a_text_that_is_too_long_for_the_form_is_left_out_named_and_kept(
    app: App, curator: Person, channel: Channel
) -> None:
    workspace, long = await workspace_of(app), "長" * 2999 + "い👍"
    await app.services.library.edit(workspace, "retnet", None, lambda old: with_changes(old, comment=long))
    form = await curator.ask_modal(channel, "/editpaper retnet")
    assert "comment" not in inputs(form)
    assert "そのまま残る項目: コメント" in text_of(form)
    await curator.submit(form, headline="新しい見出し")
    await curator.submit(await curator.until_modal(LOOK, "新しい見出し"))
    await curator.until_modal("保存しました。")
    assert ((await paper_of(app)).comment, (await paper_of(app)).headline) == (long, "新しい見出し")


async def test_two_curators_editing_one_paper_see_both_versions_and_overwrite_nothing_unasked(
    app: App, curator: Person, server: SlackServer, channel: Channel
) -> None:
    other = server.person(3, name="次郎", is_admin=True)
    second = await edited(other, channel, comment="次郎の感想")
    await curator.submit(await edited(curator, channel, comment="花子の感想"))
    await curator.until_modal("保存しました。")
    await other.submit(second)
    both = await other.until_modal("ほかの人が先にこの論文を変更していました", "花子の感想", "次郎の感想")
    assert text_of(both).index("花子の感想") < text_of(both).index("次郎の感想")
    assert own_buttons(both)[0] == "", "a second click where Save was must not overwrite anything"
    assert (await paper_of(app)).comment == "花子の感想"
    await other.press(both, "自分の内容で上書き")
    await other.until_modal("保存しました。", "次郎の感想")
    assert (await paper_of(app)).comment == "次郎の感想"


async def test_what_was_shown_beside_mine_is_all_that_is_overwritten(
    app: App, curator: Person, channel: Channel
) -> None:
    async def others(comment: str) -> None:
        workspace = await workspace_of(app)
        await app.services.library.edit(workspace, "retnet", "次郎", lambda old: with_changes(old, comment=comment))

    look = await edited(curator, channel, comment="花子の感想")
    await others("一つ目の感想")
    await curator.submit(look)
    both = await curator.until_modal("ほかの人が先に", "一つ目の感想")
    await others("二つ目の感想")
    await curator.press(both, "自分の内容で上書き")
    await curator.until_modal("ほかの人が先に", "二つ目の感想")
    assert (await paper_of(app)).comment == "二つ目の感想"


async def test_a_removed_paper_is_asked_about_once_and_comes_back_by_undo(
    app: App, curator: Person, channel: Channel
) -> None:
    asked = await curator.ask(channel, "/removepaper retnet")
    assert "/dayori undo で元に戻せます" in text_of(asked)
    gone = await curator.press_for(asked, "削除")
    assert gone is asked
    assert "削除しました" in text_of(gone)
    assert "見つかりませんでした" in text_of(await curator.ask(channel, "/editpaper retnet"))
    assert "削除 ・ retnet" in text_of(await curator.ask(channel, "/history retnet"))
    assert "取り消しました: 削除 ・ Transformerの次を狙うアーキテクチャ「RetNet」" in text_of(
        await curator.ask(channel, "/undo")
    )
    assert "https://arxiv.org/abs/2307.08621" in text_of(await curator.ask(channel, "/paper retnet"))


@pytest.mark.parametrize("line", ["/editpaper retnet", "/removepaper retnet", "/editpaper", "/dayori 論文削除 retnet"])
async def test_who_is_no_curator_may_not_change_papers(app: App, reader: Person, channel: Channel, line: str) -> None:
    assert "キュレーターだけ" in text_of(await reader.ask(channel, line))


async def test_who_is_no_curator_any_more_saves_and_removes_nothing(
    app: App, curator: Person, channel: Channel, server: SlackServer, connected: Callable[[], Connected]
) -> None:
    asked = await curator.ask(channel, "/removepaper retnet")
    look = await edited(curator, channel, comment="乗っ取り")
    curator.is_admin = False
    async with connected():  # which knows nobody yet, as after five minutes
        server.sockets.open.reverse()
        await curator.submit(look)
        await curator.until_modal("キュレーターだけ")
        server.sockets.open.reverse()
    assert (await paper_of(app)).comment != "乗っ取り"
    assert asked


async def test_of_several_papers_one_is_chosen_from_a_list(
    app: App, curator: Person, reader: Person, channel: Channel
) -> None:
    lists = {name: await curator.ask(channel, f"/{name} language") for name in ("editpaper", "removepaper", "history")}
    await curator.press(lists["editpaper"], "edit.2")
    form = await until_form(curator)
    await curator.submit(form, comment="選んで直した。")
    await curator.submit(await curator.until_modal(LOOK))
    await curator.until_modal("保存しました。", "選んで直した。")
    id = next(each["accessory"]["value"] for each in lists["removepaper"].blocks[1:] if "remove.2" in str(each))
    assert (await paper_of(app, id)).comment == "選んで直した。"
    assert "選んで直した。" in text_of(await curator.press_for(lists["history"], "history.2"))
    asked = await curator.press_for(lists["removepaper"], "remove.2")
    assert "この論文を削除しますか" in text_of(asked)
    assert id in await ids_of(app)
    await curator.press_for(asked, "削除")
    assert id not in await ids_of(app)


@pytest.mark.parametrize(("command", "shows"), [("editpaper", "コメント"), ("removepaper", "この論文を削除しますか")])
async def test_without_a_query_a_modal_offers_papers_while_one_types(
    app: App, curator: Person, channel: Channel, command: str, shows: str
) -> None:
    asked = await curator.ask_modal(channel, f"/{command}")
    options = await curator.suggest(asked, "complete", "れとね")
    await curator.submit(asked, paper=options[0]["value"])
    await curator.until_modal(shows)


async def test_undo_takes_back_ones_own_last_change_and_offers_others_to_curators(
    app: App, curator: Person, reader: Person, channel: Channel
) -> None:
    await add(curator, channel, "2001.08361", title="Scaling Laws")
    await add(reader, channel, LINK, title="Attention")
    mine = await curator.ask(channel, "/undo")
    assert "取り消しました: 追加 ・ Scaling Laws" in text_of(mine)
    menu = next(each for block in mine.blocks for each in block.get("elements", ()) if each["type"] == "static_select")
    theirs = next(each for each in menu["options"] if "Attention" in each["text"]["text"])
    undone = await curator.press_for(mine, "undo", theirs["value"])
    assert undone is mine
    assert "取り消しました: 追加 ・ Attention" in text_of(undone)
    assert set(await ids_of(app)).isdisjoint({"1706.03762", "2001.08361"})
    nothing = await reader.ask(channel, "/undo")
    assert text_of(nothing) == "取り消せる変更はありません。"


async def test_a_change_is_undone_by_its_number_by_its_author_or_a_curator(
    app: App, curator: Person, reader: Person, channel: Channel
) -> None:
    await add(curator, channel, "2001.08361", title="Scaling Laws")
    history = text_of(await reader.ask(channel, "/history"))
    number = history.partition("*#")[2].partition("*")[0]
    assert "追加 ・ 2001.08361 ・ 花子" in history
    assert "ほかの人" in text_of(await reader.ask(channel, f"/undo {number}"))
    assert "9999" in text_of(await reader.ask(channel, "/undo 9999"))
    assert "「やっぱり」" in text_of(await reader.ask(channel, "/undo やっぱり"))
    assert "取り消しました: 追加 ・ Scaling Laws" in text_of(await curator.ask(channel, f"/undo #{number}"))


async def test_a_known_paper_says_when_and_where_it_was_posted_and_messages_follow_its_edit(
    settings: Config, curator: Person, channel: Channel, server: SlackServer, connected: Callable[[], Connected]
) -> None:
    async with open_app(settings) as app:
        workspace = await workspace_of(app)
        request = SubscriptionRequest("weekly", channel.address, "mon 09:00", (), "ja")
        await app.services.digests.subscribe(workspace, request)
        await app.services.digests.compose_now(workspace, "weekly")
    async with connected():
        await server.until(lambda: channel.messages)
        (message,) = channel.messages
        known = text_of(await curator.ask(channel, "/addpaper 2307.08621"))
        address = f"https://double.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
        assert "この論文はもう登録されています。" in known
        assert "に追加されました" in known
        assert f"<{address}|{address}>" in known
        assert "このリンクを追加" not in known
        server.fault("chat.getPermalink", error="message_not_found")
        assert "この論文はもう登録されています。" in text_of(await curator.ask(channel, "/addpaper 2307.08621"))
        await curator.submit(await edited(curator, channel, comment="直しました。"))
        await curator.until_modal("保存しました。")
        await server.until(lambda: "直しました。" in str(message.blocks))
        await curator.ask(channel, "/undo")
        await server.until(lambda: "直しました。" not in str(message.blocks))
    assert len(channel.messages) == 1


async def test_a_new_link_of_a_known_paper_is_offered_and_added_once(
    connected: Callable[[], Connected], curator: Person, channel: Channel
) -> None:
    link = "https://GitHub.com/Microsoft/unilm/tree/master/retnet"  # as a page it may be another one
    async with connected():
        known = await curator.ask(channel, f"/addpaper {link}")
    async with connected() as app:
        added = await curator.press_for(known, "このリンクを追加")
        assert added is known
        assert "リンクを追加しました。" in text_of(added)
        assert Link(link.replace("GitHub", "github")) in (await paper_of(app)).links


async def test_a_new_link_is_offered_to_those_who_may_add_it(
    settings: Config, server: SlackServer, curator: Person, reader: Person, channel: Channel
) -> None:
    command = "/addpaper https://GitHub.com/Microsoft/unilm/tree/master/retnet"
    async with started(settings.model_copy(update={"additions": "curators"}), server):
        answers = [text_of(await person.ask(channel, command)) for person in (curator, reader)]
    assert ["このリンクを追加" in answer for answer in answers] == [True, False]


async def test_any_paper_fits_into_the_form_which_changes_nothing_by_itself(
    app: App, curator: Person, channel: Channel
) -> None:
    for each in random_papers(6, seed=1):
        added = (await app.services.library.add(await workspace_of(app), each, None)).paper
        form = await curator.ask_modal(channel, f"/editpaper {added.id}")
        await curator.submit(form)
        await curator.submit(await curator.until_modal(LOOK))
        await curator.until_modal("保存しました。")
        assert (await paper_of(app, added.id)).content == added.content
