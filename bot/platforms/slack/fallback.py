"""A plainer form of a message whose blocks Slack refuses: text alone, which still names every paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.platforms.slack.render import TEXT, headings_of


def as_links(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a refused message as its text, which names every paper, with as many of the names as links as fit.

    Without blocks, its marker is the last line.
    """
    lines = payload["text"].split("\n")
    for n, heading in enumerate(headings_of(payload), 1):
        linked = [*lines[:n], f"• {heading}", *lines[n + 1 :]]
        if len("\n".join(linked).encode()) <= TEXT:
            lines = linked
    text = "\n".join(lines) + last_line(payload["metadata"]["event_payload"]["key"])
    return {**{name: value for name, value in payload.items() if name != "blocks"}, "text": text}


def last_line(marker: str) -> str:
    """Return what ends such a message, so that it is found where the history leaves metadata out."""
    return f"\n#{marker}"
