"""A platform that keeps its messages and fails on demand; it renders editions as two papers per message."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.domain.digest import Edition, Payload
from bot.domain.errors import ChannelClosedError, PublishError, UnknownOutcomeError
from bot.domain.paper import Paper
from bot.i18n import Locale, Message, msg
from bot.services.ports import Fence
from tests.doubles.clock import AdjustableClock

Fault = Literal["dropped", "answer lost", "refused", "killed before", "killed after", "hangs"]
NONCES_ARE_KEPT = timedelta(minutes=3)


class KilledError(BaseException):
    """The process ends here, as far as the code under test can tell."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in a channel."""

    channel: str
    payload: Payload
    nonce: str
    at: datetime

    @property
    def papers(self) -> list[str]:
        return list(self.payload["papers"])


class FakePublisher:
    """Posts into lists; each request to post (into `faulty` only) uses up one of `faults`."""

    nonce_memory = 60.0

    def __init__(self, clock: AdjustableClock) -> None:
        self.posted: list[Posted] = []
        self.faults: deque[Fault | None] = deque()
        self.faulty: str | None = None
        self.closed: set[str] = set()
        self.unreadable: PublishError | None = None
        self.told: list[str] = []
        self.searches = self.refusals = 0
        self._clock = clock

    async def publish(self, channel: str, payload: Payload, nonce: str, fence: Fence) -> str:
        await fence()
        if channel in self.closed:
            self.refusals += 1
            raise ChannelClosedError(msg("The channel no longer exists."))
        fault = self.faults.popleft() if self.faults and self.faulty in (None, channel) else None
        if fault == "dropped":
            raise UnknownOutcomeError(msg("Discord answered {status}.", status=502))
        if fault == "refused":
            raise PublishError(msg("Discord answered {status}.", status=400))
        if fault == "killed before":
            raise KilledError
        message_id = self._post(channel, payload, nonce)
        if fault == "answer lost":
            raise UnknownOutcomeError(msg("Discord answered {status}.", status=504))
        if fault == "killed after":
            raise KilledError
        if fault == "hangs":
            await asyncio.sleep(3600)
        return message_id

    def _post(self, channel: str, payload: Payload, nonce: str) -> str:
        for n, posted in enumerate(self.posted):
            if (posted.channel, posted.nonce) == (channel, nonce) and self._clock() - posted.at <= NONCES_ARE_KEPT:
                return str(n)
        self.posted.append(Posted(channel, payload, nonce, self._clock()))
        return str(len(self.posted) - 1)

    async def edit(self, channel: str, message_id: str, payload: Payload, fence: Fence) -> None:
        await fence()
        n = int(message_id)
        self.posted[n] = replace(self.posted[n], payload=payload)

    async def anchor(self, channel: str) -> str:
        return str(len(self.posted))

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        self.searches += 1
        if self.unreadable:
            raise self.unreadable
        for n, posted in enumerate(self.posted):
            if posted.channel == channel and n >= int(anchor) and marker in json.dumps(posted.payload):
                return str(n)
        return None

    async def notify_curators(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        await fence()
        self.told.append(text)

    async def tell(self, person: str, payload: Payload, nonce: str) -> None:
        fault = self.faults.popleft() if self.faults else None
        if person in self.closed:
            raise ChannelClosedError(msg("They take no direct messages from the bot."))
        if fault == "dropped":
            raise UnknownOutcomeError(msg("Discord answered {status}.", status=502))
        self._post(person, payload, nonce)
        if fault == "answer lost":
            raise UnknownOutcomeError(msg("Discord answered {status}.", status=504))

    def command_name(self, command: str, locale: Locale) -> str:
        return f"</{command}:1>"

    def follow_ups_in(self, channel: str) -> list[str]:
        """Return all follow-ups in a channel, in order."""
        return [
            each for posted in self.posted if posted.channel == channel for each in posted.payload.get("follow_ups", ())
        ]

    def papers_in(self, channel: str) -> list[str]:
        """Return the ids of all papers in a channel, in order."""
        return [id for posted in self.posted if posted.channel == channel for id in posted.papers]


class FakeRenderer:
    """Renders two papers per message; an edition without papers is one message."""

    def edition(self, edition: Edition, marker_of: Callable[[int], str]) -> tuple[Payload, ...]:
        ids = [paper.id for paper in edition.papers]
        pairs = [ids[start : start + 2] for start in range(0, len(ids), 2)] or [[]]
        messages: tuple[Payload, ...] = tuple(
            {"papers": pair, "footer": f"#{marker_of(n)}"} for n, pair in enumerate(pairs)
        )
        if edition.follow_ups:
            messages[-1]["follow_ups"] = [f"{each.paper.id} {each.update.value}" for each in edition.follow_ups]
        return messages

    def redrawn(
        self, payload: Payload, paper: Paper, place: int, locale: Locale, *, is_removed: bool = False
    ) -> Payload | None:
        redrawn = f"removed: {paper.title}" if is_removed else paper.title
        return {**payload, "redrawn": redrawn} if paper.id in payload["papers"] else None

    def notice(self, message: Message, paper: Paper, locale: Locale) -> Payload:
        return {"text": message.text(locale), "papers": [paper.id]}
