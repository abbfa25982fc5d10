"""Slack under trial: its double, whose history lags.

Looks for an unsure message take 75 seconds. So time runs faster by a factor: lags and Retry-After are divided by it as
are the bot's own waits, while processes, the database and the network take as long as ever. A few runs have factor 1.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any

from bot.platforms.slack.render import SlackRenderer, papers_of
from bot.services.ports import Renderer
from tests.doubles.slack import Channel, Fault, Message, SlackServer
from trials import victim
from trials.outbox import CHANNELS, OpenMessage
from trials.stage import Arrival

FACTOR = 25.0
_LAG = 10.0  # seconds
_POST = "chat.postMessage"


class SlackStage:
    """The Slack double in one run."""

    def __init__(self, server: SlackServer, channels: list[Channel], factor: float) -> None:
        self.server, self.channels, self.factor = server, channels, factor

    def poster(self, store: Path, *, ahead: float, room: int | None) -> ForkServerProcess:
        """Start `dayori post`."""
        return victim.slack_poster(store, self.server.api_url, self.server.tokens["bot"], ahead, room, self.factor)

    def bot(self, store: Path) -> ForkServerProcess:
        """Start `dayori run`."""
        tokens: dict[str, Any] = {f"slack_{name}_token": token for name, token in self.server.tokens.items()}
        return victim.bot(store, {**tokens, "slack": {"api_url": self.server.api_url}})

    def fault(self, method: str = _POST, **how: Any) -> Fault:
        """Make posts fail; `retry_after` and `late` are in the bot's seconds."""
        for name in how.keys() & {"retry_after", "late"}:
            how[name] /= self.factor
        return self.server.fault(method, **how)

    def heal(self) -> None:
        """End all faults."""
        self.server.faults.clear()

    def talk(self, times: int) -> None:
        """Let people write that many messages into every channel."""
        for channel in self.channels:
            for n in range(times):
                channel.say(str(n))

    def forget(self) -> None:
        """Do nothing: Slack remembers nothing that would keep a message from being posted twice."""

    def arrived(self) -> list[list[str]]:
        """Return the ids of the papers that arrived, channel by channel; a refused message has them in its text."""
        return [[id for message in channel.messages for id in _papers(message)] for channel in self.channels]

    def arrival(self, channel: str, message: OpenMessage) -> Arrival:
        """Return what became of a message that is recorded as being sent."""
        place = next(each for each in self.channels if each.address == channel)
        requests = [each for each in self.server.sent(_POST) if _key(each.body.get("metadata")) == message.marker]
        if not requests:
            return "unsent"
        if any(_key(each.metadata) == message.marker for each in place.messages):
            return "answered" if requests[-1].ok else "applied"
        return "refused" if requests[-1].ok is False else "on its way"


def _papers(message: Message) -> list[str]:
    if message.blocks:
        return papers_of({"blocks": message.blocks})
    return re.findall(r"^• .*?Paper (p\d\d)", message.text, re.MULTILINE)


def _key(metadata: Mapping[str, Any] | None) -> str:
    return str(metadata["event_payload"]["key"]) if metadata else ""


class Slack:
    """Slack, as the trials see it; time runs faster by the factor."""

    messages = 15
    channels: Sequence[str] = tuple(f"slack:T0DOUBLE01/C0DOUBLE{n + 1:02}" for n in range(CHANNELS))
    renderer: Renderer = SlackRenderer(victim.POLICY.zone, victim.NAMES)

    def __init__(self, factor: float = FACTOR) -> None:
        self.factor = factor
        self.name = f"Slack, time {factor:.0f} times as fast" if factor > 1 else "Slack in real time"
        self.run = 0.5 + 3 / factor

    @asynccontextmanager
    async def open(self, dice: Random) -> AsyncIterator[SlackStage]:
        """Start the double; how its history pages, and what it leaves out, differs from run to run."""
        async with SlackServer(lag=_LAG / self.factor) as server:
            server.dice = dice
            server.page = dice.choice((100, 200, 999))
            server.pages_from_oldest = dice.random() < 0.5
            server.keeps_metadata = dice.random() < 0.7
            server.tells_the_time = dice.random() < 0.8
            yield SlackStage(server, [server.channel(n + 1) for n in range(CHANNELS)], self.factor)
            assert not server.violations, server.violations
