"""One interaction of a user with the bot: the request, the answers, and how long they took."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field

from .components import LABEL, numbered
from .errors import ApiError, Json, NotAnsweredError, unknown
from .models import EPHEMERAL, Member, Message, User
from .payloads import readable, walk
from .places import Channel

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
ANSWER, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
# The answers that Discord accepts for each kind of interaction.
ALLOWED = {
    COMMAND: (ANSWER, DEFER, MODAL),
    COMPONENT: (ANSWER, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    SUBMIT: (ANSWER, DEFER, DEFER_UPDATE, UPDATE),
}


@dataclass(frozen=True)
class Choices:
    """What the bot suggested while a user typed, and how long it took."""

    items: list[Json]
    elapsed: float

    @property
    def names(self) -> list[str]:
        """Return what the user reads."""
        return [item["name"] for item in self.items]

    @property
    def values(self) -> list[str | int | float]:
        """Return what is sent when one is chosen."""
        return [item["value"] for item in self.items]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Json:
        return self.items[index]


@dataclass(frozen=True)
class Modal:
    """A form that the bot opened; `fields` are its inputs by custom_id, each with the label above it."""

    custom_id: str
    title: str
    components: list[Json]
    source: Interaction

    @property
    def fields(self) -> dict[str, Json]:
        """Return the inputs by custom_id."""
        by_name: dict[str, Json] = {}
        for part in self.components:
            inputs = [part["component"]] if part["type"] == LABEL else part.get("components") or []
            for one in inputs:
                by_name[one["custom_id"]] = one | {"label": part.get("label") or one.get("label")}
        return by_name


@dataclass(frozen=True)
class Reply:
    """What a user received, as it was on arrival: an answer, a form, a changed message, or a follow-up."""

    interaction: Interaction
    type: int
    elapsed: float
    message: Message | None = None
    modal: Modal | None = None
    choices: list[Json] = field(default_factory=list)
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    ephemeral: bool = False

    @property
    def deferred(self) -> bool:
        """Return whether the bot only said that it will answer later."""
        return self.type in (DEFER, DEFER_UPDATE)

    @property
    def text(self) -> str:
        """Return all that the user can read."""
        return readable(self.content, self.embeds, self.components)

    @property
    def controls(self) -> list[str]:
        """Name the buttons and selects that the user sees."""
        types = (2, 3, 5, 6, 7, 8)
        labels = [one.get("label") or one.get("placeholder") for one in walk(self.components) if one["type"] in types]
        return [label or "" for label in labels]

    async def next(self, timeout: float = 30.0) -> Reply:
        """Wait for what comes after this: the answer behind a defer, a follow-up, an edit."""
        try:
            async with asyncio.timeout(timeout):
                return await self.interaction.later.get()
        except TimeoutError:
            raise NotAnsweredError(f"nothing followed within {timeout} s on {self.interaction.name}") from None


@dataclass(eq=False)
class Interaction:
    """One interaction: its token, its first answer and everything that follows."""

    id: int
    kind: int
    name: str
    user: User
    member: Member | None
    channel: Channel
    source: Message | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    started: float = field(default_factory=time.monotonic)
    answer_type: int | None = None
    elapsed: float = 0.0
    original: Message | None = None
    first: asyncio.Future[Reply] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    later: asyncio.Queue[Reply] = field(default_factory=asyncio.Queue)
    messages: dict[int, Message] = field(default_factory=dict)

    def answer(self, kind: int, window: float) -> None:
        """Record the bot's first answer, or refuse it like Discord."""
        passed = time.monotonic() - self.started
        if self.answer_type is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if passed > window:
            raise unknown("interaction", 10062)
        if kind not in ALLOWED[self.kind] or (kind in (DEFER_UPDATE, UPDATE) and self.source is None):
            raise ApiError(400, 50035, "Invalid Form Body", {"type": {"_errors": [{"code": "BASE_TYPE_CHOICES"}]}})
        self.answer_type, self.elapsed = kind, passed

    def settle(self, message: Message | None, *, modal: Json | None = None, choices: list[Json] | None = None) -> None:
        """Hand the first answer to the waiting user."""
        assert self.answer_type is not None
        form = None
        if modal is not None:
            form = Modal(modal["custom_id"], modal["title"], numbered(modal["components"]), self)
        reply = self.reply(self.answer_type, message, modal=form, choices=choices or [])
        if not self.first.done():
            self.first.set_result(reply)

    def follow(self, kind: int, message: Message) -> None:
        """Hand a later message or edit to the user."""
        self.later.put_nowait(self.reply(kind, message))

    def reply(
        self, kind: int, message: Message | None, *, modal: Modal | None = None, choices: list[Json] | None = None
    ) -> Reply:
        """Record what the user sees now."""
        passed = time.monotonic() - self.started
        if message is None:
            return Reply(self, kind, passed, modal=modal, choices=choices or [])
        return Reply(
            self,
            kind,
            passed,
            message,
            content=message.content,
            embeds=list(message.embeds),
            components=list(message.components),
            ephemeral=message.ephemeral,
        )

    def own_message(self, message_id: str) -> Message:
        """Return a message of this interaction; `@original` is its first answer."""
        if message_id == "@original":
            message = self.original
        else:
            message = self.messages.get(int(message_id)) if message_id.isdigit() else None
        if message is None or message.deleted:
            raise unknown("Message", 10008)
        return message

    def metadata(self) -> Json:
        """Return what Discord notes on a message that answers an interaction."""
        guild = self.channel.guild
        owners = {"0": str(guild.id if guild else 0)} if guild is None or guild.joined else {}
        owners |= {"1": str(self.user.id)} if self.user.installed else {}
        described: Json = {
            "id": str(self.id),
            "type": self.kind,
            "user": {"id": str(self.user.id), "username": self.user.name, "discriminator": "0", "avatar": None},
            "authorizing_integration_owners": owners,
        }
        described["user"] |= {"global_name": self.user.name, "public_flags": 0, "flags": 0, "primary_guild": None}
        return described | ({"name": self.name} if self.kind == COMMAND else {})


def ephemeral(flags: int | None) -> bool:
    """Return whether flags ask for a message that only the user sees."""
    return bool((flags or 0) & EPHEMERAL)
