"""The inbox is emptied by clicks in one message: twenty candidates, a restart in the middle, two curators at once."""

from __future__ import annotations

import asyncio
from collections import Counter

from bot.app import App
from bot.domain.candidate import Candidate
from bot.domain.draft import Draft
from bot.domain.paper import with_changes
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission, Reply
from tests.finds import find, find_many, ledger
from tests.platforms.discord.conftest import StartBot, answered
from tests.samples import paper

TARO = Submitter("太郎", "reader:1", "ja", is_curator=False)
JIRO = Submitter("次郎", "slack:3", "ja", is_curator=True)


async def decided(app: App, workspace: int) -> Counter[str]:
    """Count the candidates by their decision."""
    async with app.database.read() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT coalesce(decision, CASE WHEN later_at IS NULL THEN 'waiting' ELSE 'later' END) FROM candidates"
        )
        return Counter(rows.scalars())


async def first(app: App, workspace: int) -> Candidate | None:
    proposal = await app.services.inbox.next(workspace)
    return proposal.candidate if proposal else None


async def press(server: DiscordServer, person: Member, card: Reply, button: str) -> Reply:
    return await answered(await server.click(person, card, button, locale="ja"))


async def accept(server: DiscordServer, person: Member, card: Reply, **typed: str) -> Reply:
    """Press 採用; where that opens a form, type into it and send it."""
    answer = await server.click(person, card, "採用", locale="ja")
    if answer.modal:
        answer = await server.submit(person, answer.modal, typed, locale="ja")
    return await answered(answer)


def values(form: Reply) -> dict[str, str]:
    """Return what the fields of an opened form are filled with."""
    assert form.modal
    fields = [part["component"] for part in form.modal.components]
    return {each["custom_id"]: each.get("value", "") for each in fields}


