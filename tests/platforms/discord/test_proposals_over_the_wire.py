"""What curators and proposers see when a proposal meets a paper or another proposal, over a real socket."""

from __future__ import annotations

from bot.app import App
from bot.domain.draft import Draft
from bot.domain.paper import with_changes
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Reply
from tests.platforms.discord.conftest import StartBot, answered

LINK = "https://arxiv.org/abs/1706.03762"
TYPED = {"title": "Attention Is All You Need", "comment": "提案のコメント"}


async def proposed(
    server: DiscordServer, person: Member, channel: Channel, locale: str = "ja", source: str = LINK
) -> Reply:
    form = await server.slash(person, channel, "addpaper", source=source, locale=locale)
    look = await answered(await server.submit(person, form.modal, TYPED, locale=locale))
    return await server.click(person, look, "提案" if locale == "ja" else "Propose", locale=locale)


async def added(app: App, comment: str | None) -> int:
    """Add the proposed paper like a curator at a terminal."""
    workspace = await app.services.workspaces.named("default")
    paper = await app.services.drafts.complete(Draft(LINK, title="Attention Is All You Need"))
    await app.services.library.add(workspace, with_changes(paper, comment=comment), "花子")
    return workspace


async def test_a_comment_of_a_proposal_is_put_where_the_paper_that_is_there_has_none(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start(additions="curators") as (app, _):
        await proposed(server, reader, general, "en")
        workspace = await added(app, None)
        card = await server.slash(curator, general, "inbox", locale="ja")
        outcome = await server.click(curator, card, "採用", locale="ja")
        between = await app.services.lookup.get(workspace, "1706.03762")
        await server.until(lambda: server.direct(reader).messages)
        saved = await server.click(curator, outcome, "コメントを追加", locale="ja")
        after = await app.services.lookup.get(workspace, "1706.03762")
        empty = await server.slash(curator, general, "inbox", locale="ja")
    assert "この論文はもう登録されているので、太郎さんの提案からは何も追加していません" in outcome.content
    assert (between.comment, after.comment, after.added_by) == (None, "提案のコメント", "花子")
    assert saved.content == "保存しました。"
    assert empty.content == "受信箱は空です。"
    assert "was in the collection already" in server.direct(reader).messages[0].content


async def test_a_comment_is_replaced_only_after_both_were_shown_and_nobody_else_changed_it(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start(additions="curators") as (app, _):
        await proposed(server, reader, general)
        workspace = await added(app, "花子のコメント")
        card = await server.slash(curator, general, "inbox", locale="ja")
        outcome = await server.click(curator, card, "採用", locale="ja")
        await app.services.library.edit(
            workspace, "1706.03762", "次郎", lambda now: with_changes(now, comment="次郎の感想")
        )
        stale = await server.click(curator, outcome, "コメントを置き換える", locale="ja")
        between = await app.services.lookup.get(workspace, "1706.03762")
        await server.click(curator, stale, "自分の内容で上書き", locale="ja")
        after = await app.services.lookup.get(workspace, "1706.03762")
    assert "花子のコメント" in outcome.embeds[0]["description"]
    assert "提案のコメント" in outcome.embeds[1]["description"]
    assert "ほかの人が先に" in stale.content
    assert (between.comment, after.comment) == ("次郎の感想", "提案のコメント")


async def test_a_mended_proposal_of_a_paper_that_is_there_offers_its_comment_too(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start(additions="curators") as (app, _):
        await proposed(server, reader, general)
        card = await server.slash(curator, general, "inbox", locale="ja")
        form = await server.click(curator, card, "編集", locale="ja")
        look = await answered(await server.submit(curator, form.modal, {"comment": "直したコメント"}, locale="ja"))
        workspace = await added(app, "花子のコメント")
        outcome = await server.click(curator, look, "保存", locale="ja")
        await server.click(curator, outcome, "コメントを置き換える", locale="ja")
        after = await app.services.lookup.get(workspace, "1706.03762")
        await server.until(lambda: server.direct(reader).messages)
    assert look.embeds[0]["footer"]["text"].endswith("追加: 太郎")
    assert "太郎さんの提案からは何も追加していません" in outcome.content
    assert after.comment == "直したコメント"
    assert (
        "もう登録" in server.direct(reader).messages[0].content or "すでに" in server.direct(reader).messages[0].content
    )


async def test_what_waits_already_is_not_proposed_again_and_its_proposer_is_named(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, reader: Member, general: Channel
) -> None:
    other = guild.member("次郎")
    async with start(additions="curators") as (app, _):
        form = await server.slash(other, general, "addpaper", source=LINK, locale="ja")
        await proposed(server, reader, general)
        look = await answered(await server.submit(other, form.modal, TYPED, locale="ja"))
        late = await server.click(other, look, "提案", locale="ja")
        begun = await server.slash(other, general, "addpaper", source="1706.03762v3", locale="ja")
        own_answer = await server.slash(reader, general, "addpaper", source=LINK, locale="en")
        curators = await server.slash(curator, general, "addpaper", source=LINK, locale="ja")
        workspace = await app.services.workspaces.named("default")
        waiting = await app.services.inbox.waiting(workspace)
    for answer in (late, begun):
        assert answer.content.startswith("この論文は太郎さんが<t:")
        assert "キュレーターの判断を待っています" in answer.content
    assert late.embeds == look.embeds
    assert own_answer.content.startswith("You have proposed this already")
    assert curators.modal is not None
    assert [each.proposed_by for each in waiting] == ["太郎"]
