"""All requests of one token stay together below Discord's limit: deliveries, and logins of other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from time import monotonic

import discord
import pytest
from aiohttp import TraceConfig
from discord.http import HTTPClient, Route

from bot.platforms.discord.client_rate_limit import limit_requests
from bot.platforms.discord.publisher import DiscordPublisher
from bot.platforms.discord.rate_limit import GlobalRateLimit
from bot.platforms.discord.request_quota import RequestQuota
from bot.services.job_leases import JobLeases
from bot.store.database import Database
from tests.doubles.discord import Channel, DiscordServer
from tests.platforms.discord.conftest import address, unfenced

JOB = "delivery discord a"
Make = Callable[[], JobLeases]


@pytest.fixture
def make(database: Database) -> Make:
    """Return a function that makes the leases of one of four processes."""

    async def count_others() -> int:
        return 3

    return lambda: JobLeases(database, lambda: datetime.now(UTC), count_others, 0.6)


async def test_a_process_that_is_alone_or_does_not_know_of_others_has_the_whole_limit(make: Make) -> None:
    assert RequestQuota(make(), JOB).rate() == 36  # at first
    alone = make()
    async with alone.kept():
        alone.others = 0
        assert RequestQuota(alone, JOB).rate() == 48


async def test_who_delivers_has_most_of_discords_limit_and_the_others_share_the_rest(make: Make) -> None:
    first, second = make(), make()
    first.want(JOB)
    async with first.kept(), second.kept():
        assert RequestQuota(first, JOB).rate() == 36  # others may log in at the same time
        assert RequestQuota(second, JOB).rate() == pytest.approx(2 / 3)
        second.others = 15
        assert RequestQuota(second, JOB).rate() == pytest.approx(2 / 15)


async def test_while_nobody_delivers_processes_that_start_share_the_limit(make: Make) -> None:
    async with make().kept(), make().kept(), (starting := make()).kept():
        assert RequestQuota(starting, JOB).rate() == 12


async def test_beside_a_delivery_logins_take_turns_and_each_has_all_that_is_left(make: Make) -> None:
    delivering, running = make(), 0
    delivering.want(JOB)

    async def log_in() -> None:
        nonlocal running
        async with (leases := make()).kept(), (quota := RequestQuota(leases, JOB)).login():
            running += 1
            assert (running, quota.rate()) == (1, 2)
            await asyncio.sleep(0.05)
            running -= 1

    async with delivering.kept():
        await asyncio.gather(*(log_in() for _ in range(3)))


async def logged_in(stack: AsyncExitStack, server: DiscordServer, limit: GlobalRateLimit) -> HTTPClient:
    """Return the HTTP side of a client whose own requests are limited."""
    Route.BASE = server.api_url
    trace = limit_requests(TraceConfig(), limit)
    client = await stack.enter_async_context(discord.Client(intents=discord.Intents.none(), http_trace=trace))
    await client.http.static_login(server.token)
    return client.http


async def test_what_discord_py_asks_by_itself_waits_for_its_turn_and_answers_to_people_do_not(
    server: DiscordServer,
) -> None:
    async with AsyncExitStack() as stack:
        http = await logged_in(stack, server, GlobalRateLimit(lambda: 4.0))
        for _ in range(4):
            await http.get_bot_gateway()
        assert server.requests[4].time - server.requests[0].time > 0.99
        began = monotonic()
        for _ in range(3):
            with pytest.raises(discord.HTTPException):
                await http.request(Route("POST", "/interactions/{id}/{token}/callback", id=1, token="a"))
        assert monotonic() - began < 0.2


async def test_a_request_of_a_delivery_has_one_turn(server: DiscordServer, general: Channel) -> None:
    async with AsyncExitStack() as stack:
        limit = GlobalRateLimit(lambda: 4.0)
        publisher = DiscordPublisher(await logged_in(stack, server, limit), rate_limit=limit)
        began = monotonic()
        for n in "abc":  # and the login: four turns
            await publisher.publish(address(general), {"content": n}, n, unfenced)
        assert monotonic() - began < 0.9


async def test_a_rest_of_the_deliveries_does_not_keep_a_bot_from_connecting(server: DiscordServer) -> None:
    async with AsyncExitStack() as stack:
        limit = GlobalRateLimit()
        http = await logged_in(stack, server, limit)
        limit.rest(600)
        await asyncio.wait_for(http.get_bot_gateway(), 5)
