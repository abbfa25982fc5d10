"""The methods of the Web API that the bot uses, with Slack's own errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from .world import Channel, Json

if TYPE_CHECKING:
    from .server import SlackServer


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of the double
    """An answer that is not ok."""

    def __init__(self, error: str, *, retry_after: float | None = None, **more: object) -> None:
        super().__init__(error)
        self.error, self.retry_after, self.more = error, retry_after, more


def auth_test(server: SlackServer, body: Json) -> Json:
    return {
        "team_id": server.team,
        "team": "研究室",
        "user": "ronbun_dayori",
        "user_id": "U0BOT00001",
        "bot_id": server.bot_id,
    }


def open_connection(server: SlackServer, body: Json) -> Json:
    return {"url": server.sockets.url}


def post(server: SlackServer, body: Json) -> Json:
    channel = server.direct(str(body["channel"])) or _visible(server, body)
    if channel.is_direct and not server.has_messages_tab:
        raise Refusal("messages_tab_disabled")
    if channel.is_archived:
        raise Refusal("is_archived")
    if not channel.is_member:
        raise Refusal("not_in_channel")
    if channel.trouble:
        raise Refusal(channel.trouble)
    now = monotonic()
    if server.channel_rate and now < channel.takes_next:
        raise Refusal("ratelimited", retry_after=channel.takes_next - now)
    channel.takes_next = now + (server.channel_rate or 0)
    return {"channel": channel.id, "ts": channel.put(server.bot_id, body, server.next_lag()).ts}


def post_ephemeral(server: SlackServer, body: Json) -> Json:
    channel = _visible(server, body)
    person = server.people.get(str(body.get("user")))
    if channel.is_archived:
        raise Refusal("is_archived")
    if not channel.is_member:
        raise Refusal("not_in_channel")
    if person is None or person.id in channel.absent:
        raise Refusal("user_not_in_channel")
    person.read(channel.id, body)
    return {"message_ts": channel.next_ts()}


def update(server: SlackServer, body: Json) -> Json:
    channel = _channel(server, body)
    message = next((each for each in channel.messages if each.ts == body.get("ts")), None)
    if message is None:
        raise Refusal("message_not_found")
    if message.bot_id != server.bot_id:
        raise Refusal("cant_update_message")
    message.text, message.blocks = body.get("text", ""), body.get("blocks") or []
    message.metadata = body.get("metadata", message.metadata)
    return {"channel": channel.id, "ts": message.ts}


def history(server: SlackServer, body: Json) -> Json:
    channel = _visible(server, body)
    if not channel.is_member:
        raise Refusal("not_in_channel")
    found = channel.listed(float(body.get("oldest") or 0))
    start, limit = int(body.get("cursor") or 0), min(int(body.get("limit") or 100), server.page)
    shows_metadata = server.keeps_metadata and body.get("include_all_metadata") == "true"
    page = found[start : start + limit]
    if server.pages_from_oldest:  # each page is newest first all the same
        page = found[::-1][start : start + limit][::-1]
    more = str(start + limit) if start + limit < len(found) else ""
    shown = [each.shown(with_metadata=shows_metadata) for each in page]
    return {"messages": shown, "has_more": bool(more), "response_metadata": {"next_cursor": more}}


def channel_info(server: SlackServer, body: Json) -> Json:
    return {"channel": _visible(server, body).shown()}


def conversations_of_bot(server: SlackServer, body: Json) -> Json:
    private = "private_channel" in str(body.get("types"))
    found = [each for each in server.channels.values() if each.is_member and not each.is_direct]
    found = [each for each in found if private or not each.is_private]
    start, limit = int(body.get("cursor") or 0), min(int(body.get("limit") or 100), server.page)
    shown = [{key: value for key, value in each.shown().items() if key != "is_member"} for each in found]
    more = str(start + limit) if start + limit < len(found) else ""
    return {"channels": shown[start : start + limit], "response_metadata": {"next_cursor": more}}


def join(server: SlackServer, body: Json) -> Json:
    channel = _channel(server, body)
    if channel.is_private or channel.is_direct:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    channel.is_member = True
    return {"channel": channel.shown()}


def open_direct(server: SlackServer, body: Json) -> Json:
    channel = server.direct(str(body.get("users")))
    if channel is None:
        raise Refusal("user_not_found")
    return {"channel": {"id": channel.id}}


def upload_address(server: SlackServer, body: Json) -> Json:
    if not body.get("filename") or int(body.get("length") or 0) <= 0:
        raise Refusal("invalid_arguments")
    id = f"F0DOUBLE{len(server.uploads):02}"
    server.uploads[id] = Upload(str(body["filename"]), int(body["length"]), str(body.get("alt_txt") or ""))
    return {"file_id": id, "upload_url": f"{server.api_url.removesuffix('/api/')}/upload/{id}"}


def complete_upload(server: SlackServer, body: Json) -> Json:
    if not re.fullmatch(r"[CGDZ][A-Z0-9]{8,}", str(body.get("channel_id"))):
        message = "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
        raise Refusal("invalid_arguments", response_metadata={"messages": [message]})
    channel = _visible(server, body | {"channel": body["channel_id"]})
    if not channel.is_member:
        raise Refusal("not_in_channel")
    ids = [each["id"] for each in json.loads(str(body["files"]))]
    if any(id not in server.uploads or server.uploads[id].content is None for id in ids):
        raise Refusal("file_not_found")
    posted = channel.put(server.bot_id, {"text": body.get("initial_comment") or ""})
    posted.files = [(server.uploads[id].name, server.uploads[id].content or b"") for id in ids]
    return {"files": [{"id": id, "title": server.uploads[id].name} for id in ids]}


def user_list(server: SlackServer, body: Json) -> Json:
    start, limit = int(body.get("cursor") or 0), min(int(body.get("limit") or 0) or 1000, server.page)
    members = [*server.people.values()][start : start + limit]
    more = str(start + limit) if start + limit < len(server.people) else ""
    return {"members": [each.profile() for each in members], "response_metadata": {"next_cursor": more}}


def permalink(server: SlackServer, body: Json) -> Json:
    channel, ts = _channel(server, body), str(body.get("message_ts"))
    if not any(each.ts == ts for each in channel.messages):
        raise Refusal("message_not_found")
    return {"permalink": f"https://double.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"}


def user_info(server: SlackServer, body: Json) -> Json:
    person = server.people.get(str(body.get("user")))
    if person is None:
        raise Refusal("user_not_found")
    return {"user": person.profile()}


def open_view(server: SlackServer, body: Json) -> Json:
    view, trigger = _view(body), str(body.get("trigger_id"))
    if trigger in server.views.used:
        raise Refusal("exchanged_trigger_id")
    opened = server.views.open(trigger, view)
    if opened is None:
        raise Refusal("expired_trigger_id")
    return {"view": opened.shown()}


def update_view(server: SlackServer, body: Json) -> Json:
    view = _view(body)
    updated = server.views.update(str(body.get("view_id")), view)
    if updated is None:
        raise Refusal("not_found")
    return {"view": updated.shown()}


def publish_view(server: SlackServer, body: Json) -> Json:
    published = server.views.publish(str(body["user_id"]), _view(body), body.get("hash"))
    if published is None:
        raise Refusal("hash_conflict")
    return {"view": published}


def _view(body: Json) -> Json:
    view = body["view"]
    return dict(json.loads(view) if isinstance(view, str) else view)


def _channel(server: SlackServer, body: Json) -> Channel:
    channel = server.channels.get(str(body.get("channel")))
    if channel is None:
        raise Refusal("channel_not_found")
    return channel


def _visible(server: SlackServer, body: Json) -> Channel:
    channel = _channel(server, body)
    if not channel.is_visible:
        raise Refusal("channel_not_found")
    return channel


@dataclass(slots=True)
class Upload:
    """A file that is being uploaded: its name, announced length and alternative text, and then its content."""

    name: str
    length: int
    alt: str = ""
    content: bytes | None = None


# What serves each method, the token and one scope that it needs; channels of either kind need another scope each.
METHODS: dict[str, tuple[Callable[[SlackServer, Json], Json], str, str]] = {
    "auth.test": (auth_test, "bot", ""),
    "apps.connections.open": (open_connection, "app", ""),
    "chat.postMessage": (post, "bot", "chat:write"),
    "chat.postEphemeral": (post_ephemeral, "bot", "chat:write"),
    "chat.update": (update, "bot", "chat:write"),
    "chat.getPermalink": (permalink, "bot", ""),
    "conversations.history": (history, "bot", "channels:history"),
    "conversations.info": (channel_info, "bot", "channels:read"),
    "conversations.join": (join, "bot", "channels:join"),
    "conversations.open": (open_direct, "bot", "im:write"),
    "files.getUploadURLExternal": (upload_address, "bot", "files:write"),
    "files.completeUploadExternal": (complete_upload, "bot", "files:write"),
    "users.conversations": (conversations_of_bot, "bot", "channels:read"),
    "users.info": (user_info, "bot", "users:read"),
    "users.list": (user_list, "bot", "users:read"),
    "views.open": (open_view, "bot", ""),
    "views.update": (update_view, "bot", ""),
    "views.publish": (publish_view, "bot", ""),
}
