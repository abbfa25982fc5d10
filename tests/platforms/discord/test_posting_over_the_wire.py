"""Which messages are sent to Discord, and what a search of a channel finds, over a real socket."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
import time_machine
from discord.utils import time_snowflake

from bot.domain.errors import (
    BlockedError,
    ChannelClosedError,
    PublishError,
    RetryLaterError,
    UnfinishedSearchError,
    UnknownOutcomeError,
)
from bot.i18n import msg
from bot.platforms.discord import message_search
from bot.platforms.discord.publisher import DiscordPublisher
from tests.doubles.discord import Channel, DiscordServer, Guild, Kind, Permission
from tests.platforms.discord.conftest import address, publishing, unfenced

Strict = tuple[DiscordServer, DiscordPublisher]
POSTS = "/messages$"


@pytest.fixture
def papers(strict: Strict) -> Channel:
    return strict[0].add_guild("研究室").channel("論文")


async def post(strict: Strict, channel: Channel, marker: str = "abcdefgh") -> str:
    return await strict[1].publish(address(channel), {"content": f"#{marker}"}, marker, unfenced)


def talk(server: DiscordServer, channel: Channel, times: int) -> None:
    for n in range(times):
        channel.say(server.world.owner, str(n))


@pytest.mark.parametrize(
    "how",
    [
        {"status": 500},
        {"status": 502},
        {"status": 504},
        {"status": 408},
        {"drop": True},
        {"rate_limit": "user"},
        {"rate_limit": "global"},
        {"status": 307},
    ],
)
async def test_one_call_is_one_request_whatever_the_answer(
    strict: Strict, papers: Channel, how: dict[str, Any]
) -> None:
    fault = strict[0].fault("*", "/messages", times=None, **how)
    with pytest.raises(PublishError):
        await post(strict, papers)
    assert fault.hits == 1
    with pytest.raises(PublishError):
        await strict[1].edit(
            address(papers), "1", {"content": "", "embeds": [], "allowed_mentions": {"parse": []}}, unfenced
        )
    assert fault.hits == (1 if how == {"rate_limit": "global"} else 2)  # nothing is sent during a global wait


async def test_what_a_fence_refuses_never_reaches_discord_and_its_reason_comes_through(
    strict: Strict, papers: Channel
) -> None:
    class GoneError(Exception):
        """An edition that another process holds now."""

    async def closed() -> None:
        raise GoneError

    server, publisher = strict
    with pytest.raises(GoneError):
        await publisher.publish(address(papers), {"content": "a"}, "a", closed)
    with pytest.raises(GoneError):
        await publisher.edit(
            address(papers), "1", {"content": "", "embeds": [], "allowed_mentions": {"parse": []}}, closed
        )
    with pytest.raises(GoneError):
        await publisher.notify_curators(
            "discord:1/0".replace("1", str(papers.guild and papers.guild.id)), [address(papers)], "a", "a", closed
        )
    assert [each.path for each in server.requests if each.method in ("POST", "PATCH")] == []
    assert papers.messages == []


async def test_a_fence_is_asked_when_the_wait_for_a_rate_limit_is_over(strict: Strict, papers: Channel) -> None:
    server, publisher = strict
    server.limits.channel_rate = (1, 0.5)
    fences: list[float] = []

    async def fence() -> None:
        fences.append(monotonic())

    for n in range(3):
        await publisher.publish(address(papers), {"content": str(n)}, str(n), fence)
    posts = [each.time for each in server.sent("POST", "/messages")]
    assert len(posts) == 3
    assert fences[1] > posts[0] + 0.4
    assert all(before < ask < post for before, ask, post in zip([0.0, *posts], fences, posts, strict=False))


async def test_a_process_stopped_after_its_fence_sends_nothing_when_it_wakes(strict: Strict, papers: Channel) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:

        async def stopped() -> None:
            traveller.shift(timedelta(minutes=10))

        with pytest.raises(UnknownOutcomeError, match="delayed for too long"):
            await strict[1].publish(address(papers), {"content": "a"}, "a", stopped)
    assert papers.messages == []
    assert await post(strict, papers)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 418, 451])
@pytest.mark.parametrize("code", [None, 0, 40333])
async def test_a_refusal_that_is_not_known_closes_no_channel(
    strict: Strict, papers: Channel, status: int, code: int | None
) -> None:
    strict[0].fault("*", POSTS, times=None, status=status, code=code)
    with pytest.raises(PublishError) as refused:
        await post(strict, papers)
    assert not isinstance(refused.value, ChannelClosedError)


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, 10003), (404, 10004), (403, 50001), (403, 50013), (400, 50083), (403, 160005), (400, 50008)],
)
async def test_discords_own_words_close_a_channel(strict: Strict, papers: Channel, status: int, code: int) -> None:
    strict[0].fault("POST", POSTS, status=status, code=code)
    with pytest.raises(ChannelClosedError):
        await post(strict, papers)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 524])
async def test_after_a_time_out_or_a_broken_gateway_nobody_knows(strict: Strict, papers: Channel, status: int) -> None:
    strict[0].fault("POST", POSTS, status=status, applied=True)
    with pytest.raises(UnknownOutcomeError):
        await post(strict, papers)
    assert await post(strict, papers) == str(papers.last.id)
    assert len(papers.messages) == 1


@pytest.mark.parametrize(
    ("how", "seconds", "everywhere"),
    [
        ({"rate_limit": "user", "retry_after": 0.25}, 0.25, False),
        ({"rate_limit": "global", "retry_after": 0.25}, 0.25, True),
        ({"rate_limit": "user", "retry_after": 7.5, "via": False}, 7.5, True),  # a proxy's own response
        ({"rate_limit": "user", "retry_after": 1e9}, 60, False),
        ({"status": 429}, 600, True),  # Cloudflare's page
    ],
)
async def test_a_429_is_waited_for_as_long_as_it_says(
    strict: Strict, papers: Channel, how: dict[str, Any], seconds: float, everywhere: bool
) -> None:
    strict[0].fault("POST", POSTS, **how)
    with pytest.raises(RetryLaterError) as later:
        await post(strict, papers)
    assert (later.value.seconds, later.value.is_global) == (seconds, everywhere)


@pytest.mark.parametrize("talked", [0, 1, 99, 100, 101, 2500])
async def test_a_message_is_found_however_much_was_written_since(strict: Strict, papers: Channel, talked: int) -> None:
    server, publisher = strict
    talk(server, papers, 700)
    anchor = await publisher.anchor(address(papers))
    id = await post(strict, papers)
    talk(server, papers, talked)
    assert await publisher.find(address(papers), "abcdefgh", anchor) == id
    assert await publisher.find(address(papers), "zzzzzzzz", anchor) is None


async def test_of_many_searches_after_a_takeover_the_first_ends_long_before_the_last(
    strict: Strict, papers: Channel
) -> None:
    server, publisher = strict
    searches = [
        asyncio.create_task(publisher.find(address(papers), f"zzzzzz{n:02}", str(papers.id))) for n in range(16)
    ]
    await asyncio.wait(searches, return_when=asyncio.FIRST_COMPLETED)
    assert len(server.requests) < 80  # of 130
    assert len(server.sent("GET", "/users/@me")) == 2  # one is the login's
    for search in searches:
        search.cancel()
    await asyncio.wait(searches)


async def test_a_search_that_grows_too_long_ends_in_words_and_goes_on_from_there(
    strict: Strict, papers: Channel
) -> None:
    server, publisher = strict
    talk(server, papers, message_search.PAGES * 100 + 50)
    id = await post(strict, papers)
    with pytest.raises(UnfinishedSearchError, match="more than 10000 messages") as unfinished:
        await publisher.find(address(papers), "abcdefgh", str(papers.id))
    assert await publisher.find(address(papers), "abcdefgh", unfinished.value.anchor) == id


@pytest.mark.parametrize("wrong_by", [timedelta(hours=5), timedelta(days=400), timedelta(days=-400)])
async def test_an_anchor_is_discords_time_whatever_our_clock_says(
    strict: Strict, papers: Channel, wrong_by: timedelta
) -> None:
    server, publisher = strict
    with time_machine.travel(datetime.now(UTC) + wrong_by, tick=True):
        server.world.now = lambda: datetime.now(UTC) - wrong_by
        first = int(await publisher.anchor(address(papers)))
        await post(strict, papers)
        second = int(await publisher.anchor(address(papers)))
    now = datetime.now(UTC)
    for anchor in (first, second):
        assert time_snowflake(now - timedelta(minutes=3)) < anchor < time_snowflake(now - timedelta(minutes=1))
    assert len([each for each in server.requests if each.method == "GET"]) == 2  # the login, and Discord's time once


async def test_an_anchor_of_a_discord_that_tells_no_time_is_the_newest_message_or_the_channel(
    strict: Strict, papers: Channel
) -> None:
    server, publisher = strict
    server.tells_the_time = False
    assert await publisher.anchor(address(papers)) == str(papers.id)
    talk(server, papers, 3)
    assert await publisher.anchor(address(papers)) == str(papers.last.id)


@pytest.mark.parametrize("right", ["VIEW_CHANNEL", "READ_MESSAGE_HISTORY"])
@pytest.mark.parametrize("place", ["channel", "thread", "role", "everyone"])
async def test_nothing_found_where_we_may_not_read_is_no_answer(strict: Strict, right: str, place: str) -> None:
    server, publisher = strict
    guild = server.add_guild("研究室")
    channel = guild.thread("糸", guild.channel("論文")) if place == "thread" else guild.channel("論文")
    await post(strict, channel)
    lost = Permission[right]
    match place:
        case "role":
            channel.overwrite(guild.bot.roles[0], deny=lost)
        case "everyone":
            channel.overwrite(guild.everyone, deny=lost)
        case _:
            channel.deny(lost)
    with pytest.raises(PublishError) as blind:
        await publisher.find(address(channel), "abcdefgh", str(channel.id))
    expected = BlockedError if right == "READ_MESSAGE_HISTORY" else ChannelClosedError
    assert isinstance(blind.value, expected)
    assert ("“Read Message History”" if expected is BlockedError else "“View Channel”") in str(blind.value)


@pytest.mark.parametrize("by", ["owner", "administrator", "allowed again"])
async def test_who_may_read_after_all_finds(strict: Strict, papers: Channel, by: str) -> None:
    server, publisher = strict
    assert papers.guild
    id = await post(strict, papers)
    papers.overwrite(papers.guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    match by:
        case "owner":
            papers.guild.owner = server.world.bot
        case "administrator":
            papers.guild.bot.roles.append(papers.guild.role("管理", Permission.ADMINISTRATOR))
        case _:
            papers.overwrite(papers.guild.bot, allow=Permission.READ_MESSAGE_HISTORY)
    assert await publisher.find(address(papers), "abcdefgh", str(papers.id)) == id


async def test_a_right_that_is_lost_while_we_search_is_noticed(strict: Strict, papers: Channel) -> None:
    server, publisher = strict
    await post(strict, papers)
    server.fault("GET", POSTS, delay=0.2)
    searching = asyncio.create_task(publisher.find(address(papers), "abcdefgh", str(papers.id)))
    await server.until(lambda: server.sent("GET", "/messages"))
    papers.deny(Permission.READ_MESSAGE_HISTORY)
    with pytest.raises(BlockedError):
        await searching


async def test_a_voice_channels_chat_is_searched_too(strict: Strict) -> None:
    server, publisher = strict
    guild: Guild = server.add_guild("研究室")
    voice = guild.channel("声", kind=Kind.VOICE)
    id = await post(strict, voice)
    assert await publisher.find(address(voice), "abcdefgh", str(voice.id)) == id


def test_a_reason_that_is_kept_with_an_edition_can_be_written_as_json() -> None:
    for why in message_search.BLIND.values():
        assert msg(why.sentence).values == why.values == {}


async def test_who_quotes_a_marker_is_not_taken_for_us() -> None:
    async with DiscordServer(privileged=True) as server, publishing(server) as publisher:
        channel = server.add_guild("研究室").channel("論文")
        channel.say(server.world.owner, "#abcdefgh")
        assert await publisher.find(address(channel), "abcdefgh", str(channel.id)) is None
        id = await publisher.publish(address(channel), {"content": "#abcdefgh"}, "abcdefgh", unfenced)
        assert await publisher.find(address(channel), "abcdefgh", str(channel.id)) == id


async def test_a_discord_that_is_silent_is_asked_for_the_time_once_by_all_that_wait(
    strict: Strict, papers: Channel
) -> None:
    server, publisher = strict
    server.fault("GET", f"/channels/{papers.id}$", status=502, times=None, delay=0.1)
    anchors = await asyncio.gather(*(publisher.anchor(address(papers)) for _ in range(20)), return_exceptions=True)
    assert [type(each) for each in anchors] == [UnknownOutcomeError] * 20
    assert len(server.sent("GET", f"/channels/{papers.id}")) == 1
    server.faults.clear()
    assert await publisher.anchor(address(papers))
