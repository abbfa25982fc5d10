"""What was approved is saved even if its page changes, and once even if the button is pressed repeatedly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest
import simcord
from sqlalchemy import text

from bot.app import App, open_app
from bot.domain.metadata import Metadata
from bot.platforms.discord.client import DayoriClient
from bot.services.papers.drafts import Drafts
from tests.collection import all_papers
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission
from tests.doubles.finder import FakeFinder
from tests.platforms.discord.conftest import StartBot, answered, config_for

SOURCE = "https://example.org/optuna"
BEFORE = Metadata(title="Optuna: A Next-generation Framework", authors=("Takuya Akiba",), excerpt="Tunes.")
AFTER = Metadata(title="買ってください", authors=("Spam",), excerpt="https://spam.example/")


class World:
    """A server in simcord with a reader, a curator, and a page whose content can change."""

    def __init__(self, app: App, env: simcord.Env, finder: FakeFinder) -> None:
        self.app, self.env, self.finder = app, env, finder
        guild = env.create_guild()
        role = guild.create_role("運営", permissions=discord.Permissions(manage_guild=True))
        self.channel = guild.create_text_channel("general")
        self.reader = guild.add_member(env.create_user("taro"))
        self.curator = guild.add_member(env.create_user("hanako"), roles=[role])

    async def texts(self) -> list[str]:
        """Return the whole collection."""
        workspace = await self.app.services.workspaces.named("default")
        return [repr(paper.content) for paper in await all_papers(self.app.services.lookup, workspace)]


@asynccontextmanager
async def world(file_url: str, additions: str) -> AsyncIterator[World]:
    async with open_app(config_for(file_url, additions=additions)) as app:
        finder = FakeFinder()
        finder.known[SOURCE] = BEFORE
        services = app.services
        services.drafts = Drafts(app.database, app.clock, finder)
        client = DayoriClient(services, "https://discord.com/api/v10", servers_settle=0.05)
        async with simcord.run(client, shard_count=1) as env:
            yield World(app, env, finder)


@pytest.mark.parametrize("happens", ["changes", "down"])
@pytest.mark.parametrize("additions", ["everyone", "curators"])
async def test_a_page_that_changes_after_the_look_changes_nothing(file_url: str, additions: str, happens: str) -> None:
    async with world(file_url, additions) as here:
        form = await here.reader.slash(here.channel, "addpaper", source=SOURCE)
        look = await here.reader.submit_modal(form, {"headline": "見出し"})
        count = len(here.finder.asked)
        here.finder.known[SOURCE] = AFTER
        here.finder.is_down = happens == "down"
        assert look.response is not None
        await here.reader.click(look.response, label="Propose" if additions == "curators" else "Save")
        if additions == "curators":
            inbox = await here.curator.slash(here.channel, "inbox")
            assert inbox.response is not None
            assert "Tunes." in str(inbox.response.embeds[0].description)
            await here.curator.click(inbox.response, label="Accept")
        texts = "".join(await here.texts())
        assert BEFORE.title is not None
        assert BEFORE.title in texts
        assert "Takuya Akiba" in texts
        assert "spam" not in texts.lower()
        assert len(here.finder.asked) == count


async def test_a_proposal_is_mended_without_asking_its_page_again(file_url: str) -> None:
    async with world(file_url, "curators") as here:
        form = await here.reader.slash(here.channel, "addpaper", source=SOURCE)
        look = await here.reader.submit_modal(form, {"headline": "見出し"})
        assert look.response is not None
        await here.reader.click(look.response, label="Propose")
        count = len(here.finder.asked)
        here.finder.known[SOURCE] = AFTER
        inbox = await here.curator.slash(here.channel, "inbox")
        assert inbox.response is not None
        form = await here.curator.click(inbox.response, label="Edit")
        assert form.modal is not None
        look = await here.curator.submit_modal(form, {"title": BEFORE.title, "comment": "よい"})
        assert look.response is not None
        await here.curator.click(look.response, label="Save")
        texts = "".join(await here.texts())
        assert BEFORE.title is not None
        assert BEFORE.title in texts
        assert "よい" in texts
        assert "spam" not in texts.lower()
        assert len(here.finder.asked) == count


async def test_a_draft_of_before_looks_were_kept_is_shown_once_more_and_then_saved(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        form = await server.slash(reader, general, "addpaper", source="1706.03762", locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention"}))
        async with app.database.write() as connection:
            await connection.execute(text("UPDATE drafts SET paper = NULL, actor = NULL"))
        again = await answered(await server.click(reader, look, "保存"))
        saved = await answered(await server.click(reader, again, "保存"))
    assert again.controls == ["保存", "編集", "キャンセル"]
    assert again.embeds == look.embeds
    assert saved.content == "保存しました。"


async def test_save_pressed_three_times_at_once_makes_one_proposal_and_tells_so(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start(additions="curators") as (app, _):
        form = await server.slash(reader, general, "addpaper", source="1706.03762", locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention"}))
        answers = [
            (await answered(each)).content
            for each in await asyncio.gather(*(server.click(reader, look, "提案") for _ in range(3)))
        ]
        waiting = await app.services.inbox.waiting(await app.services.workspaces.named("default"))
    assert len(waiting) == 1
    assert sorted(answers)[:2] == ["この論文はもう提案済みです。採否が決まったらお知らせします。"] * 2
    assert sorted(answers)[2].startswith("提案しました")


async def test_save_pressed_three_times_at_once_makes_one_paper_and_shows_it_each_time(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        form = await server.slash(reader, general, "addpaper", source="1706.03762", locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention"}))
        replies = [
            await answered(each)
            for each in await asyncio.gather(*(server.click(reader, look, "保存") for _ in range(3)))
        ]
        papers = await all_papers(app.services.lookup, await app.services.workspaces.named("default"))
    assert len(papers) == 7
    assert sorted(reply.content for reply in replies) == ["これはもう保存されています。"] * 2 + ["保存しました。"]
    assert {reply.embeds[0]["footer"]["text"] for reply in replies} == {"1706.03762 ・ 追加: 太郎"}


async def test_accept_and_reject_at_once_tell_the_proposer_one_thing_in_their_language(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, reader: Member, general: Channel
) -> None:
    other = guild.member("次郎", permissions=Permission.MANAGE_GUILD)
    async with start(additions="curators") as (app, _):
        form = await server.slash(reader, general, "addpaper", source="1706.03762", locale="en-US")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention"}, locale="en-US"))
        await server.click(reader, look, "Propose", locale="en-US")
        card = [await server.slash(person, general, "inbox", locale="ja") for person in (curator, other)]
        decided = await asyncio.gather(
            server.click(curator, card[0], "採用", locale="ja"), server.click(other, card[1], "却下", locale="ja")
        )
        answers = [(await answered(each)).content for each in decided]
        await server.until(lambda: server.direct(reader).messages)
        papers = await all_papers(app.services.lookup, await app.services.workspaces.named("default"))
    [message] = server.direct(reader).messages
    was_added = len(papers) == 7
    assert sorted(answers) == (
        [
            "「Attention」は花子さんがすでに採用しました。\n受信箱は空です。",
            "「Attention」を採用しました。\n受信箱は空です。",
        ]
        if was_added
        else [
            "「Attention」は次郎さんがすでに却下しました。\n受信箱は空です。",
            "「Attention」を却下しました。\n受信箱は空です。",
        ]
    )
    assert message.content == (
        "Your proposal was added to the papers:" if was_added else "Your proposal was not added this time:"
    )


async def test_a_proposer_whose_paper_came_meanwhile_is_told_the_truth(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start(additions="curators"):
        for person in (reader, curator):
            form = await server.slash(person, general, "addpaper", source="1706.03762", locale="ja")
            look = await answered(await server.submit(person, form.modal, {"title": "Attention"}))
            await server.click(person, look, look.controls[0])
        card = await server.slash(curator, general, "inbox", locale="ja")
        await server.click(curator, card, "採用")
        await server.until(lambda: server.direct(reader).messages)
    assert [each.content for each in server.direct(reader).messages] == ["提案した論文は、すでに登録されていました:"]


async def test_a_proposal_whose_title_came_meanwhile_says_so(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start(additions="curators"):
        for person, source in ((reader, "1706.03762"), (curator, "10.1000/182")):
            form = await server.slash(person, general, "addpaper", source=source, locale="ja")
            look = await answered(await server.submit(person, form.modal, {"title": "Attention"}))
            await server.click(person, look, look.controls[0])
        card = await server.slash(curator, general, "inbox", locale="ja")
    assert card.content.endswith("同じタイトルの論文が、別の番号ですでに登録されています（ID: 10\\.1000-182）")


async def test_who_is_no_curator_any_more_decides_nothing(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start(additions="curators") as (app, _):
        form = await server.slash(reader, general, "addpaper", source="1706.03762", locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention"}))
        await server.click(reader, look, "提案")
        card = await server.slash(curator, general, "inbox", locale="ja")
        edit = await server.slash(curator, general, "editpaper", paper="retnet", locale="ja")
        change = await answered(await server.submit(curator, edit.modal, {"comment": "乗っ取り"}))
        mending = await server.click(curator, card, "編集")
        for role in curator.roles:
            role.permissions = 0
        answers = [
            (await answered(await work)).content
            for work in (
                *(server.click(curator, card, name) for name in ("採用", "編集", "却下")),
                *(server.click(curator, change, name) for name in ("保存", "編集")),
                server.submit(curator, mending.modal, {"title": "乗っ取り"}),
            )
        ]
        workspace = await app.services.workspaces.named("default")
        waiting = await app.services.inbox.waiting(workspace)
        history = await app.services.library.history(workspace)
    assert ["キュレーターだけ" in text for text in answers] == [True] * 6

    assert len(waiting) == 1
    assert {change.action for change, _ in history} == {"import"}
