"""A feed's status in words: how it is and since when, when it is polled next, what it brought, what its filter asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from bot.domain.feed_address import State
from bot.domain.feed_filter import FeedFilter
from bot.domain.text import clip
from bot.i18n import Locale, Message, msg, t
from bot.services.feeds.reason_text import reason_text
from bot.services.feeds.statuses import DAYS, FeedStatus
from bot.store.feed_days import DayCounts

Escape: TypeAlias = Callable[[str], str]
_MOST_RULES, _LONGEST_RULES, _MOST_REASONS, _LONGEST_REASON, _BRIEF_REASON = 20, 200, 6, 300, 120
STATES: Mapping[State, Message] = {
    "fresh": msg("Fresh"),
    "quiet": msg("Quiet"),
    "stale": msg("Stale"),
    "failing": msg("Failing"),
    "stopped": msg("Stopped"),
    "paused": msg("Paused"),
}
SIGNS: Mapping[State, str] = {
    "fresh": "🟢",
    "quiet": "⚪",
    "stale": "🟡",
    "failing": "🔴",
    "stopped": "⛔",
    "paused": "⏸️",
}


def status_lines(
    status: FeedStatus,
    now: datetime,
    locale: Locale,
    format_time: Callable[[datetime], str],
    escape: Escape = str,
) -> list[str]:
    """Return a feed's status, a sentence a line; the functions write times and texts from outside for the platform."""
    lines = [_state(status, locale, format_time, escape)]
    if status.next_poll:
        lines.append(
            t(locale, "Next poll: {time}", time=format_time(status.next_poll))
            if status.next_poll > now
            else t(locale, "It will be polled shortly.")
        )
    lines.append(counts_line(status.week, locale))
    if status.week.dropped:
        lines.append(t(locale, "Left out: {reasons}", reasons=escape(_dropped(status.week, locale))))
    return [*lines, escape(filter_line(status.feed.filter, locale))]


def brief_lines(
    status: FeedStatus, locale: Locale, format_time: Callable[[datetime], str], escape: Escape = str
) -> list[str]:
    """Return how a feed is and what it brought, where many are listed."""
    return [_state(status, locale, format_time, escape, _BRIEF_REASON), counts_line(status.week, locale)]


def _state(
    status: FeedStatus,
    locale: Locale,
    format_time: Callable[[datetime], str],
    escape: Escape,
    longest: int = _LONGEST_REASON,
) -> str:
    state, since, reason = status.status
    name, time = STATES[state].text(locale), format_time(since)
    if state == "paused":
        return t(locale, "{state} since {time}", state=name, time=time)
    text = escape(clip(reason.text(locale), longest))
    return t(locale, "{state} since {time}: {reason}", state=name, time=time, reason=text)


def counts_line(counts: DayCounts, locale: Locale) -> str:
    """Return what became of the entries of the last days."""
    if not counts.seen:
        return t(locale, "Last {days} days: nothing new", days=DAYS)
    numbers = {name: f"{getattr(counts, name):,}" for name in ("seen", "matched", "offered", "accepted", "rejected")}
    if not (counts.accepted or counts.rejected):
        return t(locale, "Last {days} days: {seen} seen, {matched} matched, {offered} offered", days=DAYS, **numbers)
    return t(
        locale,
        "Last {days} days: {seen} seen, {matched} matched, {offered} offered, {accepted} accepted, {rejected} rejected",
        days=DAYS,
        **numbers,
    )


def _dropped(counts: DayCounts, locale: Locale) -> str:
    """Return how many entries each reason left out, the most frequent first."""
    by_count = sorted(counts.dropped.items(), key=lambda each: -each[1])
    parts = [f"{reason_text(*reason, locale)} {n:,}" for reason, n in by_count[:_MOST_REASONS]]
    return " · ".join(parts) + (" …" if len(by_count) > _MOST_REASONS else "")


def filter_line(filter: FeedFilter, locale: Locale) -> str:
    """Return what a filter asks for, in one line."""
    parts = [
        (t(locale, "one of {rules}", rules=_listed(filter.include)), filter.include),
        (t(locale, "none of {rules}", rules=_listed(filter.exclude)), filter.exclude),
        (t(locale, "authors {names}", names=_listed(filter.authors)), filter.authors),
        (t(locale, "categories {names}", names=_listed(filter.tags)), filter.tags),
    ]
    if asked := " · ".join(text for text, rules in parts if rules):
        return t(locale, "Filter: {filter}", filter=asked)
    return t(locale, "Filter: none, so everything comes in")


def _listed(rules: Sequence[str]) -> str:
    more = " …" if len(rules) > _MOST_RULES else ""
    return clip(", ".join(" ".join(each.split()) for each in rules[:_MOST_RULES]), _LONGEST_RULES) + more
