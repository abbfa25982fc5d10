"""A trial of a feed as rendered in the terminal: what the feed is, what would come in, what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.feed_filter import SkipReason
from bot.domain.text import clip
from bot.i18n import Locale, t, tn
from bot.platforms.console.wrap import wrap
from bot.services.feeds.filter_effect import FilterEffect
from bot.services.feeds.reason_text import reason_text
from bot.services.feeds.trial import FeedTrial
from bot.services.feeds.trial_text import counts_of_effect, counts_of_trial, facts_of

_WIDEST, _MOST_MATCHED, _EXAMPLES, _MOST_AUTHORS = 120, 20, 3, 3
_LONGEST_TITLE, _LONGEST_EXAMPLE = 200, 70


def trial(trial: FeedTrial, url: str, locale: Locale, width: int) -> RenderableType:
    """Render a trial, at most 120 cells wide."""
    width = min(width, _WIDEST)
    parts: list[RenderableType] = [*_head(trial.document, url, locale, width), Text(counts_of_trial(trial, locale))]
    if trial.matched:
        parts += [Text(), Text(t(locale, "Would come in"), style="bold green"), _matched(trial.matched, locale, width)]
    if trial.dropped:
        parts += [Text(), Text(t(locale, "Left out"), style="bold yellow"), _dropped(trial.dropped, locale, width)]
    return Group(*parts)


def effect(effect: FilterEffect, locale: Locale, width: int) -> RenderableType:
    """Render what another filter would change, at most 120 cells wide."""
    width = min(width, _WIDEST)
    parts: list[RenderableType] = [Text("\n".join(wrap(counts_of_effect(effect, locale), width)))]
    if effect.newly_in:
        heading = t(locale, "Newly in: {n}", n=len(effect.newly_in))
        parts += [Text(), Text(heading, style="bold green"), _matched(effect.newly_in, locale, width)]
    if effect.newly_out:
        heading = t(locale, "Newly out: {n}", n=sum(map(len, effect.newly_out.values())))
        parts += [Text(), Text(heading, style="bold yellow"), _dropped(effect.newly_out, locale, width)]
    if effect.entries and len(parts) == 1:
        parts.append(Text(t(locale, "Nothing changes for these entries.")))
    return Group(*parts)


def _head(document: FeedDocument, url: str, locale: Locale, width: int) -> list[Text]:
    lines = [
        _wrapped(document.title or t(locale, "(untitled)"), width, "bold magenta"),
        _wrapped(url, width, "dim"),
        _wrapped(" · ".join(facts_of(document, locale)), width, "cyan"),
    ]
    if document.is_broken:
        broken = t(locale, "The feed is not valid XML to its end, so entries may be missing.")
        lines.append(_wrapped(broken, width, "red"))
    return lines


def _matched(entries: Sequence[FeedEntry], locale: Locale, width: int) -> Table:
    table = _table(width)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(ratio=1, overflow="fold")
    for entry in entries[:_MOST_MATCHED]:
        table.add_row(str(entry.metadata.date or "—"), _paper(entry))
    if (more := len(entries) - _MOST_MATCHED) > 0:
        table.add_row("", Text(tn(locale, "and {n} more", "and {n} more", more), style="dim"))
    return table


def _paper(entry: FeedEntry) -> Text:
    """Return a paper's title, with authors and categories below."""
    about = entry.metadata
    names = ", ".join(about.authors[:_MOST_AUTHORS]) + (" …" if len(about.authors) > _MOST_AUTHORS else "")
    text = Text(clip(about.title or "", _LONGEST_TITLE), style="bold", overflow="fold")
    if names:
        text.append(f"\n{names}", style="not bold")
    if entry.categories:
        text.append("\n" + " ".join(f"#{each}" for each in entry.categories[:8]), style="not bold green")
    return text


def _dropped(dropped: Mapping[SkipReason, Sequence[FeedEntry]], locale: Locale, width: int) -> Table:
    table = _table(width)
    table.add_column(no_wrap=True, justify="right", style="cyan")
    table.add_column(max_width=width // 3, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for reason, entries in dropped.items():
        lines = [clip(entry.metadata.title or "", _LONGEST_EXAMPLE) for entry in entries[:_EXAMPLES]]
        if (more := len(entries) - _EXAMPLES) > 0:
            lines.append(tn(locale, "and {n} more", "and {n} more", more))
        table.add_row(
            str(len(entries)), Text(reason_text(*reason, locale), style="yellow"), Text("\n".join(lines), style="dim")
        )
    return table


def _table(width: int) -> Table:
    return Table(box=box.ROUNDED, show_header=False, show_lines=True, border_style="blue", width=width)


def _wrapped(text: str, width: int, style: str) -> Text:
    return Text("\n".join(wrap(text, width)), style=style)
