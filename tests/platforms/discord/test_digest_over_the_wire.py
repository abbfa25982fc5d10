"""The digest with the real client over a real socket: subscribing, editions, and refusals."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.digests.subscription_request import SubscriptionRequest
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission
from tests.platforms.discord.conftest import StartBot, answered, mention


@pytest.fixture
def papers_channel(guild: Guild) -> Channel:
    return guild.channel("論文")


async def test_an_edition_of_six_embeds_arrives_as_one_message(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    async with start():
        answer = await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        reply = await server.slash(curator, general, "digest post", name="論文", locale="ja")
        outcome = await reply.next()
    (message,) = papers_channel.messages
    assert answer.content.split("\n")[0] == f"<#{papers_channel.id}> にだよりを配信します。"
    assert "毎週月曜 9:00" in answer.content
    assert answer.content.endswith(f"{mention(server, 'digest post')} ですぐに発行できます。")
    assert reply.deferred
    assert outcome.content == f"<#{papers_channel.id}> に投稿しました。"
    assert len(message.embeds) == 6
    assert message.content.startswith("## 📮 論文だより 第1号")
    assert "[Transformerの次を狙うアーキテクチャ「RetNet」](<https://arxiv.org/abs/2307.08621>)" in message.content
    assert message.mentions_allowed == {"parse": []}
    assert len(str(message.nonce)) == 24


async def test_what_waits_for_the_next_edition_can_be_looked_at(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel, papers_channel: Channel
) -> None:
    async with start(digest={"max_papers": 2}) as (app, _):
        await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
        workspace = await app.services.workspaces.named("default")
        from tests.platforms.discord.test_lookup_over_the_wire import add_papers

        await add_papers(app.services.library, workspace, 5)
        await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
        second = papers_channel.messages[-1]
        waiting = await server.click(reader, second, "残り3本を見る")
    assert "残り3本は次号でお届けします。" in second.content
    assert waiting.ephemeral
    assert "論文その4" in waiting.embeds[0]["description"]
    assert "論文その0" not in waiting.embeds[0]["description"]


async def test_a_preview_posts_nothing(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    async with start():
        await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="daily 09:00", locale="ja"
        )
        preview = await server.slash(curator, general, "digest preview", name="論文", locale="ja")
    assert preview.ephemeral
    assert len(preview.embeds) == 6
    assert "#" not in preview.embeds[-1]["footer"]["text"]
    assert papers_channel.messages == []


async def test_a_subscription_ends_and_is_listed_no_more(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    async with start():
        await server.slash(
            curator,
            general,
            "digest subscribe",
            channel=papers_channel,
            schedule="mon,thu 08:30",
            tags="RAG, 長文",
            locale="ja",
        )
        listed = await answered(await server.slash(curator, general, "digest list", locale="ja"))
        names = await server.autocomplete(curator, general, "digest unsubscribe", "name", "論", locale="ja")
        ended = await server.slash(curator, general, "digest unsubscribe", name="論文", locale="ja")
        empty = await server.slash(curator, general, "digest list", locale="en-US")
    assert "毎週月曜・木曜 8:30" in listed.content
    assert "#RAG #長文" in listed.content.replace("\\", "")
    assert names.values == ["論文"]
    assert str(papers_channel.id) in ended.content
    command = mention(server, "digest subscribe")
    assert empty.content == f"No channel receives the digest yet; start with {command}."


async def test_every_channel_of_many_is_listed(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        for n in range(40):
            request = SubscriptionRequest(f"channel-{n}", f"discord:{guild.id}/{n}", "mon 09:00", (), "ja")
            await app.services.digests.subscribe(workspace, request)
        first = await server.slash(curator, general, "digest list", locale="ja")
        listed = first.content + (await first.next()).content
    assert all(f"**channel-{n}**" in listed for n in range(40))


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        (Permission.VIEW_CHANNEL, "チャンネルを見る"),
        (Permission.SEND_MESSAGES, "メッセージを送信"),
        (Permission.EMBED_LINKS, "埋め込みリンク"),
        (Permission.READ_MESSAGE_HISTORY, "メッセージ履歴を読む"),
    ],
)
async def test_subscribing_says_which_permission_the_bot_lacks(
    server: DiscordServer,
    start: StartBot,
    curator: Member,
    general: Channel,
    papers_channel: Channel,
    missing: Permission,
    named: str,
) -> None:
    papers_channel.deny(missing)
    async with start():
        refused = await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        listed = await answered(await server.slash(curator, general, "digest list", locale="ja"))
    assert f"「{named}」" in refused.content
    assert "まだ配信先がありません" in listed.content


async def test_a_thread_is_subscribed_also_an_archived_one_unless_it_is_locked_or_unseen(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    threads = [guild.thread("今"), guild.thread("過去", archived=True), guild.thread("封", locked=True)]
    unseen = guild.thread("内緒", archived=True)
    server.fault("GET", f"/channels/{unseen.id}$", status=403, code=50001, times=None)
    async with start():
        answers = [
            await answered(
                await server.slash(
                    curator, general, "digest subscribe", channel=thread, schedule="月 09:00", locale="ja"
                )
            )
            for thread in (*threads, unseen)
        ]
    assert [answer.content.split("\n")[0] for answer in answers] == [
        f"<#{threads[0].id}> にだよりを配信します。",
        f"<#{threads[1].id}> にだよりを配信します。",
        "スレッドがロックされています。ロックを解除するか、別のチャンネルを選んでください。",
        "ボットからは #内緒 が見えません。そこでボットをメンションして参加させてから、もう一度お試しください。",
    ]


@pytest.mark.parametrize("command", ["list", "preview"])
async def test_who_is_no_curator_is_refused_in_words(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, command: str
) -> None:
    async with start():
        refused = await server.slash(reader, general, f"digest {command}", locale="ja")
    assert refused.ephemeral
    assert "キュレーターだけ" in refused.content


async def test_a_wrong_schedule_is_refused_with_an_example(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    async with start():
        refused = await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="いつか", locale="ja"
        )
    assert "「いつか」" in refused.content
    assert "毎日 09:00" in refused.content


async def test_one_servers_subscriptions_are_not_listed_in_another(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    other = server.add_guild("別のサーバー")
    boss = other.member("部長", permissions=Permission.MANAGE_GUILD)
    async with start():
        await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        listed = await server.slash(boss, other.channel("general"), "digest list", locale="ja")
        offered = await server.autocomplete(boss, other.channel("general"), "digest post", "name", "", locale="ja")
        refused = await server.slash(boss, other.channel("general"), "digest unsubscribe", name="論文", locale="ja")
    assert "まだ配信先がありません" in listed.content
    assert offered.values == []
    assert "「論文」という配信先はありません" in refused.content


async def test_an_edition_that_three_press_for_at_once_is_posted_once(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    async with start(digest={"max_papers": 2, "when_empty": "revisit"}):
        await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        replies = await asyncio.gather(
            *(server.slash(curator, general, "digest post", name="論文", locale="ja") for _ in range(3))
        )
        answers = [(await reply.next(timeout=15)).content for reply in replies]
    assert len(papers_channel.messages) == 1
    posted, underway = f"<#{papers_channel.id}> に投稿しました。", f"<#{papers_channel.id}> へ配信中です。"
    assert posted in answers
    assert all(each.startswith((posted, underway)) for each in answers)


async def test_a_paused_channel_is_said_to_be_paused_why_and_how_it_goes_on(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    async with start():
        await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        papers_channel.deny(Permission.SEND_MESSAGES)
        answers = [
            await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
            for _ in range(2)
        ]
        answers.append(await (await server.slash(curator, general, "digest status", locale="ja")).next())
        answers.append(await server.slash(curator, general, "digest list", locale="ja"))
        papers_channel.reset()
        reply = await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        again = await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
    assert reply.content.endswith("\nまだ届いていない第1号を、まもなく投稿します。")
    for answer in answers:
        assert answer.content.startswith(f"**論文** → <#{papers_channel.id}>")
        assert "一時停止中: ボットが投稿できません。" in answer.content
        assert "に自動で試し、直っていれば再開します" in answer.content
        assert "<t:" in answer.content
        assert "配信中" not in answer.content
        assert "次号" not in answer.content
    assert again.content == f"<#{papers_channel.id}> に投稿しました。"


async def test_an_edition_that_was_put_off_is_not_said_to_be_on_its_way(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    server.fault("POST", f"/channels/{papers_channel.id}/messages$", status=403, times=None)
    async with start():
        await server.slash(
            curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00", locale="ja"
        )
        answers = [
            await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
            for _ in range(2)
        ]
    for answer in answers:
        assert answer.content.startswith("投稿できませんでした: Discordが 403 を返しました。")


async def test_the_digests_language_is_the_channels_whoever_changes_its_schedule(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    async def subscribe(**options: str) -> str:
        answer = await server.slash(curator, general, "digest subscribe", channel=papers_channel, **options)
        return answer.content

    async with start() as (app, _):
        workspace = await app.services.workspaces.named("default")
        languages = []
        for options in (
            {"locale": "en-US"},
            {"language": "English", "locale": "ja"},
            {"locale": "ja"},
            {"language": "日本語", "locale": "en-US"},
        ):
            reply = await subscribe(schedule="mon 09:00", **options)
            languages.append((await app.services.digests.by_name(workspace, "論文")).locale)
            assert ("・ English" in reply) == (languages[-1] == "en")
    assert languages == ["ja", "en", "en", "ja"]


async def test_post_needs_no_name_where_one_channel_can_be_meant(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel, papers_channel: Channel
) -> None:
    other = guild.channel("別")

    async def post(place: Channel) -> str:
        return (await answered(await server.slash(curator, place, "digest post", locale="ja"))).content

    async with start():
        none = await post(general)
        await server.slash(curator, general, "digest subscribe", channel=papers_channel, schedule="月 09:00")
        only = await post(general)
        await server.slash(curator, general, "digest subscribe", channel=other, schedule="月 09:00")
        several, here = await post(general), await post(other)
    assert none.startswith("まだ配信先がありません")
    assert only == f"<#{papers_channel.id}> に投稿しました。"
    assert several == "配信先が複数あります。どれかを指定してください: 別, 論文"
    assert here == f"<#{other.id}> に投稿しました。"
    assert (len(papers_channel.messages), len(other.messages)) == (1, 1)
