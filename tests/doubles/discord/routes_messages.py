"""Routes about messages in channels: post, read, edit, delete, publish."""

from __future__ import annotations

import time

from . import payloads
from .errors import MISSING_PERMISSIONS, ApiError, Json, unknown
from .models import Message
from .permissions import Permission
from .places import Channel, Kind
from .posting import fill, new_post, require_sending
from .routes_guilds import visible
from .routing import Answer, Call, route

CROSSPOSTED = 1 << 1


@route("POST", "/channels/{channel_id}/messages")
def create_message(call: Call) -> Answer:
    """Post a message; a repeated enforced nonce gives back the message that it already made."""
    channel = call.channel()
    require_sending(call, channel, call.body)
    earlier = _by_nonce(call)
    if earlier is not None:
        return 200, payloads.message(earlier)
    message = new_post(call, channel, call.body)
    if call.body.get("nonce") is not None:
        call.server.world.nonces[_nonce_key(call)] = (time.monotonic(), message)
    return 200, payloads.message(message)


def _nonce_key(call: Call) -> tuple[int, str]:
    return call.server.world.bot.id, str(call.body["nonce"])


def _by_nonce(call: Call) -> Message | None:
    if not call.body.get("enforce_nonce"):
        return None
    made_at, message = call.server.world.nonces.get(_nonce_key(call), (float("-inf"), None))
    if message is None or time.monotonic() - made_at > call.server.nonce_window:
        return None
    if message.deleted:
        # Discord does not post again what was posted and deleted; it says that the message is unknown.
        raise unknown("Message", 10008)
    return message


@route("GET", "/channels/{channel_id}/messages")
def history(call: Call) -> Answer:
    """Read a channel's past, newest first; without Read Message History there is none."""
    channel = visible(call)
    query = call.request.query
    limit = int(query.get("limit", 50))
    if not 1 <= limit <= 100:
        place: Json = {"limit": {"_errors": [{"code": "NUMBER_TYPE_MAX", "message": "int value should be 1 to 100."}]}}
        raise ApiError(400, 50035, "Invalid Form Body", place)
    if not channel.may(call.server.world.bot, Permission.READ_MESSAGE_HISTORY):
        return 200, []
    messages = channel.messages
    if "before" in query:
        messages = [one for one in messages if one.id < int(query["before"])][-limit:]
    elif "after" in query:
        messages = [one for one in messages if one.id > int(query["after"])][:limit]
    elif "around" in query:
        messages = sorted(messages, key=lambda one: abs(one.id - int(query["around"])))[:limit]
        messages.sort(key=lambda one: one.id)
    return 200, [_shown(call, one) for one in reversed(messages[-limit:])]


def _shown(call: Call, message: Message) -> Json:
    """Describe a message; without the privileged intent, what others wrote in a server is blank."""
    described = payloads.message(message)
    own = message.author is call.server.world.bot
    if not own and message.channel.guild is not None and not call.server.gateway.privileged:
        described |= {"content": "", "embeds": [], "components": [], "attachments": []}
    return described


def _message(call: Call, channel: Channel) -> Message:
    message = channel.log.get(call.id("message_id"))
    if message is None:
        raise unknown("Message", 10008)
    return message


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def read_message(call: Call) -> Answer:
    """Read one message."""
    channel = visible(call)
    if not channel.may(call.server.world.bot, Permission.READ_MESSAGE_HISTORY):
        raise ApiError(*MISSING_PERMISSIONS)
    return 200, _shown(call, _message(call, channel))


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
def edit_message(call: Call) -> Answer:
    """Change one of the bot's own messages."""
    channel = visible(call)
    message = _message(call, channel)
    if message.author is not call.server.world.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    _require_open(channel)
    fill(call, message, call.body)
    call.server.world.edited(message)
    return 200, payloads.message(message)


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call) -> Answer:
    """Delete a message; another's needs Manage Messages."""
    channel = visible(call)
    message = _message(call, channel)
    own = message.author is call.server.world.bot
    if not own and not channel.may(call.server.world.bot, Permission.MANAGE_MESSAGES):
        raise ApiError(*MISSING_PERMISSIONS)
    _require_open(channel)
    call.server.world.remove(message)
    return 204, None


def _require_open(channel: Channel) -> None:
    if channel.is_thread and channel.archived:
        raise ApiError(400, 50083, "Thread is archived")


@route("POST", "/channels/{channel_id}/messages/{message_id}/crosspost")
def crosspost(call: Call) -> Answer:
    """Publish a message of an announcement channel."""
    channel = visible(call)
    message = _message(call, channel)
    if channel.kind is not Kind.NEWS:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    needed = Permission.SEND_MESSAGES
    if message.author is not call.server.world.bot:
        needed |= Permission.MANAGE_MESSAGES
    if not channel.may(call.server.world.bot, needed):
        raise ApiError(*MISSING_PERMISSIONS)
    if message.flags & CROSSPOSTED:
        raise ApiError(400, 40033, "This message has already been crossposted")
    message.flags |= CROSSPOSTED
    call.server.world.edited(message)
    return 200, payloads.message(message)