async def test_twenty_candidates_are_decided_on_in_one_message_with_a_restart_in_the_middle(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find_many(app.database, workspace, app.clock, 16)
        proposing = Submission(app.database, app.clock, "curators")
        for n in range(17, 21):
            await proposing.add(workspace, Draft(f"2401.{n:05}"), paper(n), TARO)
        before = len(await app.services.library.history(workspace, limit=100))
        card = await server.slash(curator, general, "inbox", locale="ja")
        message = card.message
        card = await go_on(server, app, workspace, curator, card, 10)
        halfway = await decided(app, workspace)
    async with start() as (app, _):
        assert await decided(app, workspace) == halfway
        card = await go_on(server, app, workspace, curator, card, 100)
        after = await decided(app, workspace)
        added = len(await app.services.library.history(workspace, limit=200)) - before
        counts = await ledger(app.database, workspace)
    assert card.content.endswith("受信箱は空です。")
    assert card.message is message
    assert sum(halfway.values()) == sum(after.values()) == 20
    assert set(after) == {"accepted", "rejected"}
    assert counts["arxiv-cl"][0] + 2 == after["accepted"] == added
    assert sum(counts["arxiv-cl"]) == 16


async def go_on(server: DiscordServer, app: App, workspace: int, curator: Member, card: Reply, most: int) -> Reply:
    """Decide on up to `most` candidates, each second one accepted; the fifth and the tenth are also undone first."""
    for n in range(most):
        candidate = await first(app, workspace)
        if candidate is None:
            break
        assert candidate.paper
        assert card.embeds[0]["title"] == candidate.paper.heading
        if n % 7 == 3 and candidate.later_at is None:
            card = await press(server, curator, card, "あとで")
            assert "をあと回しにしました。" in card.content
            continue
        if n % 5 == 4:
            card = await press(server, curator, card, "却下")
            card = await press(server, curator, card, "取り消し")
            assert "の却下を取り消しました。" in card.content
            assert card.embeds[0]["title"] == candidate.paper.heading
        if candidate.number % 2:
            card = await press(server, curator, card, "却下")
        else:
            card = await accept(server, curator, card, headline=f"見出し{candidate.number}")
            assert "を採用しました。" in card.content
    return card


async def test_two_curators_at_once_decide_on_each_candidate_once(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    other = guild.member("次郎", permissions=Permission.MANAGE_GUILD)
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find_many(app.database, workspace, app.clock, 16)
        cards = [await server.slash(person, general, "inbox", locale="ja") for person in (curator, other)]
        late = 0
        while any("採用" in card.controls for card in cards):
            acts = []
            for person, card, act in zip((curator, other), cards, (accept, press_reject), strict=True):
                acts.append(act(server, person, card) if "採用" in card.controls else asyncio.sleep(0, card))
            cards = await asyncio.gather(*acts)
            late += sum("すでに" in card.content for card in cards)
        after = await decided(app, workspace)
        counts = await ledger(app.database, workspace)
    assert set(after) <= {"accepted", "rejected"}
    assert (sum(after.values()), counts["arxiv-cl"]) == (16, (after["accepted"], after["rejected"]))
    assert late >= 1


async def press_reject(server: DiscordServer, person: Member, card: Reply) -> Reply:
    return await press(server, person, card, "却下")


async def test_a_card_says_who_brought_it_and_what_else_there_is(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find(app.database, workspace, app.clock, paper(1), "arxiv-cl", "hf-daily")
        await find(app.database, workspace, app.clock, paper(2, title="LongNet"))
        await app.services.library.add(workspace, paper(9, title="LongNet"), None)
        second = await server.slash(curator, general, "inbox", locale="ja")
        first = await press(server, curator, second, "あとで")
        again = await press(server, curator, first, "あとで")
        english = await server.slash(curator, general, "inbox", locale="en-US")
    order, _, found, others, *_ = second.content.splitlines()
    assert order.startswith("フィードが見つけた論文は新しい順に並んでいます。")
    assert (found, others) == ("arxiv-cl が見つけました。", "ほかに1件が判断を待っています。")
    assert "同じタイトルの論文が、別の番号ですでに登録されています（ID: paper" in second.content
    assert second.controls == ["採用", "却下", "あとで"]
    assert first.content.splitlines()[2] == "arxiv-cl と hf-daily が見つけました。"
    assert first.controls == ["採用", "却下", "あとで", "取り消し"]
    assert "にあと回しにした論文です。" in again.content
    assert "Found by arxiv-cl" in english.content


async def test_a_find_that_has_become_a_proposal_is_shown_before_it_is_accepted(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find_many(app.database, workspace, app.clock, 1)
        card = await server.slash(curator, general, "inbox", locale="ja")
        proposed = paper(1, comment="太郎のコメント")
        await Submission(app.database, app.clock, "curators").add(workspace, Draft("2401.00001"), proposed, TARO)
        form = await server.click(curator, card, "採用", locale="ja")
        waiting = await first(app, workspace)
    assert values(form)["comment"] == "太郎のコメント"
    assert waiting
    assert waiting.proposed_by == "太郎"


async def test_a_finds_form_is_that_of_addpaper_and_a_wrong_value_loses_nothing(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find(app.database, workspace, app.clock, paper(1, headline=None, date="2024-01"))
        card = await server.slash(curator, general, "inbox", locale="ja")
        opened = await server.click(curator, card, "採用", locale="ja")
        typed = {"headline": "読む価値あり", "date": "いつか", "comment": "要点は三つ。"}
        wrong = await answered(await server.submit(curator, opened.modal, typed, locale="ja"))
        again = await server.click(curator, wrong, "フォームを開く", locale="ja")
        assert again.modal
        filled = values(again)
        done = await answered(await server.submit(curator, again.modal, {"date": "2024-01-22"}, locale="ja"))
        saved = await app.services.lookup.get(workspace, "paper-1")
    assert opened.modal
    assert values(opened)["title"] == "A Paper on Subject 1"
    assert "いつか" in wrong.content
    assert wrong.controls == ["フォームを開く", "却下", "あとで"]
    assert (filled["headline"], filled["comment"], filled["date"]) == ("読む価値あり", "要点は三つ。", "いつか")
    assert done.content == "「読む価値あり」を採用しました。\n受信箱は空です。"
    assert (saved.headline, saved.comment, str(saved.date), saved.added_by) == (
        "読む価値あり",
        "要点は三つ。",
        "2024-01-22",
        "花子",
    )


async def test_a_form_that_comes_after_somebody_elses_decision_gives_back_what_was_typed(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find_many(app.database, workspace, app.clock, 2)
        card = await server.slash(curator, general, "inbox", locale="ja")
        opened = await server.click(curator, card, "採用", locale="ja")
        await app.services.inbox.reject(workspace, 2, JIRO)
        late = await server.submit(curator, opened.modal, {"headline": "長く考えた見出し"}, locale="ja")
        following = await answered(late)
        file = await late.next(timeout=15)
        papers = await app.services.inbox.waiting(workspace)
    assert "「A Paper on Subject 1」は次郎さんがすでに却下しました。" in following.content
    assert following.embeds[0]["title"] == "A Paper on Subject 2"
    assert file.content == "入力していた内容です:"
    assert [each.number for each in papers] == [1]


async def test_a_form_that_is_sent_twice_because_its_answer_was_lost_adds_once_and_says_so(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find_many(app.database, workspace, app.clock, 1)
        card = await server.slash(curator, general, "inbox", locale="ja")
        opened = await server.click(curator, card, "採用", locale="ja")
        await answered(await server.submit(curator, opened.modal, {"headline": "一度だけ"}, locale="ja"))
        again = await answered(await server.submit(curator, opened.modal, {"headline": "一度だけ"}, locale="ja"))
        history = await app.services.library.history(workspace, "paper-1")
    assert "あなたがすでに採用しています" in again.content
    assert len(history) == 1


async def test_a_find_whose_paper_came_meanwhile_offers_the_comment_that_was_typed(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find_many(app.database, workspace, app.clock, 1)
        card = await server.slash(curator, general, "inbox", locale="ja")
        opened = await server.click(curator, card, "採用", locale="ja")
        await app.services.library.add(workspace, with_changes(paper(1), comment="先のコメント"), "次郎")
        outcome = await answered(await server.submit(curator, opened.modal, {"comment": "私の"}, locale="ja"))
        await server.click(curator, outcome, "コメントを置き換える", locale="ja")
        kept = await app.services.lookup.get(workspace, "paper-1")
    assert outcome.content.startswith("この論文はもう登録されているので、何も追加していません。")
    assert (kept.comment, kept.added_by) == ("私の", "次郎")


async def test_what_a_feed_says_is_only_text(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    title = "@everyone **free** [paper](https://evil.example) <@&1> 論文"
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await find(
            app.database, workspace, app.clock, paper(1, title=title, headline=None), *(f"*{n:080}" for n in range(40))
        )
        card = await server.slash(curator, general, "inbox", locale="ja")
        done = await press(server, curator, card, "却下")
    assert "\\*0000" in card.content
    assert len(card.content) < 1000
    escaped = r"\@everyone \*\*free\*\* \[paper\](https://evil.example) \<\@&1\> 論文"
    assert done.content.startswith(f"「{escaped}」を却下しました。")
