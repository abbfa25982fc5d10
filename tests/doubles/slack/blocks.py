"""Slack's limits on messages and views: those of its reference, and what is only known from those who met it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from .elements import BLOCKS, OPTION_GROUPS, OPTIONS
from .shapes import Json, by_type, flag, items, live_markup, one_of, plain, shape, string

_BLOCK = by_type(BLOCKS)  # every kind that the bot uses may stand in messages, modals and on the home tab
_IN_MESSAGE, _IN_VIEW = 50, 100  # blocks
# Undocumented: Slack refuses blocks somewhere above 11,000 characters of JSON in all (slackapi/bolt-js#2867).
_TOTAL = 10_000
_SPLIT = 4_000  # a text without blocks that is longer becomes several messages
_TEXT, _UPDATE = 40_000, 4_000  # characters; bytes
_METADATA = 8_000  # undocumented; Slack has the error `metadata_too_large`
_VIEW = 250_000  # bytes

_NAMES = {"private_metadata": string(3000, least=0), "callback_id": string(255), "external_id": string(255)}
_VIEWS = {
    "modal": shape(
        {"type": one_of("modal"), "title": plain(24), "blocks": items(_BLOCK, _IN_VIEW)},
        {"submit": plain(24), "close": plain(24), "clear_on_close": flag, "notify_on_close": flag, **_NAMES},
    ),
    "home": shape({"type": one_of("home"), "blocks": items(_BLOCK, _IN_VIEW)}, _NAMES),
}
_CHOICES = {
    "options": shape({"options": OPTIONS}),
    "option_groups": shape({"option_groups": OPTION_GROUPS}),
}
_VIEW_METHODS = {"views.open": "modal", "views.push": "modal", "views.update": "modal", "views.publish": "home"}


def problems_in(method: str, body: Mapping[str, Any]) -> list[str]:
    """Return the reasons for which Slack would refuse the content of a request, given as JSON or as a form."""
    content = {name: _decoded(value) if name in _ENCODED else value for name, value in body.items()}
    if method in ("chat.postMessage", "chat.postEphemeral", "chat.update"):
        return problems_of(content, is_update=method == "chat.update")
    if method in _VIEW_METHODS:
        return view_problems(content.get("view"), _VIEW_METHODS[method])
    if method == "chat.unfurl":
        previews = content.get("unfurls") or {}
        return [problem for preview in previews.values() for problem in problems_of({"text": " - ", **preview})]
    return []


def problems_of(body: Mapping[str, Any], *, is_update: bool = False) -> list[str]:
    """Return the reasons for which Slack would refuse a message, and what in it would mention somebody."""
    blocks, text = body.get("blocks") or [], body.get("text") or ""
    invalid = list(items(_BLOCK, _IN_MESSAGE, least=0)("/blocks", blocks)) or [*_repetitions(blocks), *_by_sdk(blocks)]
    found = [f"invalid_blocks: {each}" for each in invalid]
    found += ["msg_blocks_too_long"] if len(json.dumps(blocks, ensure_ascii=False)) > _TOTAL else []
    found += ["msg_too_long"] if len(text) > (_TEXT if blocks else _SPLIT) else []
    found += ["msg_too_long"] if is_update and len(text.encode()) > _UPDATE else []
    found += ["no_text"] if not (blocks or text.strip()) else []
    found += live_markup("/text", text, is_verbatim=not body.get("link_names") and body.get("parse") != "full")
    return [*found, *_metadata(body.get("metadata"))]


def view_problems(view: Any, kind: str) -> list[str]:
    """Return the reasons for which Slack would refuse a view of that kind: `modal` or `home`."""
    found = [f"invalid_arguments: {each}" for each in _VIEWS[kind]("/view", view)]
    if found:
        return found
    found += [f"invalid_arguments: {each}" for each in (*_repetitions(view["blocks"]), *_by_sdk([view]))]
    if kind == "modal" and "submit" not in view and any(each["type"] == "input" for each in view["blocks"]):
        found += ["invalid_arguments: /view has inputs and no submit"]
    if json.dumps(view).count('"focus_on_load": true') > 1:
        found += ["invalid_arguments: /view has two elements that want the focus"]
    return found + (["view_too_large"] if len(json.dumps(view, ensure_ascii=False).encode()) > _VIEW else [])


def response_problems(payload: Mapping[str, Any]) -> list[str]:
    """Return the reasons for which Slack would refuse what acknowledges an envelope, or a post to a response URL."""
    for name, rule in _CHOICES.items():
        if name in payload:
            return [f"invalid_arguments: {each}" for each in rule("", payload)]
    action = payload.get("response_action")
    if action in ("update", "push"):
        return view_problems(payload.get("view"), "modal")
    if action == "errors":
        rule = shape({"response_action": one_of("errors"), "errors": lambda *_: iter(())})
        return [f"invalid_arguments: {each}" for each in rule("", payload)]
    return problems_of(payload) if payload.keys() & {"text", "blocks"} else []


def _repetitions(blocks: list[Json]) -> Iterator[str]:
    """Yield ids that stand twice: a block's within the message, an action's within its block."""
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "/blocks: an id stands twice"
    for n, block in enumerate(blocks):
        actions = [each["action_id"] for each in block.get("elements", ()) if "action_id" in each]
        if len(actions) != len(set(actions)):
            yield f"/blocks/{n}: an action's id stands twice"


def _by_sdk(objects: list[Json]) -> Iterator[str]:
    """Yield what Slack's own library refuses, or does not know and leaves out; an independent list of the limits."""
    for n, each in enumerate(objects):
        try:
            made = View(**each) if "blocks" in each else Block.parse(each)
            if made is None or made.to_dict() != each:
                yield f"/{n}: slack_sdk leaves something out"
        except SlackObjectFormationError as error:
            yield f"/{n}: {error}"


def _metadata(metadata: Any) -> Iterator[str]:
    if metadata is None:
        return
    if not (
        isinstance(metadata, dict)
        and set(metadata) == {"event_type", "event_payload"}
        and re.fullmatch(r"[a-z_]+", str(metadata["event_type"]))
        and isinstance(metadata["event_payload"], dict)
    ):
        yield "invalid_metadata_format"
    elif len(json.dumps(metadata)) > _METADATA:
        yield "metadata_too_large"


_ENCODED = ("blocks", "metadata", "unfurls", "view")


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
