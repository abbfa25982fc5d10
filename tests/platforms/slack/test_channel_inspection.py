"""Doctor looks at many channels of Slack with few questions, and stops asking when Slack wants a rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from time import monotonic

import pytest

from bot.platforms.slack.inspector import SlackInspector
from bot.services.check import Check
from bot.services.ports import DigestChannel
from tests.doubles.slack import SlackServer

MANY = 60


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


async def checks_of(server: SlackServer, channels: int = MANY) -> list[Check]:
    """Return the checks of the first channels, which are there already or never were."""
    listed = [DigestChannel(f"c{n}", f"slack:{server.team}/C0DOUBLE{n:02}") for n in range(1, channels + 1)]
    inspector = SlackInspector(server.api_url, server.tokens["bot"], server.tokens["app"], unfurls=True)
    found = [each async for each in inspector.online_checks(listed, lambda _server, _date: None)]
    return [each for each in found if each.name.startswith(("channel ", "slack channels"))]


async def test_sixty_channels_of_the_bot_are_looked_at_with_one_question(server: SlackServer) -> None:
    for n in range(1, MANY + 1):
        server.channel(n, is_private=n % 2 == 0, is_archived=n == 7)
    checks = await checks_of(server)
    assert {each.name: each.level for each in checks if each.level != "ok"} == {"channel c7": "fault"}
    assert len(checks) == MANY
    assert len(server.sent("users.conversations")) == 1
    assert not server.sent("conversations.info")


async def test_the_list_is_read_page_by_page_and_only_as_far_as_needed(server: SlackServer) -> None:
    server.page = 25
    for n in range(1, 100):
        server.channel(n)
    assert {each.level for each in await checks_of(server)} == {"ok"}
    assert len(server.sent("users.conversations")) == 3


async def test_channels_that_the_bot_is_not_in_are_asked_for_one_by_one(server: SlackServer) -> None:
    for n in range(1, MANY + 1):
        server.channel(n, is_member=n != 3)
    checks = {each.name: each for each in await checks_of(server)}
    assert "is not in #papers-3" in checks["channel c3"].message.text("en")
    assert [each.body["channel"] for each in server.sent("conversations.info")] == ["C0DOUBLE03"]


async def test_an_app_that_may_not_list_asks_for_each_channel(server: SlackServer) -> None:
    for n in range(1, 13):
        server.channel(n)
    server.fault("users.conversations", error="missing_scope")
    assert {each.level for each in await checks_of(server, 12)} == {"ok"}
    assert len(server.sent("conversations.info")) == 12


async def test_short_rests_are_kept(server: SlackServer) -> None:
    for n in range(1, MANY + 1):
        server.channel(n, is_member=False)
    server.fault("conversations.info", nth=20, times=2, retry_after=0.2)
    began = monotonic()
    checks = await checks_of(server)
    assert monotonic() - began > 0.4
    assert len(checks) == MANY
    assert len(server.sent("conversations.info")) == MANY + 2


async def test_after_a_long_rest_was_asked_for_nothing_more_is_asked(server: SlackServer) -> None:
    for n in range(1, MANY + 1):
        server.channel(n, is_member=False)
    server.fault("conversations.info", nth=51, times=None, retry_after=30)
    *looked_at, rest = await checks_of(server)
    assert len(looked_at) == 50
    assert rest.level == "warning"
    assert "not looked at: 10" in rest.message.text("en")
    assert len(server.sent("conversations.info")) == 51
