"""Routes about servers, their members and roles, and about channels and threads."""

from __future__ import annotations

from . import payloads
from .errors import MISSING_ACCESS, MISSING_PERMISSIONS, ApiError, Json, unknown
from .permissions import Permission
from .places import Channel, Kind
from .posting import new_post
from .routing import Answer, Call, route


@route("GET", "/guilds/{guild_id}")
def guild(call: Call) -> Answer:
    """Show a server."""
    return 200, payloads.guild(call.guild())


@route("GET", "/guilds/{guild_id}/channels")
def guild_channels(call: Call) -> Answer:
    """List a server's channels."""
    channels = call.guild().channels.values()
    return 200, [payloads.channel(one) for one in channels if not one.is_thread]


@route("GET", "/guilds/{guild_id}/threads/active")
def active_threads(call: Call) -> Answer:
    """List a server's open threads."""
    channels = call.guild().channels.values()
    threads = [payloads.channel(one) for one in channels if one.is_thread and not one.archived]
    return 200, {"threads": threads, "members": [], "has_more": False}


@route("GET", "/guilds/{guild_id}/roles")
def roles(call: Call) -> Answer:
    """List a server's roles."""
    return 200, [payloads.role(one) for one in call.guild().roles.values()]


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def member(call: Call) -> Answer:
    """Show one member."""
    person = call.guild().members.get(call.id("user_id"))
    if person is None:
        raise unknown("Member", 10007)
    return 200, payloads.member(person)


def visible(call: Call) -> Channel:
    """Return the channel of the path, if the bot may see it."""
    channel = call.channel()
    if not channel.may(call.server.world.bot, Permission.VIEW_CHANNEL):
        raise ApiError(*MISSING_ACCESS)
    return channel


def _require(call: Call, channel: Channel, needed: int) -> None:
    if not channel.may(call.server.world.bot, needed):
        raise ApiError(*MISSING_PERMISSIONS)


@route("GET", "/channels/{channel_id}")
def channel(call: Call) -> Answer:
    """Show a channel."""
    return 200, payloads.channel(visible(call))


@route("PATCH", "/channels/{channel_id}")
def edit_channel(call: Call) -> Answer:
    """Open, close, lock or rename a thread (or rename a channel)."""
    channel = visible(call)
    thread = channel.is_thread
    own = channel.owner_id == call.server.world.bot.id
    opening = thread and set(call.body) <= {"archived"} and not channel.locked
    if not own and not opening:
        _require(call, channel, Permission.MANAGE_THREADS if thread else Permission.MANAGE_CHANNELS)
    if thread and channel.archived and call.body.get("archived", True):
        raise ApiError(400, 50083, "Thread is archived")
    channel.name = call.body.get("name", channel.name)
    channel.archive(
        archived=call.body.get("archived", channel.archived), locked=call.body.get("locked", channel.locked)
    )
    return 200, payloads.channel(channel)


@route("DELETE", "/channels/{channel_id}")
def delete_channel(call: Call) -> Answer:
    """Delete a channel or a thread."""
    channel = visible(call)
    _require(call, channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
    described = payloads.channel(channel)
    channel.delete()
    return 200, described


@route("POST", "/channels/{channel_id}/typing")
def typing(call: Call) -> Answer:
    """Show that the bot is typing."""
    visible(call)
    return 204, None


@route("POST", "/channels/{channel_id}/threads")
def start_thread(call: Call) -> Answer:
    """Open a thread; in a forum this is a post, and carries its first message."""
    parent = visible(call)
    if parent.kind is not Kind.FORUM:
        kind = Kind.NEWS_THREAD if parent.kind is Kind.NEWS else Kind(call.body.get("type", Kind.PRIVATE_THREAD))
        needed = Permission.CREATE_PRIVATE_THREADS if kind is Kind.PRIVATE_THREAD else Permission.CREATE_PUBLIC_THREADS
        _require(call, parent, needed)
        return 201, payloads.channel(_open(call, parent, kind, call.body["name"]))
    _require(call, parent, Permission.SEND_MESSAGES)
    if not isinstance(call.body.get("message"), dict):
        raise _invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    tags = [str(tag) for tag in call.body.get("applied_tags") or []]
    if parent.require_tag and not tags:
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
    if not set(tags) <= {tag["id"] for tag in parent.tags}:
        raise ApiError(404, 10087, "Unknown Tag")
    thread = _open(call, parent, Kind.PUBLIC_THREAD, call.body["name"], tags)
    first = new_post(call, thread, call.body["message"], message_id=thread.id)
    return 201, payloads.channel(thread) | {"message": payloads.message(first)}


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def start_thread_below(call: Call) -> Answer:
    """Open a thread below a message."""
    parent = visible(call)
    _require(call, parent, Permission.CREATE_PUBLIC_THREADS)
    if call.id("message_id") not in parent.log:
        raise unknown("Message", 10008)
    if call.id("message_id") in call.server.world.channels:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    kind = Kind.NEWS_THREAD if parent.kind is Kind.NEWS else Kind.PUBLIC_THREAD
    return 201, payloads.channel(_open(call, parent, kind, call.body["name"], thread_id=call.id("message_id")))


def _open(
    call: Call, parent: Channel, kind: Kind, name: str, tags: list[str] | None = None, thread_id: int | None = None
) -> Channel:
    world = call.server.world
    thread = Channel(world, thread_id or world.new_id(), kind, name, parent.guild, parent)
    thread.owner_id = world.bot.id
    thread.applied_tags = tags or []
    return world.add_channel(thread)


def _invalid(place: str, code: str, message: str) -> ApiError:
    errors: Json = {place: {"_errors": [{"code": code, "message": message}]}}
    return ApiError(400, 50035, "Invalid Form Body", errors)
