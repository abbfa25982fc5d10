"""/feed with the real client over a real socket: a look at what comes in, and then what was shown is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.web import Request, Response, StreamResponse

from bot.app import App
from bot.domain.feed_filter import FeedFilter
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission
from tests.doubles.web import Web
from tests.platforms.discord.conftest import StartBot, answered, mention
from tests.platforms.feeds import FEEDS, golden_feeds

Feeds = tuple[Web, str, dict[str, Any]]


@pytest.fixture
async def web() -> AsyncIterator[Feeds]:
    async with golden_feeds() as feeds:
        yield feeds


async def filters(app: App) -> dict[str, FeedFilter]:
    workspace = await app.services.workspaces.named("default")
    return {each.name: each.filter for each in await app.services.feeds.management.all(workspace)}


async def test_a_feed_is_looked_at_and_added_as_shown(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    internet, address, sources = web
    url = f"{address}/arxiv.xml"
    async with start(sources=sources) as (app, _):
        look = await answered(
            await server.slash(curator, general, "feed add", url=url, exclude="survey、review", locale="ja")
        )
        before = await filters(app)
        added = await server.click(curator, look, "追加")
        listed = await server.slash(curator, general, "feed list", locale="ja")
        after = await filters(app)
    assert look.ephemeral
    assert look.content == "このフィードを「cs.CL」として追加しますか？"
    assert look.controls == ["追加", "編集", "キャンセル"]
    text = look.embeds[0]["description"]
    assert "4件のうち、候補になるのは1件、外れるのは3件" in text
    assert "除外の条件「survey」に当たる: 1" in text
    assert "Sleepy Diffusion" in text
    assert (before, after) == ({}, {"cs.CL": FeedFilter(exclude=("survey", "review"))})
    assert added.content.startswith("「cs.CL」を追加しました。条件に合う最新の論文を、5本まで受信箱に入れました。")
    assert added.controls == []
    assert f"<{url}>" in listed.embeds[0]["description"]
    assert "まもなく読み込みます。" not in listed.embeds[0]["description"]
    assert internet.hosts() == ["127.0.0.1"]


async def test_the_buttons_work_after_a_restart_and_a_second_press_adds_nothing(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    _, address, sources = web
    async with start(sources=sources):
        look = await answered(await server.slash(curator, general, "feed add", url=f"{address}/blog.xml", locale="ja"))
    async with start(sources=sources) as (app, _):
        form = await server.click(curator, look, "編集")
        wrong = await answered(await server.submit(curator, form.modal, {"include": "(a"}))
        again = await server.click(curator, wrong, "編集")
        newer = await answered(await server.submit(curator, again.modal, {"include": "a", "name": "lab"}))
    async with start(sources=sources) as (app, _):
        presses = [server.click(curator, newer, "追加") for _ in range(2)]
        replies = await asyncio.gather(*presses)
        kept = await filters(app)
    assert form.modal
    assert again.modal
    assert list(form.modal.fields) == ["name", "include", "exclude", "authors", "tags"]
    assert "括弧が閉じていません" in wrong.content
    assert again.modal.fields["include"]["value"] == "(a"
    assert all(reply.content.startswith("「lab」を追加しました。") for reply in replies)
    assert kept == {"lab": FeedFilter(include=("a",))}


async def test_a_page_whose_feed_is_found_is_followed(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    internet, address, sources = web
    page = f'<!DOCTYPE html><html><head><link rel="alternate" type="application/atom+xml" href="{address}/blog.xml">'
    from tests.doubles.web import Page

    internet.put("127.0.0.1/lab", Page(page.encode(), "text/html"))
    async with start(sources=sources):
        look = await answered(await server.slash(curator, general, "feed add", url=f"{address}/lab", locale="en-US"))
        none = await answered(
            await server.slash(curator, general, "feed add", url=f"{address}/page.html", locale="en-US")
        )
    assert look.embeds[0]["url"] == f"{address}/blog.xml"
    assert "answered with a web page, not with a feed" in none.content


async def test_a_filter_is_changed_after_a_look_at_its_effect(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    _, address, sources = web
    async with start(sources=sources) as (app, _):
        look = await answered(await server.slash(curator, general, "feed add", url=f"{address}/arxiv.xml", locale="ja"))
        await server.click(curator, look, "追加")
        form = await server.slash(curator, general, "feed edit", name="cs.CL", locale="ja")
        effect = await answered(
            await server.submit(curator, form.modal, {"exclude": "survey\nreview", "tags": "cs.CL"})
        )
        before = await filters(app)
        saved = await server.click(curator, effect, "保存")
        after = await filters(app)
        cancelled = await server.slash(curator, general, "feed edit", name="cs.CL", locale="ja")
        other = await answered(await server.submit(curator, cancelled.modal, {"exclude": ""}))
        nothing = await server.click(curator, other, "キャンセル")
    assert form.modal
    assert list(form.modal.fields) == ["include", "exclude", "authors", "tags"]
    assert effect.content == "「cs.CL」の条件をこのように変えますか？"
    assert "直近の4件のうち、これまでの条件では2件、新しい条件では1件" in effect.embeds[0]["description"]
    assert (before, after) == ({"cs.CL": FeedFilter()}, {"cs.CL": FeedFilter((), ("survey", "review"), (), ("cs.CL",))})
    assert saved.content.startswith("「cs.CL」の条件を保存しました。")
    assert nothing.content == "何も変更していません。"


async def test_a_feed_is_tried_by_name_or_address_and_nothing_is_kept(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    _, address, sources = web
    async with start(sources=sources) as (app, _):
        reply = await answered(
            await server.slash(
                curator, general, "feed test", feed=f"{address}/arxiv.xml", include="diffusion", locale="ja"
            )
        )
        unknown = await server.slash(curator, general, "feed test", feed="cs.CL", locale="ja")
        kept = await filters(app)
    assert "候補になるのは2件" in reply.embeds[0]["description"]
    assert reply.controls == []
    assert mention(server, "feed add") in unknown.content
    assert kept == {}


async def test_a_feed_is_paused_resumed_and_removed_after_a_question(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    _, address, sources = web
    async with start(sources=sources) as (app, _):
        look = await answered(await server.slash(curator, general, "feed add", url=f"{address}/blog.xml", name="lab"))
        await server.click(curator, look, "追加")
        names = await server.autocomplete(curator, general, "feed pause", "name", "LA", locale="ja")
        paused = await server.slash(curator, general, "feed pause", name="lab", locale="ja")
        listed = await server.slash(curator, general, "feed list", name="lab", locale="ja")
        resumed = await server.slash(curator, general, "feed resume", name="lab", locale="ja")
        asked = await server.slash(curator, general, "feed remove", name="lab", locale="ja")
        still = await filters(app)
        removed = await server.click(curator, asked, "削除")
        empty = await server.slash(curator, general, "feed list", locale="ja")
    assert names.values == ["lab"]
    assert mention(server, "feed resume") in paused.content
    assert "一時停止中（<t:" in listed.embeds[0]["description"]
    assert resumed.content == "「lab」の読み込みを再開しました。"
    assert "受信箱" in asked.content or "残ります" in asked.content
    assert list(still) == ["lab"]
    assert removed.content.startswith("「lab」を削除しました。")
    assert empty.content == f"フィードはまだありません。{mention(server, 'feed add')} で追加できます。"


async def test_a_reader_sees_and_changes_nothing(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel, guild: Guild, web: Feeds
) -> None:
    internet, address, sources = web
    async with start(sources=sources) as (app, _):
        look = await answered(await server.slash(curator, general, "feed add", url=f"{address}/blog.xml", name="lab"))
        await server.click(curator, look, "追加")
        asked = len(internet.asked)
        replies = [
            await server.slash(reader, general, "feed add", url=f"{address}/arxiv.xml", locale="ja"),
            await server.slash(reader, general, "feed list", locale="ja"),
            await server.slash(reader, general, "feed test", feed="lab", locale="ja"),
            await server.slash(reader, general, "feed edit", name="lab", locale="ja"),
            await server.slash(reader, general, "feed remove", name="lab", locale="ja"),
            await server.slash(reader, general, "feed pause", name="lab", locale="ja"),
            await server.slash(reader, general, "feed resume", name="lab", locale="ja"),
        ]
        names = await server.autocomplete(reader, general, "feed pause", "name", "", locale="ja")
        kept = await filters(app)
    assert all("キュレーター" in reply.content for reply in replies)
    assert names.values == []
    assert len(internet.asked) == asked
    assert list(kept) == ["lab"]


async def test_a_slow_feed_is_waited_for_after_an_answer_at_once(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    internet, address, sources = web

    may_answer = asyncio.Event()

    async def slow(request: Request) -> StreamResponse:
        await may_answer.wait()
        return Response(body=(FEEDS / "blog.xml").read_bytes(), content_type="application/xml")

    internet.serve("127.0.0.1", slow)
    async with start(sources=sources):
        reply = await server.slash(curator, general, "feed add", url=f"{address}/slow", locale="ja")
        may_answer.set()
        look = await answered(reply)
    assert reply.deferred
    assert look.controls == ["追加", "編集", "キャンセル"]


async def test_each_hosted_server_has_its_own_feeds(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    _, address, sources = web
    other = server.add_guild("別の研究室")
    place, head = other.channel("general"), other.member("次郎", permissions=Permission.MANAGE_GUILD)
    async with start(sources=sources, sharing="hosted"):
        look = await answered(await server.slash(curator, general, "feed add", url=f"{address}/blog.xml", name="lab"))
        await server.click(curator, look, "追加")
        mine = await server.slash(curator, general, "feed list", locale="ja")
        listed = await server.slash(head, place, "feed list", locale="ja")
        removed = await server.slash(head, place, "feed remove", name="lab", locale="ja")
        names = await server.autocomplete(head, place, "feed pause", "name", "", locale="ja")
    assert "lab" in mine.embeds[0]["description"]
    assert "フィードはまだありません" in listed.content
    assert "フィードはまだありません" in removed.content
    assert names.values == []


async def test_what_goes_wrong_is_one_sentence(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, web: Feeds
) -> None:
    _, address, sources = web
    async with start(sources=sources):
        no_address = await answered(await server.slash(curator, general, "feed add", url="cs.CL", locale="ja"))
        wrong_rule = await answered(
            await server.slash(curator, general, "feed add", url=f"{address}/arxiv.xml", include="(a", locale="ja")
        )
        missing = await answered(
            await server.slash(curator, general, "feed add", url=f"{address}/nothing", locale="ja")
        )
        private = await answered(
            await server.slash(curator, general, "feed add", url="http://169.254.169.254/latest", locale="ja")
        )
    assert "https://" in no_address.content
    assert "括弧が閉じていません" in wrong_rule.content
    assert "このアドレスのフィードがありません" in missing.content
    assert "公開" in private.content
