"""A workspace's feeds as rendered in the terminal: one block a feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bot.domain.feed_address import State
from bot.i18n import Locale
from bot.platforms.console.times import minute
from bot.platforms.console.wrap import wrap
from bot.services.feeds.status_text import status_lines
from bot.services.feeds.statuses import FeedStatus

_WIDEST, _BELOW = 120, 2  # cells
_STYLES: Mapping[State, str] = {
    "fresh": "green",
    "quiet": "cyan",
    "stale": "yellow",
    "failing": "red",
    "stopped": "red",
    "paused": "dim",
}


def feed_list(
    statuses: Sequence[FeedStatus], now: datetime, zone: ZoneInfo, locale: Locale, width: int
) -> RenderableType:
    """Render feeds, at most 120 cells wide."""
    width = min(width, _WIDEST)
    parts: list[RenderableType] = []
    for status in statuses:
        parts += [*([Text()] if parts else []), *_block(status, now, zone, locale, width)]
    return Group(*parts)


def _block(status: FeedStatus, now: datetime, zone: ZoneInfo, locale: Locale, width: int) -> list[RenderableType]:
    state, inner = _STYLES[status.status.state], width - _BELOW
    first, *more = status_lines(status, now, locale, partial(minute, zone=zone))
    head = Text("● ", style=state).append(Text("\n".join(wrap(status.feed.name, inner)), style="bold"))
    lines = [(status.feed.url, "dim"), (first, state), *((line, "") for line in more)]
    below = [
        Padding(Text("\n".join(wrap(line, inner)), style=style), (0, 0, 0, _BELOW), expand=False)
        for line, style in lines
    ]
    return [head, *below]
