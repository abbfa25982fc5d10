"""Discord under trial: its double."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any

from bot.platforms.discord.render import DiscordRenderer
from bot.services.ports import Renderer
from tests.doubles.discord import Channel, DiscordServer, Fault
from trials import victim
from trials.outbox import CHANNELS, OpenMessage
from trials.stage import Arrival

_GUILD = 880_000_000_000_000_000
_POSTS = r"/channels/\d+/messages$"


class DiscordStage:
    """The Discord double in one run."""

    def __init__(self, server: DiscordServer, channels: list[Channel]) -> None:
        self.server, self.channels = server, channels

    def poster(self, store: Path, *, ahead: float, room: int | None) -> ForkServerProcess:
        """Start `dayori post`."""
        return victim.discord_poster(store, self.server.api_url, self.server.token, ahead, room)

    def bot(self, store: Path) -> ForkServerProcess:
        """Start `dayori run`."""
        return victim.bot(store, {"discord_token": self.server.token, "discord": {"api_url": self.server.api_url}})

    def fault(self, **how: Any) -> Fault:
        """Make posts fail."""
        return self.server.fault("POST", _POSTS, **how)

    def heal(self) -> None:
        """End all faults."""
        self.server.faults.clear()

    def talk(self, times: int) -> None:
        """Let people write that many messages into every channel."""
        for channel in self.channels:
            for n in range(times):
                channel.say(self.server.world.owner, str(n))

    def forget(self) -> None:
        """Let Discord forget its nonces."""
        self.server.forget_nonces()

    def arrived(self) -> list[list[str]]:
        """Return the ids of the papers that arrived, channel by channel."""
        return [
            [embed["footer"]["text"].split(" ")[0] for message in channel.messages for embed in message.embeds]
            for channel in self.channels
        ]

    def arrival(self, channel: str, message: OpenMessage) -> Arrival:
        """Return what became of a message that is recorded as being sent."""
        place = next(each for each in self.channels if channel.endswith(f"/{each.id}"))
        posts = [each for each in self.server.requests if each.method == "POST"]
        requests = [each for each in posts if (each.body or {}).get("nonce") == message.nonce]
        if not requests:
            return "unsent"
        if any(each.nonce == message.nonce for each in place.messages):
            return "answered" if requests[-1].status == 200 else "applied"
        return "refused" if requests[-1].status >= 400 else "on its way"


class Discord:
    """Discord, as the trials see it."""

    name = "Discord"
    run, messages = 1.5, 15
    channels: Sequence[str] = tuple(f"discord:{_GUILD}/{_GUILD + n + 1}" for n in range(CHANNELS))
    renderer: Renderer = DiscordRenderer(victim.POLICY.zone)

    @asynccontextmanager
    async def open(self, dice: Random) -> AsyncIterator[DiscordStage]:
        """Start the double with the channels of the store."""
        async with DiscordServer(channel_rate=None, global_rate=None) as server:
            guild = server.add_guild("研究室", guild_id=_GUILD)
            channels = [guild.channel(f"c{n}", channel_id=_GUILD + n + 1) for n in range(CHANNELS)]
            yield DiscordStage(server, channels)
