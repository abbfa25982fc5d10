"""Reports for operators: imports, deliveries, history and the state of the installation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.history import Change, Step
from bot.domain.paper import FIELD_NAMES
from bot.domain.server import Server
from bot.domain.text import clip
from bot.i18n import Locale, Message, msg, sentences, t, tn
from bot.platforms.console.times import minute
from bot.platforms.console.wrap import wrap
from bot.platforms.console.wrapped_text import WrappedText
from bot.services.check import Check
from bot.services.digests.delivery import DeliveryReport
from bot.services.digests.subscription_status import SubscriptionStatus
from bot.services.health import HealthReport
from bot.services.papers.history_text import action, describe, differences
from bot.services.papers.importing import ImportReport

_BELOW = 6  # cells of indentation for details


def prompt_name(command: str, _locale: Locale) -> str:
    """Return a command's name at the prompt."""
    return f"/{command}"


def cli_name(command: str, locale: Locale) -> str:
    """Return a command's name in a shell."""
    return {"addpaper": "dayori add", "undo": "dayori undo"}.get(command) or prompt_name(command, locale)


_MOST_ROWS = 30  # per kind; nobody would read ten thousand
_HEADING = 60


def imported(
    report: ImportReport, file: str, locale: Locale, *, dry_run: bool, left_out: Sequence[tuple[str, Message, int]] = ()
) -> Group:
    """Report what an import did, or would do entry by entry, and what it skipped with reasons.

    `left_out` are parts of the file that are not papers: place, reason and number of lines.
    """
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    for _ in ("paper", "why"):
        table.add_column(overflow="fold")
    skipped = [(id, why.text(locale)) for id, why in report.conflicts]
    skipped += [(each[0], each[1].text(locale)) for each in left_out]
    _rows(table, t(locale, "skip"), "yellow", skipped, report, locale)
    removed = t(locale, "removed here; dayori import --restore brings it back")
    _rows(table, t(locale, "removed"), "yellow", [(id, removed) for id in report.removed], report, locale)
    if dry_run:
        changed = [(id, _field_names(report.changes.get(id, ()), locale)) for id in report.updated]
        _rows(table, t(locale, "update"), "cyan", changed, report, locale)
        _rows(table, t(locale, "add"), "green", [(id, "") for id in report.added], report, locale)
        same = [(id, t(locale, "nothing new")) for id in report.unchanged if id not in set(report.removed)]
        _rows(table, t(locale, "unchanged"), "dim", same, report, locale)
    head = t(locale, "{file} (nothing written):", file=file) if dry_run else f"{file}:"
    counts = _counts(report, sum(each[2] for each in left_out), locale)
    return Group(WrappedText(f"{head} {counts}"), *([table] if table.row_count else []))


def _counts(report: ImportReport, left_out: int, locale: Locale) -> str:
    return t(
        locale,
        "added {added}, updated {updated}, unchanged {unchanged}, skipped {skipped}",
        added=len(report.added),
        updated=len(report.updated),
        unchanged=len(report.unchanged),
        skipped=len(report.conflicts) + left_out,
    )


def _rows(
    table: Table, label: str, style: str, entries: Sequence[tuple[str, str]], report: ImportReport, locale: Locale
) -> None:
    """Add a row per entry (action, paper, reason); after 30 rows only the number of further ones."""
    for id, why in entries[:_MOST_ROWS]:
        name = WrappedText(clip(report.headings.get(id, ""), _HEADING)).append(f"  {id}", style="dim")
        table.add_row(Text(label, style=style), name, WrappedText(why))
    if (more := len(entries) - _MOST_ROWS) > 0:
        table.add_row(Text(label, style=style), Text(tn(locale, "and {n} more", "and {n} more", more), style="dim"), "")


def _field_names(fields: Sequence[str], locale: Locale) -> str:
    return t(locale, ", ").join(FIELD_NAMES[name].text(locale) for name in fields)


def delivery(report: DeliveryReport, locale: Locale) -> Text:
    """Report which editions were delivered, and why others were not."""
    lines = [Text(t(locale, "{name}: delivered", name=name), style="green") for name in report.delivered]
    lines += [
        Text(t(locale, "{name}: paused — {reason}", name=name, reason=why.text(locale)), style="red")
        for name, why in report.paused
    ]
    lines += [
        Text(
            t(
                locale,
                "{name}: not delivered yet, it will be tried again — {reason}",
                name=name,
                reason=why.text(locale),
            ),
            style="yellow",
        )
        for name, why in report.failed
    ]
    return WrappedText().append_text(Text("\n").join(lines)) if lines else Text(t(locale, "Nothing is due."))


