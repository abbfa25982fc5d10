"""Editions over a real socket: each response of Discord, and its effect on messages and subscription."""

from __future__ import annotations

from typing import Any

import pytest

from bot.app import App
from bot.domain.errors import BlockedError, RetryLaterError
from bot.platforms.console.reports import prompt_name
from bot.platforms.discord.client import DayoriClient
from bot.platforms.discord.publisher import DiscordPublisher
from bot.platforms.discord.rate_limit import GlobalRateLimit
from bot.services.digests.delivery import DeliveryReport
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission
from tests.platforms.discord.conftest import StartBot, address, unfenced

FAULTS: dict[str, dict[str, Any]] = {
    "dropped": {"drop": True},
    "dropped-applied": {"drop": True, "applied": True},
    "500": {"status": 500},
    "503": {"status": 503},
    "503-applied": {"status": 503, "applied": True},
    "502-applied": {"status": 502, "applied": True},
    "429": {"rate_limit": "user"},
    "429-global": {"rate_limit": "global"},
    "unreadable": {"malformed": True, "applied": True},
}


async def compose(app: App, *channels: Channel) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    for channel in channels:
        await app.services.digests.subscribe(
            workspace, SubscriptionRequest(channel.name, address(channel), "mon 09:00", (), "ja")
        )
        await app.services.digests.compose_now(workspace, channel.name)


async def deliver(app: App, client: DayoriClient, *channels: Channel) -> DeliveryReport:
    await compose(app, *channels)
    return await client.delivery.deliver_open()


async def reason(app: App, channel: Channel) -> str:
    workspace = await app.services.workspaces.named(DEFAULT)
    why = (await app.services.digests.by_name(workspace, channel.name)).paused_reason
    return why.text("en") if why else ""


async def test_an_edition_arrives_once_through_every_kind_of_fault(
    server: DiscordServer, start: StartBot, guild: Guild
) -> None:
    channels = {name: guild.channel(name) for name in FAULTS}
    for name, how in FAULTS.items():
        server.fault("POST", f"/channels/{channels[name].id}/messages$", **how)
    async with start() as (app, client):
        report = await deliver(app, client, *channels.values())
    assert sorted(report.delivered) == sorted(FAULTS)
    assert {name: len(channel.messages) for name, channel in channels.items()} == dict.fromkeys(FAULTS, 1)


async def test_a_channel_that_stays_broken_is_put_off_with_its_reason_and_holds_nobody_up(
    server: DiscordServer, start: StartBot, guild: Guild
) -> None:
    broken, whole = guild.channel("broken"), guild.channel("whole")
    server.fault("POST", f"/channels/{broken.id}/messages$", status=503, times=None)
    async with start() as (app, client):
        await compose(app, broken, whole)
        delivering = client.delivery.start()
        await server.until(lambda: whole.messages, timeout=10)
        client.delivery.stop()
        report = await delivering
        workspace = await app.services.workspaces.named(DEFAULT)
        lines = {
            each.subscription.name: each.lines("en", str, prompt_name)
            for each in await app.services.digests.statuses(workspace)
        }
    assert [(name, why.text("en")) for name, why in report.failed] == [("broken", "Discord answered 503.")]
    assert lines["broken"][0].endswith("0 of 1 message has arrived (Discord answered 503.)")
    assert lines["whole"][0].endswith("1 message")


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("forbidden", "The bot may not post there; give it “Send Messages” and “Embed Links”."),
        ("hidden", "The bot cannot see the channel; give it “View Channel”."),
        ("deleted", "The channel no longer exists."),
    ],
)
async def test_a_closed_channel_is_paused_and_the_curators_are_told_once_elsewhere(
    start: StartBot, guild: Guild, trouble: str, why: str
) -> None:
    closed, other = guild.channel("閉"), guild.channel("開")
    async with start() as (app, client):
        await compose(app, other, closed)
        match trouble:
            case "forbidden":
                closed.deny(Permission.SEND_MESSAGES)
            case "hidden":
                closed.deny(Permission.VIEW_CHANNEL)
            case _:
                closed.delete()
        report = await client.delivery.deliver_open()
        for _ in range(3):
            await client.delivery.deliver_open()
        assert await reason(app, closed) == why
    assert (report.delivered, [name for name, _ in report.paused]) == (["開"], ["閉"])
    notices = [message.content for message in other.messages if not message.embeds]
    assert len(notices) == 1
    assert "「閉」の配信を一時停止しました" in notices[0]


async def test_a_server_that_threw_the_bot_out_is_asked_no_more(
    server: DiscordServer, start: StartBot, guild: Guild
) -> None:
    channel = guild.channel("論文")
    async with start() as (app, client):
        await compose(app, channel)
        guild.kick()
        await client.delivery.deliver_open()
        count = len(server.requests)
        for _ in range(3):
            await client.delivery.deliver_open()
        assert len(server.requests) == count
        assert await reason(app, channel)


async def test_an_archived_thread_is_opened_by_posting_and_a_locked_one_is_paused(
    start: StartBot, guild: Guild
) -> None:
    archived = guild.thread("過去", archived=True)
    locked = guild.thread("封", archived=True, locked=True)
    async with start() as (app, client):
        report = await deliver(app, client, archived, locked)
        assert await reason(app, locked) == "The thread is locked; unlock it or choose another channel."
    assert report.delivered == ["過去"]
    assert not archived.archived


