"""Which messages are sent to Slack, and what a search of a channel finds, over a real socket."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest

from bot.domain.digest import Payload
from bot.domain.errors import (
    BlockedError,
    ChannelClosedError,
    PublishError,
    RetryLaterError,
    UnknownOutcomeError,
)
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link
from bot.formats.registry import read_file
from bot.platforms.slack.render import SlackRenderer, papers_of
from tests.conftest import STARTER
from tests.doubles.clock import TOKYO
from tests.doubles.slack import Channel, SlackServer
from tests.platforms.slack.conftest import NAMES, publishing, unfenced
from tests.platforms.slack.test_render import edition_of
from tests.samples import paper as sample


def message(marker: str = "abcdefgh") -> Payload:
    return SlackRenderer(TOKYO, NAMES).edition(edition_of(read_file(STARTER)), lambda n: marker)[0]


@pytest.mark.parametrize(
    ("how", "meaning"),
    [
        ({"status": 500}, UnknownOutcomeError),
        ({"status": 503}, UnknownOutcomeError),
        ({"drop": True}, UnknownOutcomeError),
        ({"malformed": True}, UnknownOutcomeError),
        ({"error": "internal_error"}, UnknownOutcomeError),
        ({"error": "duplicate_message_not_found"}, UnknownOutcomeError),
        ({"retry_after": 7.0}, RetryLaterError),
        ({"error": "invalid_auth"}, RetryLaterError),
        ({"error": "is_archived"}, ChannelClosedError),
        ({"error": "restricted_action"}, ChannelClosedError),
        ({"error": "missing_scope"}, BlockedError),
        ({"error": "something_new"}, PublishError),
        ({"status": 302}, PublishError),
    ],
)
async def test_one_call_is_one_request_and_every_answer_has_its_meaning(
    server: SlackServer, channel: Channel, how: dict[str, Any], meaning: type[PublishError]
) -> None:
    fault = server.fault("chat.postMessage", times=None, **how)
    async with publishing(server) as publisher:
        with pytest.raises(PublishError) as refused:
            await publisher.publish(channel.address, message(), "a", unfenced)
    assert fault.hits == 1
    assert type(refused.value) is meaning or (meaning is not PublishError and isinstance(refused.value, meaning))


async def test_what_a_fence_refuses_never_reaches_slack_and_its_reason_comes_through(
    server: SlackServer, channel: Channel
) -> None:
    class GoneError(Exception):
        """An edition that another process holds now."""

    async def closed() -> None:
        raise GoneError

    async with publishing(server) as publisher:
        with pytest.raises(GoneError):
            await publisher.publish(channel.address, message(), "a", closed)
        with pytest.raises(GoneError):
            await publisher.edit(channel.address, "1.0", message(), closed)
        with pytest.raises(GoneError):
            await publisher.notify_curators(f"slack:{channel.team}/0", [channel.address], "a", "a", closed)
    assert server.sent("chat.postMessage") == server.sent("chat.update") == []


async def test_a_channel_gets_a_message_a_second_and_another_does_not_wait(server: SlackServer) -> None:
    server.channel_rate = 0.15  # far below the spacing, since a busy machine delays single requests
    first, second = server.channel(1), server.channel(2)
    began = monotonic()
    async with publishing(server, spacing=0.35) as publisher:
        for _ in range(3):
            await publisher.publish(first.address, message(), "a", unfenced)
            await publisher.publish(second.address, message(), "a", unfenced)
    assert len(first.messages) == len(second.messages) == 3
    assert 0.7 <= monotonic() - began < 1.7  # 1.75 if one waited for the other


async def test_a_message_is_found_by_its_marker_only_since_its_moment_and_only_if_it_is_ours(
    server: SlackServer, channel: Channel
) -> None:
    server.page = 2
    async with publishing(server) as publisher:
        anchor = await publisher.anchor(channel.address)
        sent = await publisher.publish(channel.address, message(), "a", unfenced)
        channel.put("B0ANOTHER1", message("copied00"))
        for n in range(7):
            channel.say(f"{n} abcdefgh")
        assert await publisher.find(channel.address, "abcdefgh", anchor) == sent
        assert await publisher.find(channel.address, "copied00", anchor) is None
        assert await publisher.find(channel.address, "abcdefgh", f"{float(sent) + 1:.6f}") is None


async def test_a_message_is_found_although_history_lags_behind(server: SlackServer, channel: Channel) -> None:
    server.lag = 0.15
    async with publishing(server) as publisher:
        anchor = await publisher.anchor(channel.address)
        sent = await publisher.publish(channel.address, message(), "a", unfenced)
        assert await publisher.find(channel.address, "abcdefgh", anchor) == sent


async def test_where_the_bot_may_not_look_nothing_is_taken_for_missing(server: SlackServer, channel: Channel) -> None:
    async with publishing(server) as publisher:
        channel.is_member = False
        with pytest.raises(BlockedError, match="cannot check"):
            await publisher.find(channel.address, "abcdefgh", "0")
        server.fault("conversations.history", status=502)
        with pytest.raises(UnknownOutcomeError):
            await publisher.find(channel.address, "abcdefgh", "0")


async def test_an_anchor_is_slacks_time_and_without_it_what_stands_last_in_the_channel(
    server: SlackServer, channel: Channel
) -> None:
    async with publishing(server) as publisher:
        first = channel.say("a")
        assert 0 < float(first.ts) - float(await publisher.anchor(channel.address)) < 70
    server.tells_the_time = False
    async with publishing(server) as publisher:
        assert await publisher.anchor(channel.address) == first.ts
        assert await publisher.anchor(server.channel(2).address) == "0"


async def test_a_message_that_slack_refuses_goes_out_as_links_and_is_found_still(
    server: SlackServer, channel: Channel
) -> None:
    refused = server.fault("chat.postMessage", error="msg_blocks_too_long")
    async with publishing(server) as publisher:
        sent = await publisher.publish(channel.address, message(), "a", unfenced)
        assert refused.hits == len(channel.messages) == 1
        assert await publisher.find(channel.address, "abcdefgh", "0") == sent
        server.keeps_metadata = False
        assert await publisher.find(channel.address, "abcdefgh", "0") == sent
        server.fault("chat.postMessage", error="msg_too_long", times=None)
        with pytest.raises(BlockedError, match="msg_too_long"):
            await publisher.publish(channel.address, message(), "a", unfenced)
    assert channel.messages[0].blocks == []
    assert channel.messages[0].text.count("\n• *<https://") == len(read_file(STARTER))


async def test_a_refused_message_names_every_paper_even_where_their_links_do_not_fit(
    server: SlackServer, channel: Channel
) -> None:
    papers = [
        sample(
            n, headline="見出し" * 30, links=[Link(f"https://example.org/{n}/{'x' * 600}")], identifiers=Identifiers()
        )
        for n in range(9)
    ]
    payload = SlackRenderer(TOKYO, NAMES).edition(edition_of(papers), lambda n: "abcdefgh")[0]
    server.fault("chat.postMessage", error="invalid_blocks")
    async with publishing(server) as publisher:
        await publisher.publish(channel.address, payload, "a", unfenced)
    _, *lines, marker = channel.messages[0].text.split("\n")
    assert marker == "#abcdefgh"
    assert len(lines) == len(papers_of(payload)) > 3
    assert all("見出し" * 30 in line for line in lines)
    assert 0 < sum("https://" in line for line in lines) < len(lines)


async def test_a_search_waits_out_a_429_and_gives_up_on_a_long_one(server: SlackServer, channel: Channel) -> None:
    async with publishing(server) as publisher:
        sent = await publisher.publish(channel.address, message(), "a", unfenced)
        busy = server.fault("conversations.history", times=3, retry_after=0.05)
        assert await publisher.find(channel.address, "abcdefgh", "0") == sent
        assert busy.hits == 3
        assert await publisher.find(channel.address, "another0", "0") is None
        for seconds, times in ((61.0, 1), (0.0, None)):
            server.faults.clear()
            server.fault("conversations.history", times=times, retry_after=seconds)
            with pytest.raises(RetryLaterError):
                await publisher.find(channel.address, "abcdefgh", "0")


async def test_an_edit_replaces_what_a_message_says_and_one_that_is_gone_stays_gone(
    server: SlackServer, channel: Channel
) -> None:
    async with publishing(server) as publisher:
        sent = await publisher.publish(channel.address, message(), "a", unfenced)
        await publisher.edit(channel.address, sent, message() | {"text": "anders"}, unfenced)
        await publisher.edit(channel.address, "1.000000", message(), unfenced)
    assert [each.text for each in channel.messages] == ["anders"]
    assert channel.messages[0].metadata


async def test_the_channel_of_another_team_is_told_apart(server: SlackServer) -> None:
    async with publishing(server) as publisher:
        with pytest.raises(ChannelClosedError, match="T0DOUBLE01 and not to T0OTHER"):
            await publisher.publish("slack:T0OTHER/C1", message(), "a", unfenced)
    assert server.sent("chat.postMessage") == []


async def told(server: SlackServer, *curators: str, closed: Channel, places: list[str]) -> dict[str, int]:
    """Tell the curators of a closed channel; return how many messages each place got."""
    async with publishing(server, *curators) as publisher:
        await publisher.notify_curators(closed.address, places, "📮 <@U1>", "a", unfenced)
    return {id: len(each.messages) for id, each in server.channels.items() if each.messages}


async def test_a_closed_channel_is_told_to_the_named_curators_alone(server: SlackServer, channel: Channel) -> None:
    other, named, gone = server.channel(2), server.person(1), server.person(2, is_gone=True)
    server.person(3, is_admin=True)
    curators = ("Editors", "123456789012345678", gone.id, named.id)
    assert await told(server, *curators, closed=channel, places=[other.address]) == {named.direct.id: 1}
    assert named.direct.messages[0].text == "📮 &lt;@U1&gt;"


async def test_without_a_named_curator_up_to_three_who_manage_the_workspace_are_told(
    server: SlackServer, channel: Channel
) -> None:
    other, server.page = server.channel(2), 2
    server.person(1)
    server.person(2, is_admin=True, is_gone=True)
    managers = [server.person(n, is_admin=True) for n in range(3, 7)]
    expected = {each.direct.id: 1 for each in managers[:3]}
    assert await told(server, closed=channel, places=[other.address]) == expected


async def test_where_nobody_can_be_written_to_another_channel_of_the_digest_is_told(
    server: SlackServer, channel: Channel
) -> None:
    other, admin = server.channel(2), server.person(1, is_admin=True)
    server.has_messages_tab = False
    places = [channel.address, other.address]
    assert await told(server, admin.id, closed=channel, places=places) == {other.id: 1}
    assert await told(server, admin.id, closed=channel, places=[channel.address]) == {other.id: 1}


async def test_who_manages_the_workspace_need_not_be_known(server: SlackServer, channel: Channel) -> None:
    other = server.channel(2)
    server.person(1, is_admin=True)
    server.fault("users.list", error="missing_scope")
    assert await told(server, closed=channel, places=[other.address]) == {other.id: 1}
