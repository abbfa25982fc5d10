"""Makes an accepted message of one that Discord refused for its content: the papers at fault become plain links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from bot.domain.digest import follow_ups_title
from bot.domain.text import clip
from bot.i18n import LOCALES
from bot.platforms.discord.markdown import inner_address

_CONTENT, _TITLE, _ADDRESS, _FOLLOW_UPS = 2000, 100, 300, 1200
_MARKER = re.compile(r"#[a-z2-7]{8}$")
_AT_FAULT = re.compile(r"In embeds\.(\d+)\b")


def as_links(body: Mapping[str, Any], fault: str) -> dict[str, Any]:
    """Return the message with the embeds named in the error, or else all, as links in its text."""
    embeds = list(body.get("embeds", ()))
    positions = {int(n) for n in _AT_FAULT.findall(fault)} & set(range(len(embeds))) or set(range(len(embeds)))
    lines = [_line(embeds[n], body.get("content") or "") for n in sorted(positions)]
    if len(embeds) - 1 in positions and (marker := _MARKER.search(embeds[-1].get("footer", {}).get("text", ""))):
        lines.append(f"-# {marker[0]}")
    below = "\n".join(line for line in lines if line)
    above = clip(body.get("content") or "", max(_CONTENT - len(below) - 1, 0))
    return {
        **body,
        "content": clip(f"{above}\n{below}".strip(), _CONTENT),
        "embeds": [embed for n, embed in enumerate(embeds) if n not in positions],
    }


def _line(embed: Mapping[str, Any], above: str) -> str:
    """Return one paper's line, or the follow-ups that fit; empty if the message's table of contents links the paper."""
    title = clip(str(embed.get("title", "")), _TITLE)  # already escaped
    if str(embed.get("title")) in map(follow_ups_title, LOCALES):
        lines = [f"**{title}**", *str(embed.get("description", "")).split("\n")]
        lengths = accumulate(len(line) + 1 for line in lines)
        return "\n".join(line for line, length in zip(lines, lengths, strict=True) if length <= _FOLLOW_UPS)
    url = inner_address(str(embed.get("url", "")))
    if url and url in above:
        return ""
    return f"- [{title}](<{url}>)" if url and len(url) <= _ADDRESS else f"- {title}"
