"""The world of the soak: both platforms' doubles and feeds that misbehave, and what the bot's metrics must be."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web as aiohttp

from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer
from tests.doubles.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import SlackServer
from tests.doubles.web import Web
from tests.doubles.web.answers import crossref
from tests.doubles.web.server import response
from tests.nowhere import SOURCES
from trials.soak_people import OnDiscord, OnSlack

FEEDS, _CHANNELS = 24, 6
_POSTS = r"/channels/\d+/messages$"
_KINDS = {COMMAND: "application_command", COMPONENT: "component", AUTOCOMPLETE: "autocomplete", SUBMIT: "modal_submit"}
_SERVED = ("command", "block_actions", "view_submission")
_ENTRIES, _PAPERS = 20, 300
Fault = Callable[[], Awaitable[None]]


@dataclass
class Feeds:
    """Serves feeds with news in most hours; a third of them fail now and then."""

    hour: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    async def serve(self, request: aiohttp.Request) -> aiohttp.StreamResponse:
        """Answer a poll, or as Crossref."""
        if request.path.startswith("/works/"):
            doi = request.path.removeprefix("/works/")
            return response(crossref({"DOI": doi, "title": [f"On {doi}"], "type": "journal-article"}))
        number = int(request.path.strip("/"))
        trouble = (number + self.hour) % 12 if number % 3 == 0 else 11
        if trouble < 2:
            self.answers["failed"] += 1
            self.answers["429"] += trouble == 0
            return aiohttp.Response(status=(429, 500)[trouble], headers={"Retry-After": "1"} if not trouble else {})
        tag = f'"{self.hour // 2}"'
        if request.headers.get("If-None-Match") == tag:
            self.answers["unchanged"] += 1
            return aiohttp.Response(status=304, headers={"ETag": tag})
        self.answers["read"] += 1
        return aiohttp.Response(
            text=_rss(number, self.hour // 2), content_type="application/rss+xml", headers={"ETag": tag}
        )


@dataclass
class World:
    """Everything outside the bot."""

    discord: DiscordServer
    slack: SlackServer
    web: Web
    feeds: Feeds
    discord_channels: list[DiscordChannel]
    slack_channels: list[SlackChannel]
    on_discord: OnDiscord
    on_slack: OnSlack

    def settings(self, database_url: str, folder: Path, listen: str) -> dict[str, Any]:
        """Return the bot's settings."""
        guild = self.discord_channels[0].guild
        assert guild
        channels = [f"discord:{guild.id}/{each.id}" for each in self.discord_channels]
        channels += [each.address for each in self.slack_channels]
        place = f"127.0.0.1:{self.web.port}"
        return {
            "database_url": database_url,
            "papers_file": str(_papers_file(folder)),
            "discord_token": self.discord.token,
            "discord": {"api_url": self.discord.api_url},
            "slack_bot_token": self.slack.tokens["bot"],
            "slack_app_token": self.slack.tokens["app"],
            "slack": {"api_url": self.slack.api_url},
            "sources": SOURCES | {"allowed_hosts": [place], "crossref_url": f"http://{place}"},
            "feeds": [{"name": f"f{n}", "url": f"http://{place}/{n}", "include": ["wave"]} for n in range(FEEDS)],
            "subscriptions": [
                {"name": f"s{n}", "channel": channel, "schedule": "*/20 * * * *"} for n, channel in enumerate(channels)
            ],
            "digest": {"max_papers": 1},
            "health": {"listen": listen},
        }

    def faults(self) -> list[Fault]:
        """Return what goes wrong, in turn."""
        discord, slack = self.discord, self.slack

        async def on(fault: object) -> None:
            """Let a fault wait for the next post."""

        often = [
            lambda: on(discord.fault("POST", _POSTS, rate_limit="user", retry_after=0.05)),
            lambda: self._resumed(discord.gateway.reconnect()),
            lambda: on(slack.fault("chat.postMessage", retry_after=0.1)),
            lambda: on(discord.fault("POST", _POSTS, drop=True, applied=True)),
            self._refreshed,
            lambda: self._resumed(discord.gateway.close()),
            lambda: on(discord.fault("POST", _POSTS, status=500)),
            lambda: self._resumed(discord.gateway.invalidate()),
        ]

        def unsure() -> Awaitable[None]:
            return on(slack.fault("chat.postMessage", error="internal_error"))

        # It takes 75 s, some hours here, until the bot knows whether an unsure one has arrived; its channel waits.
        return [*often, unsure, *often, *often]

    async def ready(self) -> None:
        """Wait until the bot is connected."""
        await self.discord.connected(timeout=60)
        await self.slack.connected(timeout=60)

    @property
    def failed_posts(self) -> int:
        """Return how many posts met a fault."""
        return sum(each.hits for each in self.discord.faults) + sum(each.hits for each in self.slack.faults)

    @property
    def given_up(self) -> int:
        """Return how often somebody got no answer in time or no way on."""
        return self.on_discord.given_up + self.on_slack.given_up

    def expected(self) -> dict[str, float]:
        """Return the bot's metrics as the logs of requests tell them."""
        asked, shown = self.slack.sockets.asked, self.discord.interactions.values()
        kinds = Counter(_KINDS[each.kind] for each in shown)
        on_slack = Counter("command" if each.startswith("/") else each.partition(" ")[0] for each in asked)
        refused = sum(each.status == 429 for each in self.discord.requests)
        return {
            **{f'interaction kind="{kind}",platform="discord"': times for kind, times in kinds.items()},
            **{f'interaction kind="{kind}",platform="slack"': on_slack[kind] for kind in _SERVED},
            'lookup kind="completion",platform="discord"': kinds["autocomplete"],
            'lookup kind="completion",platform="slack"': on_slack["block_suggestion"],
            'lookup kind="search",platform="discord"': sum(each.name in ("paper", "papers", "次へ ▶") for each in shown)
            - kinds["autocomplete"],
            'lookup kind="search",platform="slack"': sum(_searches(each) for each in asked),
            'deliveries platform="discord",result="delivered"': sum(
                len(each.messages) for each in self.discord_channels
            ),
            'deliveries platform="slack",result="delivered"': sum(len(each.messages) for each in self.slack_channels),
            'rate_limited by="discord"': refused,
            'rate_limited by="slack"': sum(each.hits for each in self.slack.faults if each.retry_after is not None),
            'rate_limited by="feeds"': self.feeds.answers["429"],
            **{f'feed_polls result="{each}"': self.feeds.answers[each] for each in ("read", "unchanged", "failed")},
        }

    async def _refreshed(self) -> None:
        sockets = self.slack.sockets
        opened, open_before = sockets.opened, len(sockets.open)
        await sockets.refresh()
        await self.slack.until(lambda: sockets.opened > opened and len(sockets.open) == open_before, 60)

    async def _resumed(self, fault: Awaitable[None]) -> None:
        gateway = self.discord.gateway
        before = gateway.identifies + gateway.resumes
        await fault
        await self.discord.until(lambda: gateway.identifies + gateway.resumes > before and gateway.connected, 60)


