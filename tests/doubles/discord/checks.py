"""Discord's limits on messages, modals and autocomplete answers that its API description does not contain."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .components import check_modal, check_rows, check_v2
from .errors import Json, Place, Problems

COMPONENTS_V2 = 1 << 15
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_SHOWN = ("content", "embeds", "components", "attachments", "sticker_ids", "poll", "message_reference")
_HTTP = re.compile(r"https?://[^\s/]+\S*\Z", re.IGNORECASE)
_PICTURE = re.compile(r"(https?|attachment)://[^\s/]+\S*\Z", re.IGNORECASE)


def problems_of(method: str, path: str, body: Any) -> Problems:
    """Check a request's body against the limits of its route."""
    problems = Problems()
    for verb, pattern, check in _CHECKS:
        if verb == method and re.fullmatch(pattern, path):
            check(body, problems)
            break
    return problems


def check_create(body: Json, problems: Problems) -> None:
    """Check a new message: within the limits, and with something to show."""
    check_message(body, problems)
    if not any(_shows(body.get(key)) for key in _SHOWN):
        problems.add((), "EMPTY", "Cannot send an empty message")
    nonce = body.get("nonce")
    problems.too_long(("nonce",), nonce, 25)
    if nonce is not None and not isinstance(nonce, (str, int)):
        problems.add(("nonce",), "BASE_TYPE_INVALID", "A nonce is a string or a number")
    if body.get("enforce_nonce") and nonce in (None, ""):
        problems.add(("nonce",), "BASE_TYPE_REQUIRED", "enforce_nonce needs a nonce")


def check_message(body: Json, problems: Problems, at: Place = ()) -> None:
    """Check the contents of a message body."""
    problems.too_long((*at, "content"), body.get("content"), 2000)
    embeds = body.get("embeds") or []
    problems.too_many((*at, "embeds"), embeds, 10)
    for index, embed in enumerate(embeds):
        _check_embed(embed, problems, (*at, "embeds", index))
    if sum(map(_embed_length, embeds)) > 6000:
        problems.add((*at, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    components = body.get("components") or []
    if (body.get("flags") or 0) & COMPONENTS_V2:
        for key in ("content", "embeds", "sticker_ids", "poll"):
            if body.get(key):
                problems.add(
                    (*at, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", f"{key} goes not with V2"
                )
        check_v2(components, problems, (*at, "components"))
    else:
        check_rows(components, problems, (*at, "components"))


def _shows(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _check_embed(embed: Json, problems: Problems, at: Place) -> None:
    for key, limit in (("title", 256), ("description", 4096)):
        problems.too_long((*at, key), embed.get(key), limit)
    for key, part, limit in (("footer", "text", 2048), ("author", "name", 256)):
        inner = embed.get(key)
        if inner is not None:
            problems.too_long((*at, key, part), inner.get(part), limit)
    fields = embed.get("fields") or []
    problems.too_many((*at, "fields"), fields, 25)
    for index, field in enumerate(fields):
        for key, limit in (("name", 256), ("value", 1024)):
            if not str(field.get(key) or "").strip():
                problems.add((*at, "fields", index, key), "BASE_TYPE_REQUIRED", "This field is required")
            problems.too_long((*at, "fields", index, key), field.get(key), limit)
    _check_urls(embed, problems, at)
    parts = ("title", "description", "fields", "image", "thumbnail", "footer", "author")
    if not any(embed.get(key) for key in parts):
        problems.add((*at, "description"), "BASE_TYPE_REQUIRED", "This field is required")


def _check_urls(embed: Json, problems: Problems, at: Place) -> None:
    places: list[tuple[Place, Any, re.Pattern[str]]] = [(("url",), embed.get("url"), _HTTP)]
    places += [((key, "url"), (embed.get(key) or {}).get("url"), _PICTURE) for key in ("image", "thumbnail")]
    places += [((key, "icon_url"), (embed.get(key) or {}).get("icon_url"), _PICTURE) for key in ("footer", "author")]
    places.append((("author", "url"), (embed.get("author") or {}).get("url"), _HTTP))
    for place, url, pattern in places:
        if url and not pattern.match(str(url)):
            problems.add((*at, *place), "URL_TYPE_INVALID_URL", f"Not a well formed URL: {url!r}")


def _embed_length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len(text) for text in texts if isinstance(text, str))


def check_callback(body: Json, problems: Problems) -> None:
    """Check the answer to an interaction by its type."""
    inner: Json = body.get("data") or {}
    match body.get("type"):
        case 4:
            check_message(inner, problems, ("data",))
            if not any(_shows(inner.get(key)) for key in _SHOWN):
                problems.add((), "EMPTY", "Cannot send an empty message")
        case 7:
            check_message(inner, problems, ("data",))
        case 8:
            _check_choices(inner.get("choices") or [], problems, ("data", "choices"))
        case 9:
            check_modal(inner, problems, ("data",))


def _check_choices(choices: list[Json], problems: Problems, at: Place) -> None:
    problems.too_many(at, choices, 25)
    for index, choice in enumerate(choices):
        problems.bad_length((*at, index, "name"), choice.get("name"), 1, 100)
        if isinstance(choice.get("value"), str):
            problems.bad_length((*at, index, "value"), choice["value"], 1, 100)


def _check_thread(body: Json, problems: Problems) -> None:
    problems.bad_length(("name",), body.get("name"), 1, 100)
    if body.get("auto_archive_duration") not in (None, 60, 1440, 4320, 10080):
        problems.add(("auto_archive_duration",), "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
    problems.too_many(("applied_tags",), body.get("applied_tags") or [], 5)
    if isinstance(body.get("message"), dict):
        check_message(body["message"], problems, ("message",))
        if not any(_shows(body["message"].get(key)) for key in _SHOWN):
            problems.add((), "EMPTY", "Cannot send an empty message")


def _check_edit(body: Json, problems: Problems) -> None:
    check_message(body, problems)


_Check = Callable[[Any, Problems], None]
_WEBHOOK = r"/webhooks/\d+/[^/]+"
_CHECKS: tuple[tuple[str, str, _Check], ...] = (
    ("POST", r"/channels/\d+/messages", check_create),
    ("PATCH", r"/channels/\d+/messages/\d+", _check_edit),
    ("POST", r"/channels/\d+(/messages/\d+)?/threads", _check_thread),
    ("POST", r"/interactions/\d+/[^/]+/callback", check_callback),
    ("POST", _WEBHOOK, check_create),
    ("PATCH", _WEBHOOK + r"/messages/(@original|\d+)", _check_edit),
)
