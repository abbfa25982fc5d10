"""The methods of the Web API that the bot uses, with Slack's own errors."""

from __future__ import annotations

import json
from collections.abc import Callable
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
    return {"team_id": server.team, "team": "研究室", "user_id": "U0BOT00001", "bot_id": server.bot_id}


def open_connection(server: SlackServer, body: Json) -> Json:
    return {"url": server.sockets.url}


def post(server: SlackServer, body: Json) -> Json:
    channel = _channel(server, body)
    if not channel.is_member:
        raise Refusal("not_in_channel")
    if channel.trouble:
        raise Refusal(channel.trouble)
    now = monotonic()
    if server.channel_rate and now < channel.takes_next:
        raise Refusal("ratelimited", retry_after=channel.takes_next - now)
    channel.takes_next = now + (server.channel_rate or 0)
    return {"channel": channel.id, "ts": channel.put(server.bot_id, body, server.next_lag()).ts}


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
    channel = _channel(server, body)
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


def user_info(server: SlackServer, body: Json) -> Json:
    person = server.people.get(str(body.get("user")))
    if person is None:
        raise Refusal("user_not_found")
    return {"user": person.profile()}


def open_view(server: SlackServer, body: Json) -> Json:
    view = _view(body)
    opened = server.views.open(str(body.get("trigger_id")), view)
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
    view = _view(body)
    server.views.homes[str(body["user_id"])] = view
    return {"view": view}


def _view(body: Json) -> Json:
    view = body["view"]
    return dict(json.loads(view) if isinstance(view, str) else view)


def _channel(server: SlackServer, body: Json) -> Channel:
    channel = server.channels.get(str(body.get("channel")))
    if channel is None:
        raise Refusal("channel_not_found")
    return channel


METHODS: dict[str, tuple[Callable[[SlackServer, Json], Json], str]] = {
    "auth.test": (auth_test, "bot"),
    "apps.connections.open": (open_connection, "app"),
    "chat.postMessage": (post, "bot"),
    "chat.update": (update, "bot"),
    "conversations.history": (history, "bot"),
    "users.info": (user_info, "bot"),
    "views.open": (open_view, "bot"),
    "views.update": (update_view, "bot"),
    "views.publish": (publish_view, "bot"),
}
