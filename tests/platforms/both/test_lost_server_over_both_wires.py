"""A bot whose PostgreSQL server is killed says so, loses nothing, repeats nothing, and goes on when it is back."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.config import Config
from tests.collection import all_papers
from tests.conftest import STARTER
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer, Permission
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import SlackServer, text_of
from tests.platforms.both.conftest import arrived, running
from tests.platforms.both.test_delivery_over_both_wires import subscribe
from tests.platforms.discord.conftest import answered
from tests.platforms.slack.adding import look_at, own_buttons
from tests.postgres_server import Server, server
from tests.stores import on_server, remake

pytestmark = on_server
LINK = "https://arxiv.org/abs/2001.08361"
# who asks first may still have a connection that breaks
LOST = re.compile("サーバー(につながりません: 接続を拒否しています|との接続が切れました)")
Channels = tuple[DiscordChannel, SlackChannel]


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture
async def settings(settings: Config, own_server: Server) -> AsyncIterator[Config]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = await remake(own_server, "lost_one")
    changed = {"database_url": url, "papers_file": str(STARTER), "health": {"listen": f"127.0.0.1:{port}"}}
    yield Config.model_validate(settings.model_dump() | changed)
    if not own_server.is_running:
        own_server.start()


async def health(settings: Config) -> tuple[int, str | None]:
    """Return what `/healthz` answers: the status, and the fault; 0 before it is served."""
    address = f"http://{settings.health.listen}/healthz"
    try:
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            return response.status, (await response.json())["fault"]
    except aiohttp.ClientConnectionError:
        return 0, None


async def is_well(settings: Config) -> None:
    async with asyncio.timeout(20):
        while await health(settings) != (200, None):
            await asyncio.sleep(0.1)


def of_the_store(lines: Sequence[MutableMapping[str, Any]]) -> list[str]:
    """Return what the log says about the store and what needs it."""
    return [line["event"] for line in lines if line["log_level"] != "info" or "database" in line]


async def test_who_writes_while_the_server_is_gone_is_told_and_can_go_on_when_it_is_back(
    settings: Config, own_server: Server, discord: DiscordServer, slack: SlackServer, channels: Channels
) -> None:
    here, there = channels
    assert here.guild
    curator, person = here.guild.member("花子", permissions=Permission.MANAGE_GUILD), slack.person()
    async with running(settings) as app:
        await is_well(settings)
        form = await discord.slash(curator, here, "addpaper", source=LINK, locale="ja")
        look = await answered(await discord.submit(curator, form.modal, {"title": "Scaling Laws"}, locale="ja"))
        modal = await look_at(person, there)
        with capture_logs() as lines:
            own_server.kill()
            card = await answered(await discord.slash(curator, here, "paper", query="retnet", locale="ja"))
            pressed = await answered(await discord.click(curator, look, "保存", locale="ja"))
            asked = await person.ask(there, "/paper retnet")
            await person.submit(modal)
            await slack.until(lambda: person.modal and "⚠️" in text_of(person.modal), timeout=20)
            refused = await person.until_modal("⚠️")
            assert own_buttons(refused)[0] == "保存"
            told = await health(settings)
            await asyncio.sleep(3)  # several turns of everything that looks for changes
            own_server.start()
            await is_well(settings)
        await discord.click(curator, look, "保存", locale="ja")
        await person.submit(refused)
        await slack.until(lambda: person.modal and "保存しました。" in text_of(person.modal), timeout=20)
        workspace = await app.services.workspaces.named("default")
        async with asyncio.timeout(10):
            while len(await all_papers(app.services.lookup, workspace)) < 8:
                await asyncio.sleep(0.1)
    assert LOST.search(card.content) and card.ephemeral
    assert LOST.search(pressed.content) and pressed.ephemeral
    assert LOST.search(text_of(asked))
    assert told == (503, "The database could not be read: the server cannot be reached: it refuses connections.")
    assert of_the_store(lines) == [
        "the database's server is lost; what waits goes on when it is back",
        "the database's server is back",
    ]


@pytest.mark.parametrize("seconds", [0.1, 0.6])  # while a message is on its way, and before its answer is recorded
async def test_an_edition_on_its_way_when_the_server_is_killed_arrives_once(
    settings: Config, own_server: Server, discord: DiscordServer, channels: Channels, seconds: float
) -> None:
    await subscribe(settings, channels)
    posting = discord.fault("POST", r"/messages$", delay=0.5)
    async with running(settings):
        await discord.until(lambda: posting.hits or channels[0].messages, timeout=20)
        await asyncio.sleep(seconds)
        own_server.kill()
        await asyncio.sleep(1)
        own_server.start()
        await is_well(settings)
        await arrived(*channels)
        await asyncio.sleep(2)
    assert [len(channel.messages) for channel in channels] == [1, 1]
