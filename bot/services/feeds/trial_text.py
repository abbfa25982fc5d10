"""What a filter does, in words for chat platforms: of a new feed's entries, or what another filter would change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.feed_filter import SkipReason
from bot.domain.identifiers import address_of
from bot.domain.text import clip
from bot.domain.weekdays import Weekdays
from bot.i18n import Locale, t, tn
from bot.services.feeds.filter_effect import FilterEffect
from bot.services.feeds.reason_text import reason_text
from bot.services.feeds.trial import FeedTrial

NameEntry: TypeAlias = Callable[[FeedEntry], str]
"""Writes an entry's title for a platform, linked where it has an address."""
_MOST_MATCHED, _MOST_REASONS, _EXAMPLES = 8, 6, 3
_MOST_AUTHORS, _LONGEST_AUTHORS = 3, 100


class Part(NamedTuple):
    """A heading and the lines below it, escaped for the platform."""

    heading: str
    lines: tuple[str, ...]


def address_of_entry(entry: FeedEntry) -> str | None:
    """Return the page to open for an entry: that of its id, or else its first link."""
    about = entry.metadata
    address = next((address_of(scheme, name) for scheme, name in about.identifiers.pairs()), None)
    return address or next((link.url for link in about.links), None)


def facts_of(document: FeedDocument, locale: Locale) -> list[str]:
    """Return a feed's format, and when it wants to be read."""
    facts = [document.kind]
    if document.ttl:
        facts.append(t(locale, "wants to be read at most every {minutes} minutes", minutes=document.ttl))
    if document.skip_days:
        days = Weekdays(document.skip_days).describe(locale)
        facts.append(t(locale, "nothing new on {days}", days=days))
    return facts


def counts_of_trial(trial: FeedTrial, locale: Locale) -> str:
    """Return how many entries a feed holds now, and how many of them would come in."""
    seen, matched = len(trial.document.entries), len(trial.matched)
    if not seen:
        return t(locale, "The feed holds no entries now.")
    entries = tn(locale, "{n} entry", "{n} entries", seen)
    return t(
        locale,
        "{entries}: {matched} would come in, {dropped} left out",
        entries=entries,
        matched=matched,
        dropped=seen - matched,
    )


def parts_of_trial(trial: FeedTrial, locale: Locale, name: NameEntry, escape: Callable[[str], str]) -> list[Part]:
    """Return what would come in, and what is left out by which rule."""
    parts = []
    if trial.matched:
        parts.append(Part(t(locale, "Would come in"), _listed(trial.matched, locale, name, escape)))
    if trial.dropped:
        parts.append(Part(t(locale, "Left out"), _reasons(trial.dropped, locale, name, escape)))
    return parts


def counts_of_effect(effect: FilterEffect, locale: Locale) -> str:
    """Return how many of the last entries would come in before and after."""
    if not effect.entries:
        return t(locale, "The feed was not polled yet, so there is nothing to try the filter on.")
    entries = tn(locale, "Of the last entry", "Of the last {n} entries", effect.entries)
    return t(
        locale,
        "{entries}: {before} would come in before, {after} after",
        entries=entries,
        before=effect.before,
        after=effect.after,
    )


def parts_of_effect(effect: FilterEffect, locale: Locale, name: NameEntry, escape: Callable[[str], str]) -> list[Part]:
    """Return which entries come in newly, and which no longer, by the rule that leaves them out."""
    parts = []
    if effect.newly_in:
        heading = t(locale, "Newly in: {n}", n=len(effect.newly_in))
        parts.append(Part(heading, _listed(effect.newly_in, locale, name, escape)))
    if effect.newly_out:
        heading = t(locale, "Newly out: {n}", n=sum(map(len, effect.newly_out.values())))
        parts.append(Part(heading, _reasons(effect.newly_out, locale, name, escape)))
    if effect.entries and not parts:
        parts.append(Part(t(locale, "Nothing changes for these entries."), ()))
    return parts


def _listed(
    entries: Sequence[FeedEntry], locale: Locale, name: NameEntry, escape: Callable[[str], str]
) -> tuple[str, ...]:
    lines = [f"• {name(entry)}{_authors(entry, escape)}" for entry in entries[:_MOST_MATCHED]]
    return (*lines, *_more(len(entries) - _MOST_MATCHED, locale))


def _authors(entry: FeedEntry, escape: Callable[[str], str]) -> str:
    authors = entry.metadata.authors
    names = ", ".join(authors[:_MOST_AUTHORS]) + (" …" if len(authors) > _MOST_AUTHORS else "")
    return f" — {escape(clip(names, _LONGEST_AUTHORS))}" if names else ""


def _reasons(
    dropped: Mapping[SkipReason, Sequence[FeedEntry]], locale: Locale, name: NameEntry, escape: Callable[[str], str]
) -> tuple[str, ...]:
    by_count = sorted(dropped.items(), key=lambda each: -len(each[1]))
    lines = []
    for reason, entries in by_count[:_MOST_REASONS]:
        lines.append(f"{escape(reason_text(*reason, locale))}: {len(entries):,}")
        lines += [f"　• {name(entry)}" for entry in entries[:_EXAMPLES]]
    return (*lines, *_more(sum(len(entries) for _, entries in by_count[_MOST_REASONS:]), locale))


def _more(n: int, locale: Locale) -> Iterable[str]:
    return [tn(locale, "and {n} more", "and {n} more", n)] if n > 0 else []
