"""A trial of a feed as rendered in the terminal: what the feed is, what would come in, what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.feed_filter import Reason
from bot.domain.text import clip
from bot.domain.weekdays import Weekdays
from bot.i18n import Locale, Message, msg, t, tn
from bot.platforms.console.wrap import wrap
from bot.services.feeds.trial import FeedTrial

_WIDEST, _MOST_MATCHED, _EXAMPLES, _MOST_AUTHORS = 120, 20, 3, 3
_LONGEST_TITLE, _LONGEST_EXAMPLE, _LONGEST_RULE = 200, 70, 60
_REASONS: Mapping[str, Message] = {
    "known": msg("already in the collection"),
    "revision": msg("a new version of an earlier paper"),
    "include": msg("none of the included words"),
    "authors": msg("none of the authors"),
    "tags": msg("none of the categories"),
    "decided": msg("decided on before"),
    "earlier": msg("there before the feed was added"),
    "expired": msg("no longer kept when the feed was resumed"),
}


def trial(trial: FeedTrial, url: str, locale: Locale, width: int) -> RenderableType:
    """Render a trial, at most 120 cells wide."""
    width = min(width, _WIDEST)
    parts: list[RenderableType] = [*_head(trial.document, url, locale, width), Text(_counts(trial, locale))]
    if trial.matched:
        parts += [Text(), Text(t(locale, "Would come in"), style="bold green"), _matched(trial.matched, locale, width)]
    if trial.dropped:
        parts += [Text(), Text(t(locale, "Left out"), style="bold yellow"), _dropped(trial.dropped, locale, width)]
    return Group(*parts)


def _head(document: FeedDocument, url: str, locale: Locale, width: int) -> list[Text]:
    facts = [document.kind]
    if document.ttl:
        facts.append(t(locale, "wants to be read at most every {minutes} minutes", minutes=document.ttl))
    if document.skip_days:
        days = Weekdays(document.skip_days).describe(locale)
        facts.append(t(locale, "nothing new on {days}", days=days))
    lines = [
        _wrapped(document.title or t(locale, "(untitled)"), width, "bold magenta"),
        _wrapped(url, width, "dim"),
        _wrapped(" · ".join(facts), width, "cyan"),
    ]
    if document.is_broken:
        broken = t(locale, "The feed is not valid XML to its end, so entries may be missing.")
        lines.append(_wrapped(broken, width, "red"))
    return lines


def _counts(trial: FeedTrial, locale: Locale) -> str:
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


def _dropped(dropped: Mapping[Reason, Sequence[FeedEntry]], locale: Locale, width: int) -> Table:
    table = _table(width)
    table.add_column(no_wrap=True, justify="right", style="cyan")
    table.add_column(max_width=width // 3, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for reason, entries in dropped.items():
        lines = [clip(entry.metadata.title or "", _LONGEST_EXAMPLE) for entry in entries[:_EXAMPLES]]
        if (more := len(entries) - _EXAMPLES) > 0:
            lines.append(tn(locale, "and {n} more", "and {n} more", more))
        table.add_row(
            str(len(entries)), Text(_why(reason, locale), style="yellow"), Text("\n".join(lines), style="dim")
        )
    return table


def _why(reason: Reason, locale: Locale) -> str:
    if reason.kind == "exclude":
        return t(locale, 'excluded by "{rule}"', rule=clip(reason.rule, _LONGEST_RULE))
    return _REASONS[reason.kind].text(locale)


def _table(width: int) -> Table:
    return Table(box=box.ROUNDED, show_header=False, show_lines=True, border_style="blue", width=width)


def _wrapped(text: str, width: int, style: str) -> Text:
    return Text("\n".join(wrap(text, width)), style=style)
