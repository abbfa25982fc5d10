"""Look-ups with the real client over a real socket."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from bot.domain.dates import PaperDate
from bot.domain.paper import make_paper
from bot.services.papers.library import Library
from tests.collection import all_papers
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, NotAnsweredError, Permission, Reply
from tests.platforms.discord.conftest import StartBot, answered


async def test_one_match_is_shown_as_a_card_to_the_asker_alone(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        reply = await server.slash(reader, general, "paper", query="RetNet", locale="ja")
    (card,) = reply.embeds
    assert reply.ephemeral
    assert card["title"] == "Transformerの次を狙うアーキテクチャ「RetNet」"
    assert card["url"] == "https://arxiv.org/abs/2307.08621"
    assert "2023年7月19日" in card["description"]
    assert reply.controls == ["みんなに見せる"]


async def test_a_card_can_be_shown_to_everyone(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        reply = await server.slash(reader, general, "paper", query="retnet", locale="ja")
        card = await server.click(reader, reply, "みんなに見せる")
    assert not card.ephemeral
    assert "太郎さんが共有しました" in card.content
    assert general.last.embeds[0]["title"] == reply.embeds[0]["title"]
    assert general.last.mentions_allowed == {"parse": []}


async def test_an_answer_is_in_the_language_of_whoever_asks(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        english = await server.slash(reader, general, "paper", query="retnet", locale="en-GB")
        none = await server.slash(reader, general, "paper", query="qzxvkjw", locale="ja")
    assert "19 July 2023" in english.embeds[0]["description"]
    assert english.controls == ["Show to everyone"]
    assert "見つかりませんでした" in none.content


async def test_nothing_of_an_answer_stays_in_memory_and_its_buttons_work(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (_, client):
        replies = [await server.slash(reader, general, "paper", query=word) for word in ("retnet", "language", "qzx")]
        await answered(await server.click(reader, replies[0], "みんなに見せる"))
        assert [task for task in asyncio.all_tasks() if "timeout_task" in repr(task)] == []
        assert client._connection._view_store._views == {}


async def test_autocomplete_offers_papers_whose_choice_carries_the_id(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        offered = await server.autocomplete(reader, general, "paper", "query", "ハルシ", locale="ja")
        untyped = await server.autocomplete(reader, general, "paper", "query", "", locale="ja")
        reply = await server.slash(reader, general, "paper", query=offered.values[0], locale="ja")
    assert offered.values == ["calibrated-hallucination"]
    assert len(untyped.values) == 6
    assert reply.embeds[0]["title"] == "ハルシネーションはなぜなくならないのか"


async def test_a_list_can_be_paged_and_picked_from_after_a_restart(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await add_papers(app.services.library, workspace, 25)
        first = await server.slash(reader, general, "papers", locale="ja")
    async with start():
        second = await server.click(reader, first, "次へ ▶")
        third = await server.click(reader, second, "次へ ▶")
        last = await server.click(reader, third, "次へ ▶")
        picked = await server.select(reader, last, "dayori:pick", last_ids(last))
        back = await server.click(reader, last, "◀ 前へ")
    assert first.embeds[0]["footer"]["text"] == "31本中 1〜10本目"
    assert second.embeds[0]["footer"]["text"] == "31本中 11〜20本目"
    assert last.embeds[0]["footer"]["text"] == "31本中 31〜31本目"
    assert picked.embeds[0]["footer"]["text"] == last_ids(last)[0]
    assert back.embeds[0]["description"] == third.embeds[0]["description"]


async def test_a_page_of_papers_that_are_gone_shows_none_of_them(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        await add_papers(app.services.library, workspace, 25)
        first = await server.slash(reader, general, "papers", locale="ja")
        for paper in await all_papers(app.services.lookup, workspace):
            await app.services.library.remove(workspace, paper.id, None)
        second = await server.click(reader, first, "次へ ▶")
    assert second.content.startswith("コレクションはまだ空です。")
    assert (second.embeds, second.components) == ([], [])


async def test_papers_can_be_browsed_by_tag_and_year(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        reply = await server.slash(reader, general, "papers", tag="アーキテクチャ", year=2023, locale="ja")
        none = await server.slash(reader, general, "papers", tag="*RAG*", locale="ja")
        quoted = await server.slash(reader, general, "papers", tag='"アーキテクチャ"', year=2023, locale="ja")
        titles = [
            (await server.slash(reader, general, "papers", locale=locale, **options)).content
            for locale, options in (("ja", {}), ("ja", {"year": 2023}), ("en-US", {"tag": "アーキテクチャ"}))
        ]
        typed = await server.slash(reader, general, "paper", query="tag:アーキテクチャ transformer", locale="ja")
    assert reply.content == "タグ「アーキテクチャ」が付いた2023年の論文（追加の新しい順）"
    assert none.content == "タグ「\\*RAG\\*」が付いた論文はありません。"
    assert quoted.embeds == reply.embeds
    assert titles == [
        "すべての論文（追加の新しい順）",
        "2023年の論文（追加の新しい順）",
        "The papers tagged “アーキテクチャ”, last added first",
    ]
    assert typed.content.startswith("「tag:アーキテクチャ transformer」")
    assert "RetNet" in reply.embeds[0]["description"]
    assert "LongNet" in reply.embeds[0]["description"]
    assert "ChatQA" not in reply.embeds[0]["description"]


async def test_a_random_paper_is_one_of_those_that_are_left(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start():
        titles = {
            (await server.slash(reader, general, "random", tag="アーキテクチャ", locale="ja")).embeds[0]["title"]
            for _ in range(24)
        }
        any_paper = await server.slash(reader, general, "random", locale="ja")
        none = await server.slash(reader, general, "random", tag="アーキテクチャ", year=1999, locale="ja")
    assert len(titles) == 2  # one of the two is missing from 24 draws once in eight million
    assert any_paper.embeds[0]["footer"]
    assert any_paper.ephemeral
    assert none.content == "タグ「アーキテクチャ」が付いた1999年の論文はありません。"


async def test_papers_come_in_the_order_that_their_list_names(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        for title, year in (("Newer", 2020), ("Older But Added Last", 2019)):
            paper = make_paper(title=title, date=PaperDate(year), tags=["順"])
            await app.services.library.add(workspace, paper, "花子")
        by_tag = await server.slash(reader, general, "papers", tag="順", locale="ja")
        of_all = await server.slash(reader, general, "papers", locale="ja")
    for listing in (by_tag, of_all):
        listed = re.findall(r"(?m)^\*\*[12]\.\*\* (.*)", listing.embeds[0]["description"])
        assert listed == ["Older But Added Last", "Newer"]


async def test_an_alias_is_confirmed_and_finds_papers(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start():
        answer = await server.slash(
            curator, general, "alias add", name="蓄え", meanings="RetNet, Retention", locale="ja"
        )
        listed = await server.slash(reader, general, "alias list", locale="ja")
        confirmation = await server.slash(curator, general, "alias remove", name="蓄え", locale="en-US")
    assert answer.content == "別名を登録しました: **蓄え** = RetNet、Retention"
    assert listed.content == "**蓄え** = RetNet、Retention"
    assert confirmation.content == "The alias 蓄え was removed."


async def test_many_long_aliases_come_in_as_many_messages_as_they_need(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        for n in range(20):
            await app.services.aliases.put(workspace, f"{n}*", [f"{'*' * 70}{m}" for m in range(4)])
        first = await server.slash(reader, general, "alias list", locale="ja")
        pages = [first, *[await first.next() for _ in range(6)]]
    assert all(page.ephemeral for page in pages)
    assert all(f"**{n}\\*** = " in "\n".join(page.content for page in pages) for n in range(20))


async def test_a_list_says_by_what_a_paper_matched(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        for n in (1, 2):
            await app.services.library.add(
                workspace, make_paper(title=f"Paper {n}", excerpt="a zyzzyva sleeps"), "花子"
            )
        listing = await server.slash(reader, general, "paper", query="zyzzyva", locale="ja")
    assert listing.embeds[0]["description"].count("-# 抜粋で一致") == 2


async def test_two_hosted_servers_never_see_each_others_papers(
    server: DiscordServer, start: StartBot, guild: Guild, reader: Member, general: Channel
) -> None:
    other = server.add_guild("別の研究室")
    stranger, elsewhere = other.member("次郎", permissions=Permission.MANAGE_GUILD), other.channel("general")
    async with start(sharing="hosted"):
        form = await server.slash(reader, general, "addpaper", source="1706.03762", locale="ja")
        look = await answered(
            await server.submit(reader, form.modal, {"title": "Attention Is All You Need", "tags": "秘密"})
        )
        saved = await server.click(reader, look, "保存")
        for command, options in (
            ("paper", {"query": "Attention"}),
            ("paper", {"query": "1706.03762"}),
            ("papers", {}),
            ("papers", {"tag": "秘密"}),
            ("papers", {"year": 2017}),
        ):
            answer = await server.slash(stranger, elsewhere, command, locale="ja", **options)
            assert answer.embeds == []
        for typed in ("", "Att", "秘密"):
            assert (await server.autocomplete(stranger, elsewhere, "paper", "query", typed, locale="ja")).values == []
        preview = await server.slash(stranger, elsewhere, "digest preview", locale="ja")
        again = await server.slash(stranger, elsewhere, "addpaper", source="1706.03762", locale="ja")
        listing = await server.slash(reader, general, "paper", query="Attention", locale="ja")
    assert saved.content == "保存しました。"
    assert preview.embeds == []
    assert again.modal is not None
    assert listing.embeds[0]["title"] == "Attention Is All You Need"


def last_ids(reply: Reply) -> list[str]:
    return [reply.components[0]["components"][0]["options"][-1]["value"]]


async def add_papers(library: Library, workspace: int, n: int) -> None:
    for number in range(n):
        paper = make_paper(id=f"paper-{number}", title=f"Paper number {number}", headline=f"論文その{number}")
        await library.add(workspace, paper, None, id_is_chosen=True)


async def test_answers_that_another_program_gave_first_are_told_by_the_doctor(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    server.interaction_window = 0.3
    server.fault("POST", "/callback$", status=400, code=40060, times=None)
    async with start() as (app, _):
        for word in ("retnet", "language", "chatqa"):
            with suppress(NotAnsweredError):
                await server.slash(reader, general, "paper", query=word)
        async with asyncio.timeout(5):
            while not await app.services.token_conflicts.checks():
                await asyncio.sleep(0.01)


async def test_an_answer_that_breaks_off_each_time_is_two_lines_in_the_log(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    server.interaction_window = 0.3
    breaks = server.fault("POST", "/callback$", drop=True, times=None)
    async with start():
        with capture_logs() as lines:
            with suppress(NotAnsweredError):
                await server.slash(reader, general, "paper", query="retnet")
            await server.until(lambda: breaks.hits >= 2)
            async with asyncio.timeout(5):
                while len(lines) < 2:
                    await asyncio.sleep(0.01)
    assert [line["event"] for line in lines] == ["interaction failed", "the asker could not be told"]
    assert caplog.records == []