def subscription_statuses(statuses: Sequence[SubscriptionStatus], zone: ZoneInfo, locale: Locale) -> Text:
    """Report the status of every subscription."""
    lines = [
        line
        for each in statuses
        for line in (
            each.subscription.name,
            *(f"  {line}" for line in each.lines(locale, partial(minute, zone=zone), prompt_name)),
        )
    ]
    return WrappedText("\n".join(lines))


def undone(change: Change, headings: Sequence[str], locale: Locale) -> str:
    """Report what an undo reverted."""
    return t(locale, "Undone: {change}", change=describe(change, headings, locale))


def redone(change: Change, headings: Sequence[str], locale: Locale) -> str:
    """Report what a redo restored."""
    return t(locale, "Redone: {change}", change=describe(change, headings, locale))


def _folded(columns: int) -> Table:
    """Return a table that folds long cells: rich takes Japanese without spaces for one word and would cut it."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    for _ in range(columns):
        table.add_column(overflow="fold")
    return table


def history(steps: Sequence[tuple[Change, Step]], zone: ZoneInfo, locale: Locale) -> RenderableType:
    """Report changes: one line per changed paper, with the differences of its fields below."""
    if not steps:
        return Text(t(locale, "Nothing has been changed yet."))
    parts: list[RenderableType] = []
    for change, step in steps:
        line = f"{change.by or '—'}  {action(change.action, locale)}  {step.paper_id}"
        when = minute(change.at, zone)
        parts.append(WrappedText(f"#{change.id:<4} ", style="dim").append(f"{when}  {line}", style="default"))
        details = WrappedText("\n".join(differences(step, locale)))
        parts.append(Padding(details, (0, 0, 0, _BELOW), expand=False))
    return Group(*parts)


def inbox(waiting: Sequence[Candidate], zone: ZoneInfo, locale: Locale) -> Table | Text:
    """List the candidates with their number, time, score, and who brought them."""
    if not waiting:
        return Text(t(locale, "The inbox is empty."))
    table = _folded(5)
    for each in waiting:
        score = "" if each.score is None else f"{each.score:.0%}"
        when = minute(each.proposed_at, zone)
        brought_by = each.proposed_by or ", ".join(each.feeds) or "—"
        table.add_row(str(each.number), when, score, WrappedText(brought_by), WrappedText(proposed_paper(each).heading))
    return table


_STYLES = {"ok": "", "warning": "yellow", "fault": "red"}
_LEVELS = {"ok": msg("OK"), "warning": msg("Warning"), "fault": msg("Fault")}


def health(findings: HealthReport, zone: ZoneInfo, locale: Locale, width: int) -> Text:
    """Report the state of the installation: warnings in yellow, faults in red, each with its remedy.

    A path longer than a line is not broken, so that it can be copied.
    """
    lines = [_check(check, locale) for check in findings.checks if check.level == "ok"]
    lines.append(subscription_statuses(findings.subscriptions, zone, locale))
    lines += [_check(check, locale) for check in findings.checks if check.level != "ok"]
    lines.append(Text(t(locale, "All is well."), style="green") if findings.is_well else Text())
    return Text("\n").join(
        Text("\n".join(wrap(line.plain, width, cut=False)), style=line.style) for line in lines if line.plain
    )


def _check(check: Check, locale: Locale) -> Text:
    text = sentences(*(part.text(locale) for part in (check.message, check.remedy) if part))
    line = t(locale, "{level}: {text}", level=_LEVELS[check.level].text(locale), text=text)
    return Text(line, style=_STYLES[check.level])


_STATES = {"allowed": msg("allowed"), "waiting": msg("waiting"), "refused": msg("refused")}


def servers(rows: Sequence[Server], zone: ZoneInfo, locale: Locale) -> Table | Text:
    """List the servers with their states and since when these hold."""
    if not rows:
        return Text(t(locale, "The bot is in no server yet; the first that it is invited to becomes the team's."))
    table = _folded(4)
    for each in rows:
        since = minute(each.since, zone) if each.since else t(locale, "by the settings")
        table.add_row(each.number, WrappedText(each.name or "—"), _STATES[each.state].text(locale), since)
    return table
