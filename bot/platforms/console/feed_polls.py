"""A round of polls as rendered in the terminal, one line a feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.text import Text

from bot.domain.feed_address import State
from bot.i18n import Locale, t
from bot.platforms.console.times import minute
from bot.services.feeds.poll_results import PollResult
from bot.services.feeds.status_text import STATES

_STYLES: Mapping[State, str] = {
    "fresh": "green",
    "quiet": "cyan",
    "stale": "yellow",
    "failing": "red",
    "stopped": "red",
    "paused": "dim",
}


def results(results: Sequence[PollResult], now: datetime, zone: ZoneInfo, locale: Locale) -> RenderableType:
    """Render what a round did that has just ended."""
    if not results:
        return Text(t(locale, "There are no feeds; name some in the settings (feeds)."))
    return Group(*(_line(each, now, zone, locale) for each in results))


def _line(result: PollResult, now: datetime, zone: ZoneInfo, locale: Locale) -> Text:
    feed, status, *_ = result.status
    line = Text(feed.name, style="bold").append(" ")
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