async def test_a_forum_is_refused_in_words_and_a_post_of_it_takes_editions(start: StartBot, guild: Guild) -> None:
    forum = guild.forum("広場")
    post = guild.thread("論文だより", forum)
    async with start() as (app, client):
        report = await deliver(app, client, forum, post)
        assert "choose a text channel, or a post of the forum" in await reason(app, forum)
    assert report.delivered == ["論文だより"]


async def test_a_message_that_somebody_deleted_at_once_has_arrived(
    server: DiscordServer, start: StartBot, guild: Guild
) -> None:
    channel = guild.channel("論文")
    server.fault("POST", f"/channels/{channel.id}/messages$", status=503, applied=True)
    async with start() as (app, client):
        await compose(app, channel)
        delivering = client.delivery.start()
        await server.until(lambda: channel.messages)
        server.world.remove(channel.messages[0])
        assert (await delivering).delivered == ["論文"]
    assert channel.messages == []


async def test_status_tells_of_last_editions_and_of_what_comes(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    channel = guild.channel("論文")
    async with start():
        none = await (await server.slash(curator, general, "digest status", locale="ja")).next()
        await server.slash(curator, general, "digest subscribe", channel=channel, schedule="月 09:00", locale="ja")
        await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
        answer = await (await server.slash(curator, general, "digest status", locale="ja")).next()
    assert "まだ配信先がありません" in none.content
    assert f"<#{channel.id}>" in answer.content
    assert "前号: 第1号" in answer.content
    assert "1通" in answer.content
    assert "次号: <t:" in answer.content
    assert "いまのところ新着なし" in answer.content


async def test_of_a_refused_message_the_paper_at_fault_goes_out_as_a_link(
    strict: tuple[DiscordServer, DiscordPublisher],
) -> None:
    server, publisher = strict
    channel = server.add_guild("研究室").channel("論文")
    good = {"title": "良い論文", "description": "短い", "url": "https://example.org/1", "footer": {"text": "p1"}}
    bad = {
        "title": "長い論文",
        "description": "長" * 5000,
        "url": "https://example.org/2",
        "footer": {"text": "p2 ・ #abcdefgh"},
    }
    await publisher.publish(address(channel), {"content": "", "embeds": [good, bad]}, "abcdefgh", unfenced)
    (message,) = channel.messages
    assert [embed["title"] for embed in message.embeds] == ["良い論文"]
    assert message.content == "- [長い論文](<https://example.org/2>)\n-# #abcdefgh"
    assert await publisher.find(address(channel), "abcdefgh", str(channel.id)) == str(message.id)


async def test_a_message_refused_as_a_whole_goes_out_as_links_or_is_put_off(
    strict: tuple[DiscordServer, DiscordPublisher],
) -> None:
    server, publisher = strict
    channel = server.add_guild("研究室").channel("論文")
    footers = [{"text": f"p{n}"} for n in range(3)]
    embeds = [
        {"title": f"論文{n}", "description": "長" * 3000, "url": f"https://example.org/{n}", "footer": footer}
        for n, footer in enumerate(footers)
    ]
    await publisher.publish(
        address(channel), {"content": "目次 <https://example.org/0>", "embeds": embeds}, "a", unfenced
    )
    assert (
        channel.last.content
        == "目次 <https://example.org/0>\n- [論文1](<https://example.org/1>)\n- [論文2](<https://example.org/2>)"
    )
    with pytest.raises(BlockedError, match="refused the message"):
        await publisher.publish(address(channel), {"content": "", "embeds": []}, "b", unfenced)


async def test_a_refused_token_stops_every_request(strict: tuple[DiscordServer, DiscordPublisher]) -> None:
    server, publisher = strict
    channel = server.add_guild("研究室").channel("論文")
    server.token = "another"
    for _ in range(20):
        with pytest.raises(RetryLaterError) as refused:
            await publisher.publish(address(channel), {"content": "a"}, "a", unfenced)
        assert refused.value.is_global
    assert len(server.sent("POST", "/messages")) == 1


async def test_a_429_that_is_not_discords_stops_every_request(strict: tuple[DiscordServer, DiscordPublisher]) -> None:
    server, publisher = strict
    channel = server.add_guild("研究室").channel("論文")
    server.fault("POST", "/messages$", rate_limit="user", via=False)
    for _ in range(3):
        with pytest.raises(RetryLaterError):
            await publisher.publish(address(channel), {"content": "a"}, "a", unfenced)
    assert len(server.sent("POST", "/messages")) == 1


async def test_too_many_refusals_bring_a_rest_long_before_discord_shuts_us_out() -> None:
    pace = GlobalRateLimit()
    for _ in range(900):
        pace.count_refusal(403)
        pace.count_refusal(404)  # Discord does not count these
    async with pace.request():
        pass
    for _ in range(200):
        pace.count_refusal(403)
    with pytest.raises(RetryLaterError) as caught:
        async with pace.request():
            pass
    assert caught.value.is_global
    assert 500 < caught.value.seconds <= 600
