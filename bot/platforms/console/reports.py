"""What an operator is told: imports, deliveries, history and the state of the installation."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from bot.i18n import Locale, t, tn
from bot.services.changes import action, describe, differences
from bot.services.checkup import Findings
from bot.services.delivery import DeliveryReport
from bot.services.importing import ImportReport
from bot.store.history import Change, Step
from bot.store.inbox import Candidate


def imported(report: ImportReport, file: str, locale: Locale, *, dry_run: bool) -> Text:
    """Tell what an import did, or would do; conflicts with their reasons."""
    head = t(locale, "{file} (nothing written):", file=file) if dry_run else f"{file}:"
    counts = t(locale, "added {added}, updated {updated}, unchanged {unchanged}, conflicts {conflicts}",
               added=len(report.added), updated=len(report.updated), unchanged=len(report.unchanged),
               conflicts=len(report.conflicts))  # fmt: skip
    text = Text(f"{head} {counts}")
    for id, why in report.conflicts[:50]:
        text.append(f"\n  {id}: {why.text(locale)}", style="yellow")
    if len(report.conflicts) > 50:
        text.append("\n  …", style="yellow")
    return text


def delivery(report: DeliveryReport, locale: Locale) -> Text:
    """Tell what was delivered and what was not, and why."""
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
    return Text("\n").join(lines) if lines else Text(t(locale, "Nothing is due."))


def undone(change: Change, ids: Sequence[str], locale: Locale) -> str:
    """Tell what an undo took back."""
    return t(locale, "Undone: {change}", change=describe(change, ids, locale))


def history(steps: Sequence[tuple[Change, Step]], zone: ZoneInfo, locale: Locale) -> Table | Text:
    """Tell who changed which field from what to what."""
    if not steps:
        return Text(t(locale, "Nothing has happened yet."))
    table = Table(box=None, padding=(0, 1), show_header=False)
    for change, step in steps:
        when = f"{change.at.astimezone(zone):%Y-%m-%d %H:%M}"
        details = "\n".join(differences(step, locale))
        table.add_row(when, Text(change.by or "—"), action(change.action, locale), Text(step.paper_id), Text(details))
    return table


def inbox(waiting: Sequence[Candidate], zone: ZoneInfo, locale: Locale) -> Table | Text:
    """List what was proposed, by whom and when."""
    if not waiting:
        return Text(t(locale, "No proposal waits."))
    table = Table(box=None, padding=(0, 1), show_header=False)
    for each in waiting:
        when = f"{each.proposed_at.astimezone(zone):%Y-%m-%d %H:%M}"
        table.add_row(
            str(each.number), when, Text(each.proposed_by or "—"), Text(each.typed["title"] or each.typed["source"])
        )
    return table


def checkup(findings: Findings, zone: ZoneInfo, locale: Locale) -> Text:
    """Tell the state of the installation, what is wrong in red."""
    lines = [
        Text(t(locale, "Database: {path}, revision {revision}", path=findings.database, revision=findings.revision)),
        Text(tn(locale, "Collection: {n} paper", "Collection: {n} papers", findings.papers)),
        Text(t(locale, "Discord: a token is set") if findings.has_token else t(locale, "Discord: no token is set")),
    ]
    for subscription, due in findings.due:
        next_time = f"{due.astimezone(zone):%Y-%m-%d %H:%M}"
        lines.append(Text(t(locale, "{name}: next edition {time}", name=subscription.name, time=next_time)))
    lines += [Text(problem.text(locale), style="red") for problem in findings.problems]
    lines.append(Text(t(locale, "All is well."), style="green") if findings.is_well else Text())
    return Text("\n").join(line for line in lines if line.plain)
