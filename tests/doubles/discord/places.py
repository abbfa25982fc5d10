"""Servers and channels of the Discord double, and what a test may do with each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from . import payloads
from .errors import Json
from .models import Member, Message, Role, User
from .permissions import DIRECT_MESSAGE, Overwrite, Permission, in_channel

if TYPE_CHECKING:
    from .world import World


class Kind(IntEnum):
    """The channel types that this double knows."""

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    NEWS = 5
    NEWS_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = (Kind.NEWS_THREAD, Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD)
TEXTUAL = (Kind.TEXT, Kind.NEWS, Kind.DM, Kind.VOICE, *THREADS)


@dataclass(eq=False)
class Channel:
    """A text, news, forum or direct channel, or a thread."""

    world: World
    id: int
    kind: Kind
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: User | None = None
    archived: bool = False
    locked: bool = False
    require_tag: bool = False
    tags: list[Json] = field(default_factory=list)
    applied_tags: list[str] = field(default_factory=list)
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    log: dict[int, Message] = field(default_factory=dict)
    owner_id: int | None = None

    @property
    def is_thread(self) -> bool:
        """Return whether it is a thread (a forum post is one)."""
        return self.kind in THREADS

    @property
    def messages(self) -> list[Message]:
        """Return what everybody in the channel sees, oldest first."""
        return list(self.log.values())

    @property
    def last(self) -> Message:
        """Return the newest message."""
        return self.messages[-1]

    @property
    def exists(self) -> bool:
        """Return whether it was not deleted."""
        return self.world.channels.get(self.id) is self

    def permissions(self, user: User) -> int:
        """Work out what a user may do here; a thread asks its parent."""
        if self.guild is None:
            return DIRECT_MESSAGE
        member = self.guild.members.get(user.id)
        if member is None:
            return 0
        place = self.parent if self.is_thread and self.parent is not None else self
        roles = [role.id for role in member.roles]
        sending = Permission.SEND_MESSAGES_IN_THREADS if self.is_thread else Permission.SEND_MESSAGES
        return in_channel(member.guild_permissions, place.overwrites, self.guild.id, roles, user.id, sending)

    def may(self, user: User, needed: int) -> bool:
        """Return whether a user has all of these permissions here."""
        return self.permissions(user) & needed == needed

    def overwrite(self, target: Role | Member, *, allow: int = 0, deny: int = 0) -> None:
        """Set what this channel allows and denies to a role or a member."""
        self.overwrites[target.id] = Overwrite(int(isinstance(target, Member)), int(allow), int(deny))
        self._announce("UPDATE")

    def deny(self, *permissions: Permission) -> None:
        """Take permissions from the bot in this channel (in a thread: in its parent)."""
        assert self.guild is not None
        place = self.parent if self.is_thread and self.parent is not None else self
        denied = 0
        for permission in permissions:
            denied |= permission
        place.overwrite(self.guild.bot, deny=denied)

    def reset(self) -> None:
        """Forget every overwrite."""
        place = self.parent if self.is_thread and self.parent is not None else self
        place.overwrites.clear()
        place._announce("UPDATE")

    def archive(self, *, archived: bool = True, locked: bool = False) -> None:
        """Close (and lock) a thread, or open it again."""
        self.archived, self.locked = archived, locked
        self._announce("UPDATE")

    def delete(self) -> None:
        """Delete the channel with its threads."""
        for channel in list(self.world.channels.values()):
            if channel.parent is self:
                channel.delete()
        self.world.channels.pop(self.id, None)
        if self.guild is not None:
            self.guild.channels.pop(self.id, None)
        self._announce("DELETE")

    def say(self, author: Member | User, content: str) -> Message:
        """Let a user write into the channel."""
        user = author.user if isinstance(author, Member) else author
        return self.world.post(self.world.new_message(self, user, content))

    def _announce(self, change: str) -> None:
        kind = "THREAD" if self.is_thread else "CHANNEL"
        self.world.emit(f"{kind}_{change}", payloads.channel(self), self.guild)
        self.world.changed()


@dataclass(eq=False)
class Guild:
    """A server; channels and members are made when they are first named."""

    world: World
    id: int
    name: str
    owner: User
    locale: str = "ja"
    joined: bool = True
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    bot: Member = field(init=False)
    # Commands whose default_member_permissions the server's admin has lifted in the integration settings.
    open_commands: set[str] = field(default_factory=set)

    @property
    def key(self) -> Json:
        """Return the reference that events carry."""
        return {"guild_id": str(self.id)}

    @property
    def everyone(self) -> Role:
        """Return the role that all members have."""
        return self.roles[self.id]

    def add_member(self, user: User, roles: Iterable[Role] = ()) -> Member:
        """Let an existing user join."""
        member = Member(self, user, list(roles))
        self.members[user.id] = member
        return member

    def member(self, name: str, *, permissions: int = 0, roles: Iterable[str] = ()) -> Member:
        """Return the member of that name; a new one gets these permissions and these roles."""
        for member in self.members.values():
            if member.name == name:
                return member
        member = self.add_member(self.world.user(name), [self.role(role) for role in roles])
        if permissions:
            member.roles.append(self.role(f"{name}の権限", permissions))
        return member

    def role(self, name: str, permissions: int = 0) -> Role:
        """Return the role of that name; a new one grants these permissions."""
        for role in self.roles.values():
            if role.name == name:
                return role
        role = Role(self.world.new_id(), name, int(permissions), position=len(self.roles))
        self.roles[role.id] = role
        self.world.emit("GUILD_ROLE_CREATE", self.key | {"role": payloads.role(role)}, self)
        return role

    def channel(self, name: str, *, kind: Kind = Kind.TEXT, channel_id: int | None = None) -> Channel:
        """Return the channel of that name; a new one is a text channel."""
        subscription = self._named(name)
        if subscription is not None:
            return subscription
        return self.world.add_channel(Channel(self.world, channel_id or self.world.new_id(), kind, name, self))

    def news(self, name: str) -> Channel:
        """Return the announcement channel of that name."""
        return self.channel(name, kind=Kind.NEWS)

    def forum(self, name: str, *, tags: Iterable[str] = (), require_tag: bool = False) -> Channel:
        """Return the forum of that name; a new one has these tags."""
        subscription = self._named(name)
        if subscription is not None:
            return subscription
        forum = Channel(self.world, self.world.new_id(), Kind.FORUM, name, self, require_tag=require_tag)
        forum.tags = [
            {"id": str(self.world.new_id()), "name": tag, "moderated": False, "emoji_id": None, "emoji_name": None}
            for tag in tags
        ]
        return self.world.add_channel(forum)

    def thread(
        self, name: str, parent: Channel | None = None, *, archived: bool = False, locked: bool = False
    ) -> Channel:
        """Return the thread of that name; a new one hangs below `parent` (by default the channel `general`)."""
        subscription = self._named(name)
        if subscription is not None:
            return subscription
        below = parent or self.channel("general")
        kind = Kind.NEWS_THREAD if below.kind is Kind.NEWS else Kind.PUBLIC_THREAD
        thread = Channel(self.world, self.world.new_id(), kind, name, self, below, archived=archived, locked=locked)
        thread.owner_id = self.owner.id
        return self.world.add_channel(thread)

    def join(self) -> None:
        """Invite the bot."""
        self.joined = True
        self.members[self.bot.id] = self.bot
        # discord.py tells a new server from one that is back by the absence of `unavailable`.
        new = {key: value for key, value in payloads.guild_create(self).items() if key != "unavailable"}
        self.world.emit("GUILD_CREATE", new, self)

    def kick(self) -> None:
        """Throw the bot out."""
        self.world.emit("GUILD_DELETE", {"id": str(self.id)}, self)
        self.joined = False
        self.members.pop(self.bot.id, None)

    def _named(self, name: str) -> Channel | None:
        return next((channel for channel in self.channels.values() if channel.name == name), None)
