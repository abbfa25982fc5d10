"""The people of the Discord double and their messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from . import payloads
from .errors import Json
from .permissions import in_guild

if TYPE_CHECKING:
    from .places import Channel, Guild

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


@dataclass(eq=False)
class User:
    """A person or a bot; `accepts_direct` False refuses direct messages with 50007.

    Who `installed` the application for themselves may use it anywhere, also where the bot is not.
    """

    id: int
    name: str
    bot: bool = False
    locale: str = "ja"
    accepts_direct: bool = True
    installed: bool = False


@dataclass(eq=False)
class Role:
    """A role and what it grants everywhere in its server."""

    id: int
    name: str
    permissions: int = 0
    managed: bool = False
    position: int = 0


@dataclass(eq=False)
class Member:
    """A user in one server."""

    guild: Guild
    user: User
    roles: list[Role] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Return the user's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """Return the user's name."""
        return self.user.name

    @property
    def guild_permissions(self) -> int:
        """Add up what the roles grant."""
        everyone = self.guild.roles[self.guild.id].permissions
        return in_guild(everyone, (role.permissions for role in self.roles), owner=self.user is self.guild.owner)

    def give(self, role: Role) -> None:
        """Give the member one more role, and tell the bot if it is its own."""
        self.roles.append(role)
        self.guild.world.emit("GUILD_MEMBER_UPDATE", payloads.member(self) | self.guild.key, self.guild)


@dataclass(eq=False)
class Message:
    """One message as Discord keeps it; embeds and components are plain JSON."""

    channel: Channel
    id: int
    author: User
    content: str
    created_at: datetime
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    kind: int = 0
    edited_at: datetime | None = None
    reference: Json | None = None
    interaction: Json | None = None
    application_id: int | None = None
    seen_by: User | None = None
    mentions_allowed: Json | None = None
    deleted: bool = False
    pinned: bool = False
    forwarded: Message | None = None

    @property
    def ephemeral(self) -> bool:
        """Return whether only `seen_by` sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Return whether it still says that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """Return all that a reader can read in it, one piece a line."""
        return payloads.readable(self.content, self.embeds, self.components)

    @property
    def url(self) -> str:
        """Return the address that "copy message link" gives."""
        guild = "@me" if self.channel.guild is None else self.channel.guild.id
        return f"https://discord.com/channels/{guild}/{self.channel.id}/{self.id}"
