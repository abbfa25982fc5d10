"""What `/metrics` counts is what the platforms and the web saw."""

from __future__ import annotations

import re
import socket

import aiohttp

from bot.config import Config
from bot.services.workspaces import DEFAULT
from tests.conftest import STARTER
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import SlackServer
from tests.doubles.web import Page
from tests.platforms.both.conftest import arrived, running
from tests.platforms.both.test_delivery_over_both_wires import subscribe
from tests.platforms.feeds import golden_feeds

_SAMPLE = re.compile(r"^dayori_(\w+?)(?:_total|_seconds_count)\{(.*)\} (\S+)$", re.MULTILINE)


async def samples(address: str) -> dict[str, float]:
    """Return the counts of a page, such as `lookup kind="search",platform="slack"`."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/metrics") as page:
        return {f"{name} {labels}": float(n) for name, labels, n in _SAMPLE.findall(await page.text())}


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


async def test_a_session_on_both_platforms_is_counted_as_they_saw_it(
    settings: Config, discord: DiscordServer, slack: SlackServer, channels: tuple[DiscordChannel, SlackChannel]
) -> None:
    general, room = channels
    assert general.guild
    reader, person = general.guild.member("太郎"), slack.person()
    await subscribe(settings, channels)
    async with golden_feeds() as (web, url, sources):
        web.put("127.0.0.1/busy.xml", Page(b"", status=429, headers={"Retry-After": "1"}))
        feeds = [{"name": each, "url": f"{url}/{each}.xml"} for each in ("blog", "busy")]
        listen = free_address()
        named = {"sources": sources, "feeds": feeds, "health": {"listen": listen}, "papers_file": str(STARTER)}
        discord.fault("POST", "/messages", rate_limit="user", times=2)
        slack.fault("chat.postMessage", retry_after=0.2, times=1)
        async with running(Config.model_validate(settings.model_dump() | named)) as app:
            await arrived(general)
            await slack.until(lambda: room.messages, timeout=20)
            await discord.connected()
            await slack.connected()
            await discord.slash(reader, general, "paper", query="retnet")
            await discord.autocomplete(reader, general, "paper", "query", "ハルシ")
            await person.ask(room, "/paper retnet")
            await person.write(room, "/paper")
            await person.suggest(await person.until_modal(), "complete", "ハルシ")
            await app.services.feeds.polling.poll_due()
            await app.services.lookup.find(await app.services.workspaces.named(DEFAULT), "retnet")
            seen = await samples(f"http://{listen}")
    polled = [each for each in web.asked if each.path.endswith(".xml")]
    assert len(polled) == 2
    assert {name: n for name, n in seen.items() if not name.startswith("interaction")} == {
        'deliveries platform="discord",result="delivered"': 1,
        'deliveries platform="discord",result="postponed"': 0,
        'deliveries platform="discord",result="paused"': 0,
        'deliveries platform="slack",result="delivered"': 1,
        'deliveries platform="slack",result="postponed"': 0,
        'deliveries platform="slack",result="paused"': 0,
        'feed_polls result="read"': 1,
        'feed_polls result="unchanged"': 0,
        'feed_polls result="failed"': 1,
        'feed_polls result="postponed"': 0,
        'feed_polls result="unsent"': 0,
        'rate_limited by="discord"': 2,
        'rate_limited by="slack"': 1,
        'rate_limited by="feeds"': 1,
        'lookup kind="search",platform="discord"': 1,
        'lookup kind="completion",platform="discord"': 1,
        'lookup kind="search",platform="slack"': 1,
        'lookup kind="completion",platform="slack"': 1,
        'lookup kind="search",platform="terminal"': 1,
    }
    assert seen['interaction kind="application_command",platform="discord"'] == 1
