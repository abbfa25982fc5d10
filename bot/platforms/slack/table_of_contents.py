"""The contents of an edition on Slack: its papers' headings, numbered, in the first message."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.platforms.slack.blocks import Block, section
from bot.platforms.slack.mrkdwn import escape_within, strike

_ID = "contents"
_ENTRY = 60  # characters of a heading
_LENGTH = 1000  # characters as JSON: with the longest card and the rest of the opening, they fit a message


def contents_block(papers: Sequence[Paper]) -> Block:
    """Return the headings of these papers, as many as fit."""
    lines: list[str] = []
    for place, paper in enumerate(papers, 1):
        line = _line(place, paper)
        if _is_too_long([*lines, line, "…"]):
            lines.append("…")
            break
        lines.append(line)
    return _block(lines)


def with_new_heading(block: Block, paper: Paper, place: int, *, is_removed: bool) -> Block:
    """Return the contents with the new heading of the paper at that place, and any other block unchanged."""
    if block.get("block_id") != _ID:
        return block
    lines: list[str] = block["text"]["text"].split("\n")
    if place > len(lines) or not lines[place - 1].startswith(f"{place}. "):
        return block
    before, lines[place - 1] = lines[place - 1], _line(place, paper, is_removed=is_removed)
    if _is_too_long(lines):
        lines[place - 1] = f"{place}. {escape_within(clip(paper.heading, _ENTRY), len(before) - len(f'{place}. '))}"
    return _block(lines)


def _line(place: int, paper: Paper, *, is_removed: bool = False) -> str:
    heading = escape_within(clip(paper.heading, _ENTRY), 2 * _ENTRY)
    return f"{place}. {strike(heading) if is_removed else heading}"


def _is_too_long(lines: list[str]) -> bool:
    return len(json.dumps("\n".join(lines), ensure_ascii=False)) > _LENGTH


def _block(lines: list[str]) -> Block:
    return {**section("\n".join(lines)), "block_id": _ID}
