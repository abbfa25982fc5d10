"""Feeds as rendered in the terminal: how they are, in a block each, and what a round of polls did, in a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bot.domain.feed_address import State
from bot.i18n import Locale, t
from bot.platforms.console.times import minute
from bot.platforms.console.wrap import wrap
from bot.platforms.console.wrapped_text import WrappedText
from bot.services.feeds.poll_results import PollResult
from bot.services.feeds.status_text import STATES, status_lines
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


def poll_results(results: Sequence[PollResult], now: datetime, zone: ZoneInfo, locale: Locale) -> RenderableType:
    """Render what a round of polls did, a line a feed."""
    if not results:
        return Text(t(locale, "There are no feeds; name some in the settings (feeds)."))
    return Group(*(_poll_line(each, now, zone, locale) for each in results))


def _poll_line(result: PollResult, now: datetime, zone: ZoneInfo, locale: Locale) -> Text:
    feed, status, *_ = result.status
    line = WrappedText(feed.name, style="bold").append(" ")
    line.append(STATES[status.state].text(locale), style=f"not bold {_STYLES[status.state]}")
    return line.append(" " + _doings(result, now, zone, locale), style="not bold")


def _doings(result: PollResult, now: datetime, zone: ZoneInfo, locale: Locale) -> str:
    _, status, next_poll, _ = result.status
    if result.new:
        return t(locale, "{new} new, {offered} into the inbox", new=result.new, offered=result.offered)
    if result.was_polled or next_poll is None:
        return status.reason.text(locale)
    if next_poll <= now:  # another process polls its host
        return t(locale, "It will be polled shortly.")
    return t(locale, "not due; next poll {time}", time=minute(next_poll, zone))
