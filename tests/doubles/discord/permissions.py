"""A member's permissions in a channel, computed from roles and overwrites like Discord does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag


class Permission(IntFlag):
    """The bits of Discord's permission mask that matter to a bot that posts."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


P = Permission
EVERYTHING = (1 << 53) - 1
NOTHING = 0
EVERYONE_DEFAULT = int(
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.USE_EXTERNAL_EMOJIS
    | P.USE_APPLICATION_COMMANDS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.SEND_MESSAGES_IN_THREADS
)
BOT_DEFAULT = int(
    P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS | P.READ_MESSAGE_HISTORY | P.SEND_MESSAGES_IN_THREADS
)
DIRECT_MESSAGE = EVERYONE_DEFAULT
# Without the permission to send, Discord reports these as absent.
_LOST_WITH_SEND = int(P.MENTION_EVERYONE | P.SEND_TTS_MESSAGES | P.ATTACH_FILES | P.EMBED_LINKS)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What one channel allows and denies to one role (kind 0) or member (kind 1)."""

    kind: int
    allow: int
    deny: int


def in_guild(everyone: int, roles: Iterable[int], *, owner: bool) -> int:
    """Combine a member's roles, before any channel's overwrites."""
    total = everyone
    for role in roles:
        total |= role
    return EVERYTHING if owner or total & P.ADMINISTRATOR else total


def in_channel(
    base: int,
    overwrites: Mapping[int, Overwrite],
    guild_id: int,
    role_ids: Iterable[int],
    user_id: int,
    sending: int = Permission.SEND_MESSAGES,
) -> int:
    """Apply a channel's overwrites to a member's base permissions: everyone, then roles, then the member.

    `sending` is the permission without which embeds and files are lost too: in a thread it is the thread's own.
    """
    if base & P.ADMINISTRATOR:
        return EVERYTHING
    total = _applied(base, overwrites.get(guild_id))
    roles = [overwrites[role_id] for role_id in role_ids if role_id in overwrites]
    allow = deny = 0
    for overwrite in roles:
        allow |= overwrite.allow
        deny |= overwrite.deny
    total = _applied(total & ~deny | allow, overwrites.get(user_id))
    if not total & P.VIEW_CHANNEL:
        return NOTHING
    return total if total & sending else total & ~_LOST_WITH_SEND


def _applied(total: int, overwrite: Overwrite | None) -> int:
    return total if overwrite is None else total & ~overwrite.deny | overwrite.allow
