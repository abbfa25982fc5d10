"""The Slack double's content: a team, its channels, and their messages with the time from which they can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Message:
    """A message in a channel; it is listed from the moment `listed_at` (monotonic) on."""

    ts: str
    bot_id: str | None
    text: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    listed_at: float = 0.0
    files: list[tuple[str, bytes]] = field(default_factory=list)

    def shown(self, *, with_metadata: bool) -> Json:
        """Return the message as the history shows it."""
        message: Json = {"type": "message", "ts": self.ts, "text": self.text, "blocks": self.blocks}
        message |= {"bot_id": self.bot_id} if self.bot_id else {"user": "U0PERSON01"}
        return message | ({"metadata": self.metadata} if with_metadata and self.metadata else {})


@dataclass
class Channel:
    """A channel, or with an id that begins with D the direct messages between the bot and one person.

    The bot is a member by default, as are all people but the `absent`; `trouble` is the error for refused posts.
    It is `is_external` when another company's people are in it too.
    """

    id: str
    team: str
    name: str = ""
    is_member: bool = True
    is_private: bool = False
    is_archived: bool = False
    is_external: bool = False
    absent: set[str] = field(default_factory=set)
    trouble: str | None = None
    messages: list[Message] = field(default_factory=list)
    takes_next: float = 0.0

    @property
    def is_direct(self) -> bool:
        """Return whether it holds the direct messages of one person."""
        return self.id.startswith("D")

    @property
    def is_visible(self) -> bool:
        """Return whether the bot may know of the channel."""
        return self.is_member or not self.is_private

    def shown(self) -> Json:
        """Return it as conversations.info tells."""
        if self.is_direct:
            return {"id": self.id, "is_im": True, "is_archived": False}
        kind = {"is_channel": True, "is_im": False, "is_mpim": False, "is_private": self.is_private}
        state = {"is_archived": self.is_archived, "is_member": self.is_member}
        return {"id": self.id, "name": self.name, **kind, **state}

    @property
    def address(self) -> str:
        """Return the channel as a subscription names it."""
        return f"slack:{self.team}/{self.id}"

    def put(self, bot_id: str | None, body: Json, lag: float = 0.0) -> Message:
        """Put a message into the channel, listed after that many seconds."""
        message = Message(
            self.next_ts(),
            bot_id,
            body.get("text", ""),
            body.get("blocks") or [],
            body.get("metadata"),
            monotonic() + lag,
        )
        self.messages.append(message)
        return message

    def next_ts(self) -> str:
        """Return the timestamp of a new message, which no other one has."""
        last = float(self.messages[-1].ts) if self.messages else 0.0
        return f"{max(time(), last + 0.000_100):.6f}"

    def say(self, text: str) -> Message:
        """Let a person write something."""
        return self.put(None, {"text": text})

    def listed(self, oldest: float) -> list[Message]:
        """Return the history's messages since then, newest first."""
        now = monotonic()
        return [each for each in reversed(self.messages) if each.listed_at <= now and float(each.ts) >= oldest]
