"""What exists on the stand-in Discord: users, servers, roles, channels and messages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from . import payloads
from .errors import Json
from .models import Message, Role, User
from .permissions import BOT_DEFAULT, EVERYONE_DEFAULT
from .places import Channel, Guild, Kind

EPOCH_MS = 1_420_070_400_000
# Servers are older than their channels. A step of a prime number of milliseconds spreads them over the shards, which
# are chosen by (id >> 22) % count.
_FIRST_GUILD = datetime(2021, 4, 1, tzinfo=UTC)
_GUILD_STEP = timedelta(milliseconds=1_000_003)

Emit = Callable[[str, Json, Guild | None], None]


class World:
    """Hold everything, give out ids, and tell the gateway what changes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.emit: Emit = lambda event, payload, guild: None
        self.changed: Callable[[], None] = lambda: None
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.users: dict[int, User] = {}
        self.nonces: dict[tuple[int, str], tuple[float, Message]] = {}
        self._last_id = 0
        self._guild_numbers = itertools.count()
        self.owner = self.user("オーナー")
        self.bot = self.user("論文だより", bot=True)
        self.application_id = self.bot.id

    def new_id(self) -> int:
        """Return a snowflake of this moment, higher than every one before."""
        milliseconds = int(self.now().timestamp() * 1000)
        self._last_id = max(self._last_id + 1, (milliseconds - EPOCH_MS) << 22)
        return self._last_id

    def user(self, name: str, *, bot: bool = False) -> User:
        """Add a user."""
        user = User(self.new_id(), name, bot=bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, *, guild_id: int | None = None, joined: bool = True) -> Guild:
        """Add a server with the bot in it, a channel `general` and Discord's default permissions."""
        if guild_id is None:
            moment = _FIRST_GUILD + _GUILD_STEP * next(self._guild_numbers)
            guild_id = (int(moment.timestamp() * 1000) - EPOCH_MS) << 22
        guild = Guild(self, guild_id, name, self.owner)
        guild.roles[guild_id] = Role(guild_id, "@everyone", EVERYONE_DEFAULT)
        guild.add_member(self.owner)
        bot_role = Role(self.new_id(), self.bot.name, BOT_DEFAULT, managed=True, position=1)
        guild.roles[bot_role.id] = bot_role
        guild.bot = guild.add_member(self.bot, [bot_role])
        guild.joined = False
        self.guilds[guild_id] = guild
        guild.channel("general")
        if joined:
            guild.join()
        return guild

    def add_channel(self, channel: Channel) -> Channel:
        """Enter a channel and announce it."""
        self.channels[channel.id] = channel
        if channel.guild is not None:
            channel.guild.channels[channel.id] = channel
            event = "THREAD_CREATE" if channel.is_thread else "CHANNEL_CREATE"
            extra: Json = {"newly_created": True} if channel.is_thread else {}
            self.emit(event, payloads.channel(channel) | extra, channel.guild)
        return channel

    def direct_channel(self, user: User) -> Channel:
        """Return the one direct-message channel with a user."""
        for channel in self.channels.values():
            if channel.kind is Kind.DM and channel.recipient is user:
                return channel
        return self.add_channel(Channel(self, self.new_id(), Kind.DM, "", recipient=user))

    def post(self, message: Message) -> Message:
        """Put a message into its channel and announce it; nobody else sees an ephemeral one."""
        if not message.ephemeral:
            message.channel.log[message.id] = message
            self.emit("MESSAGE_CREATE", payloads.gateway_message(message), message.channel.guild)
        self.changed()
        return message

    def edited(self, message: Message) -> None:
        """Stamp a change of a message and announce it."""
        message.edited_at = self.now()
        if not message.ephemeral:
            self.emit("MESSAGE_UPDATE", payloads.gateway_message(message), message.channel.guild)
        self.changed()

    def remove(self, message: Message) -> None:
        """Take a message away and announce it."""
        message.deleted = True
        if message.channel.log.pop(message.id, None) is not None:
            payload: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
            if message.channel.guild is not None:
                payload["guild_id"] = str(message.channel.guild.id)
            self.emit("MESSAGE_DELETE", payload, message.channel.guild)
        self.changed()

    def new_message(self, channel: Channel, author: User, content: str, **fields: Any) -> Message:
        """Make a message that is not yet anywhere."""
        return Message(channel, self.new_id(), author, content, self.now(), **fields)

    def member_guilds(self) -> Iterable[Guild]:
        """Return the servers that the bot is in."""
        return (guild for guild in self.guilds.values() if guild.joined)
