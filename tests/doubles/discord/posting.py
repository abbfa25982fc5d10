"""Turns a body into a new or changed message, for channels, threads, interactions and follow-ups."""

from __future__ import annotations

from typing import Any

from .components import numbered
from .errors import MISSING_ACCESS, MISSING_PERMISSIONS, ApiError, Json
from .models import COMPONENTS_V2, EPHEMERAL, LOADING, Message
from .permissions import Permission
from .places import TEXTUAL, Channel, Kind
from .routing import Call

SUPPRESS_EMBEDS, SILENT = 1 << 2, 1 << 12
_CREATE_FLAGS = SUPPRESS_EMBEDS | SILENT | COMPONENTS_V2
_EDIT_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2
_REQUEST_LIMIT = 25 * 1024 * 1024


def require_sending(call: Call, channel: Channel, body: Json) -> None:
    """Refuse a post as Discord does when the channel or the permissions do not allow it."""
    bot = call.server.world.bot
    if not channel.may(bot, Permission.VIEW_CHANNEL):
        raise ApiError(*MISSING_ACCESS)
    if channel.kind not in TEXTUAL:
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.kind is Kind.DM and channel.recipient is not None and not channel.recipient.accepts_direct:
        raise ApiError(403, 50007, "Cannot send messages to this user")
    needed = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    if body.get("embeds"):
        needed |= Permission.EMBED_LINKS
    if call.request.files:
        needed |= Permission.ATTACH_FILES
    if not channel.may(bot, needed):
        raise ApiError(*MISSING_PERMISSIONS)
    if channel.is_thread:
        _require_open(channel, may_manage=channel.may(bot, Permission.MANAGE_THREADS))


def _require_open(thread: Channel, *, may_manage: bool) -> None:
    if thread.locked and not may_manage:
        if thread.archived:
            raise ApiError(400, 50083, "Thread is archived")
        raise ApiError(403, 160005, "Thread is locked")
    if thread.archived:
        # Whoever may write into a closed thread opens it by writing.
        thread.archive(archived=False, locked=thread.locked)


def new_post(call: Call, channel: Channel, body: Json, *, message_id: int | None = None, **fields: Any) -> Message:
    """Put a message of the bot into a channel."""
    world = call.server.world
    message = world.new_message(channel, world.bot, "", **fields)
    if message_id is not None:
        message.id = message_id
    fill(call, message, body, allowed=_CREATE_FLAGS | EPHEMERAL if "seen_by" in fields else _CREATE_FLAGS)
    message.edited_at = None
    message.nonce = body.get("nonce")
    message.mentions_allowed = body.get("allowed_mentions")
    reference = body.get("message_reference")
    if reference is not None:
        if int(reference["message_id"]) not in channel.log and reference.get("fail_if_not_exists", True):
            raise ApiError(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [_NO_REFERENCE]}})
        message.reference = {"channel_id": str(channel.id), "message_id": str(reference["message_id"]), "type": 0}
        message.kind = 19
    return world.post(message)


_NO_REFERENCE = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}


def fill(call: Call, message: Message, body: Json, *, allowed: int = _EDIT_FLAGS) -> None:
    """Write what a body holds into a message; what it leaves out stays as it is."""
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "embeds" in body:
        message.embeds = [{"type": "rich"} | embed for embed in body["embeds"] or []]
    if "components" in body:
        message.components = numbered(body["components"] or [])
    if "attachments" in body or call.request.files:
        message.attachments = _attached(call, message, body)
    flags = int(body.get("flags") or 0)
    other_flags = message.flags & ~(SUPPRESS_EMBEDS | LOADING) if "flags" in body else message.flags & ~LOADING
    message.flags = other_flags | flags & allowed
    if message.flags & SUPPRESS_EMBEDS:
        message.embeds = []
    content = (message.content, message.embeds, message.components, message.attachments)
    if not any((*content, body.get("sticker_ids"), body.get("poll"))):
        raise ApiError(400, 50006, "Cannot send an empty message")


def _attached(call: Call, message: Message, body: Json) -> list[Json]:
    attachments = {one["id"]: one for one in message.attachments}
    listed = {str(one["id"]): one for one in body.get("attachments") or []}
    attached = [attachments[one] for one in listed if one in attachments]
    if sum(len(upload.content) for upload in call.request.files.values()) > _REQUEST_LIMIT:
        raise ApiError(413, 40005, "Request entity too large")
    for index, (name, upload) in enumerate(call.request.files.items()):
        number = name.removeprefix("files[").removesuffix("]")
        wish = listed.get(number, {})
        attached.append(call.server.keep_file(upload) | {"description": wish.get("description")})
        if number != str(index):
            raise ApiError(400, 50035, "Invalid Form Body", {name: {"_errors": [{"code": "UNKNOWN_FILE"}]}})
    return attached
