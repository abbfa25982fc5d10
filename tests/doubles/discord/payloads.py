"""Discord's JSON for the nouns: what REST answers and what the gateway announces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from .errors import Json

if TYPE_CHECKING:
    from .models import Member, Message, Role, User
    from .places import Channel, Guild

_JOINED = "2022-04-01T00:00:00.000000+00:00"
_THREAD_KINDS = (10, 11, 12)
_FORUM = 15


def stamp(moment: datetime | None) -> str | None:
    """Write a moment the way Discord does."""
    return None if moment is None else moment.isoformat(timespec="microseconds")


def user(user: User) -> Json:
    """Describe a user."""
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name,
        "discriminator": "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    } | ({"bot": True} if user.bot else {})


def member(member: Member, *, with_user: bool = True) -> Json:
    """Describe a member."""
    return {
        "roles": [str(role.id) for role in member.roles],
        "joined_at": _JOINED,
        "nick": None,
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "premium_since": None,
        "pending": False,
        "flags": 0,
        "mute": False,
        "deaf": False,
    } | ({"user": user(member.user)} if with_user else {})


def role(role: Role) -> Json:
    """Describe a role."""
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel(channel: Channel) -> Json:
    """Describe a channel of any kind."""
    described: Json = {"id": str(channel.id), "type": int(channel.kind), "flags": 16 * channel.require_tag}
    last = next(reversed(channel.log), None)
    described["last_message_id"] = None if last is None else str(last)
    if channel.guild is None:
        return described | {"recipients": [user(channel.recipient)] if channel.recipient else []}
    described |= {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": None if channel.parent is None else str(channel.parent.id),
        "rate_limit_per_user": 0,
    }
    if channel.kind in _THREAD_KINDS:
        return described | _thread(channel)
    return described | _guild_channel(channel)


def _thread(channel: Channel) -> Json:
    return {
        "owner_id": str(channel.owner_id or channel.world.bot.id),
        "thread_metadata": {
            "archived": channel.archived,
            "locked": channel.locked,
            "auto_archive_duration": 4320,
            "archive_timestamp": _JOINED,
            "create_timestamp": _JOINED,
        },
        "message_count": len(channel.log),
        "total_message_sent": len(channel.log),
        "member_count": 1,
        "applied_tags": list(channel.applied_tags),
    }


def _guild_channel(channel: Channel) -> Json:
    described: Json = {
        "position": 0,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": [
            {"id": str(target), "type": one.kind, "allow": str(one.allow), "deny": str(one.deny)}
            for target, one in channel.overwrites.items()
        ],
    }
    if channel.kind == _FORUM:
        described |= {"available_tags": channel.tags, "default_reaction_emoji": None, "default_sort_order": None}
        described["default_forum_layout"] = 0
    return described


def guild(guild: Guild) -> Json:
    """Describe a server as REST does."""
    nothing = dict.fromkeys(
        [
            "icon",
            "description",
            "home_header",
            "splash",
            "discovery_splash",
            "banner",
            "application_id",
            "afk_channel_id",
            "system_channel_id",
            "widget_channel_id",
            "vanity_url_code",
            "rules_channel_id",
            "safety_alerts_channel_id",
            "public_updates_channel_id",
            "incidents_data",
            "max_presences",
        ]
    )
    zero = dict.fromkeys(
        [
            "system_channel_flags",
            "verification_level",
            "default_message_notifications",
            "mfa_level",
            "explicit_content_filter",
            "premium_tier",
            "premium_subscription_count",
            "nsfw_level",
        ],
        0,
    )
    return (
        nothing
        | zero
        | {
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(guild.owner.id),
            "features": [],
            "region": "japan",
            "afk_timeout": 300,
            "widget_enabled": False,
            "max_members": 500_000,
            "max_video_channel_users": 25,
            "max_stage_video_channel_users": 50,
            "preferred_locale": guild.locale,
            "premium_progress_bar_enabled": False,
            "nsfw": False,
            "emojis": [],
            "stickers": [],
            "roles": [role(one) for one in guild.roles.values()],
        }
    )


def guild_create(entered: Guild) -> Json:
    """Describe a server as the gateway does when the bot enters it; archived threads are left out."""
    channels = list(entered.channels.values())
    return guild(entered) | {
        "joined_at": _JOINED,
        "large": False,
        "unavailable": False,
        "member_count": len(entered.members),
        "members": [member(entered.bot)],
        "channels": [channel(one) for one in channels if not one.is_thread],
        "threads": [channel(one) for one in channels if one.is_thread and not one.archived],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _snapshot(original: Message) -> Json:
    """Describe a message as one that forwards it has it: without its author and its place."""
    parts = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "components")
    described = message(original)
    return {part: described[part] for part in parts}


def message(message: Message) -> Json:
    """Describe a message as REST does."""
    described: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": message.kind,
        "author": user(message.author),
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "attachments": message.attachments,
        "flags": message.flags,
        "timestamp": stamp(message.created_at),
        "edited_timestamp": stamp(message.edited_at),
        "tts": False,
        "pinned": message.pinned,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
    }
    if message.nonce is not None:
        described["nonce"] = message.nonce
    if message.application_id is not None:
        described |= {"application_id": str(message.application_id), "webhook_id": str(message.application_id)}
    if message.reference is not None:
        described["message_reference"] = message.reference
    if message.forwarded is not None:
        described["message_snapshots"] = [{"message": _snapshot(message.forwarded)}]
    if message.interaction is not None:
        described["interaction_metadata"] = message.interaction
    return described


def gateway_message(posted: Message) -> Json:
    """Describe a message as the gateway does: with its server and its author's membership."""
    described = message(posted)
    place = posted.channel.guild
    if place is not None:
        described["guild_id"] = str(place.id)
        author = place.members.get(posted.author.id)
        if author is not None:
            described["member"] = member(author, with_user=False)
    return described


def walk(components: list[Json]) -> Iterator[Json]:
    """Go through components of every shape, outermost first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("component", "accessory"):
            if component.get(key):
                yield from walk([component[key]])


def readable(content: str, embeds: list[Json], components: list[Json]) -> str:
    """Join all that a reader can read, one piece a line."""
    pieces: list[str | None] = [content]
    for embed in embeds:
        pieces += [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
        for line in embed.get("fields") or []:
            pieces += [line.get("name"), line.get("value")]
        pieces.append((embed.get("footer") or {}).get("text"))
    pieces += [component.get("content") for component in walk(components)]
    return "\n".join(piece for piece in pieces if piece)
