"""Slack's limits on messages: those of Block Kit's reference, and the undocumented total."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_KEYS = {
    "section": {"type", "block_id", "text"},
    "context": {"type", "block_id", "elements"},
    "header": {"type", "block_id", "text"},
    "divider": {"type", "block_id"},
}
_BLOCKS, _SECTION, _HEADER, _ELEMENTS, _BLOCK_ID, _TOTAL, _TEXT = 50, 3000, 150, 10, 255, 11_000, 40_000
_UPDATE = 4_000
# The only markup allowed between bare angle brackets: a link with its label. Mentions and broadcasts begin with !, @ or
# #.
_LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>]+>")


def problems_of(body: Json, *, is_update: bool = False) -> list[str]:
    """Return the reasons for which Slack would refuse a message, and its active markup that is not one of our links."""
    blocks, text = body.get("blocks") or [], body.get("text") or ""
    found = [problem for n, block in enumerate(blocks) for problem in _block(f"/blocks/{n}", block)]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    found += ["invalid_blocks: an id stands twice"] if len(ids) != len(set(ids)) else []
    found += ["invalid_blocks: too many"] if len(blocks) > _BLOCKS else []
    found += ["msg_blocks_too_long"] if len(json.dumps(blocks, ensure_ascii=False)) > _TOTAL else []
    found += ["msg_too_long"] if len(text) > _TEXT or (is_update and len(text.encode()) > _UPDATE) else []
    found += ["no_text"] if not (blocks or text.strip()) else []
    found += [f"markup in /text: {text!r}"] if _is_live(text) else []
    return [*found, *_metadata(body.get("metadata"))]


def _metadata(metadata: Any) -> Iterator[str]:
    if metadata is not None and not (
        isinstance(metadata, dict)
        and set(metadata) == {"event_type", "event_payload"}
        and re.fullmatch(r"[a-z_]+", str(metadata["event_type"]))
        and isinstance(metadata["event_payload"], dict)
    ):
        yield "invalid_metadata_format"


def _block(place: str, block: Json) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _KEYS:
        yield f"invalid_blocks: {place} is a {kind}"
        return
    if more := set(block) - _KEYS[kind]:
        yield f"invalid_blocks: {place} has {more}"
    if not 1 <= len(block.get("block_id", "-")) <= _BLOCK_ID:
        yield f"invalid_blocks: {place}/block_id"
    if kind == "section":
        yield from _text(f"{place}/text", block.get("text"), ("mrkdwn", "plain_text"), _SECTION)
    elif kind == "header":
        yield from _text(f"{place}/text", block.get("text"), ("plain_text",), _HEADER)
    elif kind == "context":
        elements = block.get("elements") or []
        if not 1 <= len(elements) <= _ELEMENTS:
            yield f"invalid_blocks: {place}/elements"
        for n, element in enumerate(elements):
            yield from _text(f"{place}/elements/{n}", element, ("mrkdwn", "plain_text"), _SECTION)


def _text(place: str, text: Any, kinds: tuple[str, ...], most: int) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds or not isinstance(text.get("text"), str):
        yield f"invalid_blocks: {place} is no text"
        return
    if set(text) - {"type", "text", "verbatim" if text["type"] == "mrkdwn" else "emoji"}:
        yield f"invalid_blocks: {place} has more"
    if not 1 <= len(text["text"]) <= most or not text["text"].strip():
        yield f"invalid_blocks: {place} has {len(text['text'])} characters"
    if text["type"] == "mrkdwn" and _is_live(text["text"]):
        yield f"markup in {place}: {text['text']!r}"


def _is_live(text: str) -> bool:
    """Return whether there is markup other than links, or a bare bracket or ampersand; a line may begin as a quote."""
    rest = re.sub(r"(?m)^> ", "", _LINK.sub("", text))
    return bool(re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest))