@asynccontextmanager
async def world(dice: random.Random) -> AsyncIterator[World]:
    """Start the doubles."""
    async with DiscordServer(channel_rate=None) as discord, SlackServer() as slack, Web() as web:
        guild = discord.add_guild("研究室")
        feeds = Feeds()
        web.serve("127.0.0.1", feeds.serve)
        talk, room = guild.channel("general"), slack.channel(9)
        yield World(
            discord,
            slack,
            web,
            feeds,
            [guild.channel(f"c{n}") for n in range(_CHANNELS)],
            [slack.channel(n + 1) for n in range(_CHANNELS)],
            OnDiscord(discord, talk, dice),
            OnSlack(slack, room, dice),
        )


def _papers_file(folder: Path) -> Path:
    papers = [{"id": f"p{n}", "title": f"A wave of kind {n}", "comment": "感想。" * 50} for n in range(_PAPERS)]
    file = folder / "papers.yaml"
    file.write_text(json.dumps({"papers": papers}), "utf-8")
    return file


def _searches(asked: str) -> bool:
    return asked in ("/papers", "block_actions page.on") or asked.startswith("/paper ")


def _rss(number: int, edition: int) -> str:
    items = "".join(
        f"<item><title>A wave of {number}-{n}</title><link>https://example.org/{number}/{n}</link></item>"
        for n in range(edition, edition + _ENTRIES)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{number}</title>{items}</channel></rss>'


SAMPLE = re.compile(r"^dayori_(\w+?)(?:_total|_seconds_count)\{(.*)\} (\S+)$", re.MULTILINE)
