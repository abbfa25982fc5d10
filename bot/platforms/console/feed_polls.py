"""A round of polls as rendered in the terminal, one line a feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.text import Text

from bot.domain.feed_address import State
from bot.i18n import Locale, Message, msg, t
from bot.services.feeds.poll_results import PollResult

_STATES: Mapping[State, tuple[Message, str]] = {
    "fresh": (msg("fresh"), "green"),
    "quiet": (msg("quiet"), "cyan"),
    "stale": (msg("stale"), "yellow"),
    "failing": (msg("failing"), "red"),
    "stopped": (msg("stopped"), "red"),
    "paused": (msg("paused"), "dim"),
}


def results(results: Sequence[PollResult], zone: ZoneInfo, locale: Locale) -> RenderableType:
    """Render what a round did."""
    if not results:
        return Text(t(locale, "There are no feeds; name some in the settings (feeds)."))
    return Group(*(_line(each, zone, locale) for each in results))


def _line(result: PollResult, zone: ZoneInfo, locale: Locale) -> Text:
    state, style = _STATES[result.status.state]
    line = Text(result.feed.name, style="bold").append(" ").append(state.text(locale), style=f"not bold {style}")
    return line.append(" " + _doings(result, zone, locale), style="not bold")


def _doings(result: PollResult, zone: ZoneInfo, locale: Locale) -> str:
    if result.status.state in ("failing", "stopped", "paused"):
        return result.status.reason.text(locale)
    if result.was_polled and result.new:
        return t(locale, "{new} new, {offered} into the inbox", new=result.new, offered=result.offered)
    if result.was_polled:
        return t(locale, "nothing new")
    if result.next_poll_at is None:
        return result.status.reason.text(locale)
    return t(locale, "not due; next poll {time}", time=f"{result.next_poll_at.astimezone(zone):%Y-%m-%d %H:%M}")
