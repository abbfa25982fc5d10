"""/digest on Slack: subscriptions of this team's channels, previews for one person, and posting at once."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import App
from bot.config import Config
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.platforms.slack.conftest import configured
from tests.samples import paper


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    digest = config.digest.model_copy(update={"max_papers": 45})
    return configured(config, server, papers_file=str(STARTER)).model_copy(update={"digest": digest})


@pytest.fixture
def curator(server: SlackServer) -> Person:
    return server.person(is_admin=True)


def mention(channel: Channel) -> str:
    """Return a channel as Slack sends what somebody typed."""
    return f"<#{channel.id}|{channel.name}>"


async def subscribed(app: App) -> list[tuple[str, str, str, tuple[str, ...], str]]:
    workspace = await app.services.workspaces.named(DEFAULT)
    return [
        (each.name, each.channel, each.schedule.text, each.tags, each.locale)
        for each in await app.services.digests.subscriptions(workspace)
    ]


async def test_a_channel_is_subscribed_with_its_schedule_and_tags_in_both_languages(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    other = server.channel(2, name="論文")
    answer = await curator.ask(channel, f"/digest subscribe {mention(other)} every 2 weeks mon 09:00 RAG <#C9|llm>")
    assert f"*論文* → <#{other.id}>" in text_of(answer)
    assert "隔週月曜" in text_of(answer)
    assert "<!date^" in text_of(answer)
    assert "#RAG #llm" in text_of(answer)
    await curator.ask(channel, "/dayori だより 配信開始 木 8:30")
    ((_, place, schedule, _, locale), (name, other_place, _, tags, _)) = await subscribed(app)
    assert (place, schedule, locale) == (channel.address, "木 8:30", "ja")
    assert (name, other_place, tags) == ("論文", other.address, ("RAG", "llm"))


async def test_subscribing_again_changes_the_channels_subscription(app: App, curator: Person, channel: Channel) -> None:
    await curator.ask(channel, "/digest subscribe mon 09:00 RAG")
    await curator.ask(channel, f"/digest subscribe {mention(channel)} daily 10:00")
    assert await subscribed(app) == [(channel.name, channel.address, "daily 10:00", (), "ja")]


async def test_without_a_schedule_a_form_opens_and_says_at_once_what_is_no_schedule(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    other = server.channel(2)
    view = await curator.ask_modal(channel, f"/digest subscribe {mention(other)}")
    refused = await curator.submit(view, schedule="いつか")
    assert "日時" in refused.content["errors"]["schedule"] or "いつか" in refused.content["errors"]["schedule"]
    await curator.submit(view, schedule="毎日 9:00", tags="RAG", language="en")
    shown = await curator.until_modal("English", "#RAG")
    assert f"<#{other.id}>" in text_of(shown)
    assert await subscribed(app) == [(other.name, other.address, "毎日 9:00", ("RAG",), "en")]


async def test_a_bare_form_offers_the_channel_where_it_is_opened(app: App, curator: Person, channel: Channel) -> None:
    view = await curator.ask_modal(channel, "/digest subscribe")
    assert view.blocks[0]["element"]["default_to_current_conversation"]
    await curator.submit(view, channel=channel.id)
    await curator.until_modal(channel.name)
    assert await subscribed(app) == [(channel.name, channel.address, "月 09:00", (), "ja")]


async def test_the_bot_joins_a_public_channel_before_it_subscribes_it(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    public = server.channel(2, is_member=False)
    await curator.ask(channel, f"/digest subscribe {mention(public)} mon 09:00")
    assert public.is_member
    assert len(await subscribed(app)) == 1


@pytest.mark.parametrize(
    ("about", "lacks", "remedy"),
    [
        ({"is_member": False, "is_private": True}, "", "/invite @論文だより"),
        ({"is_member": False}, "channels:join", "/invite @論文だより"),
        ({"is_archived": True}, "", "アーカイブ"),
        ({}, "channels:read", "channels:read"),
    ],
)
async def test_a_channel_that_the_bot_cannot_read_is_not_subscribed_and_the_curator_reads_what_to_do(
    app: App,
    curator: Person,
    channel: Channel,
    server: SlackServer,
    about: dict[str, bool],
    lacks: str,
    remedy: str,
) -> None:
    server.scopes.discard(lacks)
    closed = server.channel(2, **about)
    assert remedy in text_of(await curator.ask(channel, f"/digest subscribe {mention(closed)} mon 09:00"))
    assert await subscribed(app) == []


async def test_a_form_whose_channel_is_closed_says_so_where_it_was_filled_in(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    closed = server.channel(2, is_member=False, is_private=True)
    view = await curator.ask_modal(channel, "/digest subscribe")
    await curator.submit(view, channel=closed.id)
    await curator.until_modal("/invite @論文だより")


async def test_a_name_without_an_id_a_direct_message_and_no_schedule_are_each_one_sentence(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    name = await curator.ask(channel, "/digest subscribe #papers mon 09:00")
    assert "#papers" in text_of(name)
    assert "/dayori digest subscribe" in text_of(name)
    direct = server.direct(curator.id)
    assert direct
    assert "ダイレクトメッセージ" in text_of(await curator.ask(direct, "/digest subscribe mon 09:00"))
    assert "いつか" in text_of(await curator.ask(channel, "/digest subscribe いつか"))
    assert await subscribed(app) == []


async def test_whoever_is_no_curator_changes_and_sees_nothing(app: App, channel: Channel, server: SlackServer) -> None:
    reader = server.person(2)
    for line in ("", " subscribe mon 09:00", " unsubscribe", " list", " status", " preview", " post"):
        assert "キュレーター" in text_of(await reader.ask(channel, f"/digest{line}"))
    assert await subscribed(app) == []
    assert channel.messages == []


async def test_the_commands_see_only_this_teams_channels_of_a_shared_collection(
    app: App, curator: Person, channel: Channel
) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    for place in ("slack:T0OTHER01/C1", "discord:1/2"):
        request = SubscriptionRequest(place, place, "mon 09:00", (), "ja")
        await app.services.digests.subscribe(workspace, request)
    assert "T0OTHER" not in text_of(await curator.ask(channel, "/digest list"))
    assert "discord" not in text_of(await curator.ask(channel, "/digest status"))
    assert "配信先" in text_of(await curator.ask(channel, "/digest post slack:T0OTHER01/C1"))
    await curator.ask(channel, "/digest unsubscribe slack:T0OTHER01/C1")
    assert len(await subscribed(app)) == 2


async def test_an_edition_is_posted_now_and_what_happened_is_told(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    await curator.ask(channel, "/digest subscribe mon 09:00")
    answer = await curator.ask(channel, "/digest 発行")
    assert f"<#{channel.id}>" in text_of(answer)
    assert len(channel.messages) == 1
    status = await curator.ask(channel, "/digest 状況")
    assert "第1号" in text_of(status)
    assert "<!date^" in text_of(status)


async def test_posting_that_takes_long_says_so_meanwhile(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    await curator.ask(channel, "/digest subscribe mon 09:00")
    server.fault("chat.postMessage", delay=3.5)
    assert "お待ちください" in text_of(await curator.ask(channel, "/digest post"))
    await server.until(lambda: "に投稿しました" in text_of(curator.reads[-1]))


async def test_posting_into_a_channel_that_closed_meanwhile_says_that_it_is_paused_and_why(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    closed = server.channel(2)
    await curator.ask(channel, f"/digest subscribe {mention(closed)} mon 09:00")
    closed.is_archived = True
    answer = await curator.ask(channel, f"/digest post {mention(closed)}")
    assert "⏸" in text_of(answer)
    assert "アーカイブ" in text_of(answer)
    assert "⏸" in text_of(await curator.ask(channel, "/digest list"))
    assert "アーカイブ" in text_of(await curator.ask(channel, "/digest status"))


async def test_a_press_that_is_delivered_twice_posts_one_edition(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    await curator.ask(channel, "/digest subscribe mon 09:00")
    await curator.ask(channel, "/digest post")
    await server.sockets.repeat()
    await curator.ask(channel, "/digest list")
    assert len(channel.messages) == 1


async def test_a_press_means_the_edition_that_was_posted_while_slack_was_asked_who_pressed(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    other = server.person(2, is_admin=True)
    await curator.ask(channel, "/digest subscribe mon 09:00")
    slow = server.fault("users.info", delay=1)
    pressed = asyncio.create_task(other.ask(channel, "/digest post"))
    await server.until(lambda: slow.hits)
    await curator.ask(channel, "/digest post")
    assert "に投稿しました" in text_of(await pressed)
    assert len(channel.messages) == 1


async def test_unsubscribing_ends_the_named_one_or_this_channels(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    other = server.channel(2)
    assert f"<#{channel.id}>" in text_of(await curator.ask(channel, "/digest unsubscribe"))
    for each in (channel, other):
        await curator.ask(each, "/digest subscribe mon 09:00")
    await curator.ask(channel, f"/digest 配信停止 {mention(other)}")
    assert [name for name, *_ in await subscribed(app)] == [channel.name]
    await curator.ask(channel, f"/digest unsubscribe {channel.name}")
    assert await subscribed(app) == []


async def test_a_preview_is_shown_only_to_the_asker_and_writes_nothing(
    app: App, curator: Person, channel: Channel
) -> None:
    shown = await curator.ask(channel, "/digest 下見")
    assert "第1号" in text_of(shown)
    assert channel.messages == []
    assert await subscribed(app) == []


async def test_a_long_preview_goes_on_behind_a_button_since_slack_takes_five_answers(
    app: App, curator: Person, channel: Channel, server: SlackServer
) -> None:
    for n in range(45):
        await app.services.library.add(1, paper(n, comment="長い感想。" * 300), None)
    await curator.write(channel, "/digest preview")
    for pages in (5, 10):
        await server.until(lambda pages=pages: len(curator.reads) == pages)  # type: ignore[misc]
        assert "続きの" in text_of(curator.reads[-1])
        await curator.press(curator.reads[-1], "preview")
    await server.until(lambda: len(curator.reads) == 14)
    shown = [line for each in curator.reads for line in each.text.split("\n") if "番目の論文" in line]
    assert len(shown) == len(set(shown)) == 45
    assert channel.messages == []


async def test_the_words_that_there_are_stand_below_a_word_that_is_none(
    app: App, curator: Person, channel: Channel
) -> None:
    for line in ("/digest", "/digest 何か"):
        assert "/dayori digest subscribe #papers mon 09:00" in text_of(await curator.ask(channel, line))
    assert "何か" in text_of(await curator.ask(channel, "/digest 何か"))
