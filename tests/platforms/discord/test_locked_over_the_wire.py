"""With a locked database, and with a second bot on one token, a press is answered and takes effect once."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import App
from tests.collection import all_papers
from tests.doubles.discord import Channel, DiscordServer, Member, NotAnsweredError, Reply
from tests.locking import locked
from tests.platforms.discord.conftest import StartBot, answered
from tests.stores import execute

LINK = "https://arxiv.org/abs/1706.03762"


async def look_of(server: DiscordServer, person: Member, channel: Channel, source: str, title: str) -> Reply:
    """Fill in a form and return the preview."""
    form = await server.slash(person, channel, "addpaper", source=source, locale="ja")
    return await answered(await server.submit(person, form.modal, {"title": title}))


async def ids_of(app: App) -> list[str]:
    """Return the ids of the collection."""
    workspace = await app.services.workspaces.named("default")
    return sorted(paper.id for paper in await all_papers(app.services.lookup, workspace))


async def test_what_cannot_be_written_within_a_second_is_deferred_and_finished(
    server: DiscordServer, start: StartBot, database_url: str, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        look = await look_of(server, curator, general, LINK, "Attention")
        question = await server.slash(curator, general, "removepaper", paper="chatqa", locale="ja")
        form = await server.slash(curator, general, "editpaper", paper="retnet", locale="ja")
        async with locked(database_url) as end:
            waiting = [
                asyncio.create_task(work)
                for work in (
                    server.click(curator, look, "保存"),
                    server.click(curator, question, "削除"),
                    server.submit(curator, form.modal, {"comment": "読みました。"}),
                    server.slash(curator, general, "alias add", name="RAG", meanings="検索拡張生成", locale="ja"),
                )
            ]
            await asyncio.sleep(0.3)
            card = await server.slash(curator, general, "paper", query="retnet", locale="ja")
            replies = await asyncio.gather(*waiting)
            await asyncio.sleep(11)  # longer than a connection waits by itself
            end.set()
        saved, removed, edited, alias = [await reply.next(timeout=30) for reply in replies]
        ids = await ids_of(app)
    assert card.embeds[0]["footer"]["text"].startswith("retnet")
    assert not card.deferred
    assert all(reply.deferred for reply in replies)
    assert saved.content == "保存しました。"
    assert "削除しました" in removed.content
    assert edited.controls == ["保存", "編集", "リンクを編集", "キャンセル"]
    assert "RAG" in alias.content
    assert alias.ephemeral
    assert "1706.03762" in ids
    assert "chatqa" not in ids


async def test_who_cannot_be_helped_in_the_end_is_told(
    server: DiscordServer, start: StartBot, database_url: str, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        question = await server.slash(curator, general, "removepaper", paper="chatqa", locale="ja")
        async with locked(database_url, "ALTER TABLE history RENAME TO lost") as end:
            waiting = await server.click(curator, question, "削除")
            end.set()
        answer = await answered(waiting)
        ids = await ids_of(app)
    assert waiting.deferred
    assert "データベースに書き込めませんでした" in answer.content
    assert answer.ephemeral
    assert len(ids) == 6


async def test_who_waits_when_the_bot_stops_is_told(
    server: DiscordServer, start: StartBot, database_url: str, curator: Member, general: Channel
) -> None:
    async with start() as (app, client):
        question = await server.slash(curator, general, "removepaper", paper="chatqa", locale="ja")
        async with locked(database_url) as end:
            waiting = await server.click(curator, question, "削除")
            await client.close()
            answer = await waiting.next()
            end.set()
        ids = await ids_of(app)
    assert answer.content.startswith("ボットを再起動しています。")
    assert answer.ephemeral
    assert "chatqa" in ids


async def test_a_form_opens_beside_a_locked_database_and_its_draft_is_kept(
    server: DiscordServer, start: StartBot, database_url: str, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        async with locked(database_url) as end:
            form = await server.slash(curator, general, "addpaper", source=LINK, locale="ja")
            submitted = await server.submit(curator, form.modal, {"title": "Attention"})
            end.set()
        look = await answered(submitted)
        await server.click(curator, look, "保存")
        ids = await ids_of(app)
    assert form.modal is not None
    assert "1706.03762" in ids


async def test_what_was_typed_into_a_form_whose_draft_is_lost_is_given_back(
    server: DiscordServer, start: StartBot, database_url: str, curator: Member, general: Channel
) -> None:
    async with start():
        form = await server.slash(curator, general, "addpaper", source=LINK, locale="ja")
    execute(database_url, "DELETE FROM drafts")
    async with start() as (app, _):
        lost = await answered(await server.submit(curator, form.modal, {"title": "注意", "comment": "長い`感想`"}))
        ids = await ids_of(app)
    assert "この下書きはもう残っていません" in lost.content
    assert lost.message is not None
    assert "長い`感想`" in server.files[lost.message.attachments[0]["id"]].content.decode()
    assert len(ids) == 6


async def test_two_bots_on_one_token_change_something_once(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _), start():
        for source, title in ((LINK, "Attention"), ("2001.08361", "Scaling Laws")):
            look = await look_of(server, curator, general, source, title)
            saved = await answered(await server.click(curator, look, "保存"))
            assert saved.content == "保存しました。"
        before = await ids_of(app)
        undone = await answered(await server.slash(curator, general, "undo", locale="ja"))
        with pytest.raises(NotAnsweredError):
            await undone.next(timeout=0.5)
        after = await ids_of(app)
        duplicate = await server.slash(curator, general, "addpaper", source="2307.08621", locale="ja")
    assert len(before) == 8
    assert set(before) - set(after) == {"2001.08361"}
    assert "取り消しました" in undone.content
    assert "もう登録されています" in duplicate.content


async def test_the_other_bot_finishes_what_this_one_deferred(
    server: DiscordServer, start: StartBot, database_url: str, curator: Member, general: Channel
) -> None:
    async with start() as (app, _), start():
        look = await look_of(server, curator, general, LINK, "Attention")
        question = await server.slash(curator, general, "removepaper", paper="chatqa", locale="ja")
        async with locked(database_url) as end:
            first = await server.click(curator, look, "保存")
            second = await server.click(curator, question, "削除")
            end.set()
        saved, removed = await answered(first), await answered(second)
        ids = await ids_of(app)
    assert first.deferred
    assert saved.content == "保存しました。"
    assert "削除しました" in removed.content
    assert "1706.03762" in ids
    assert "chatqa" not in ids
