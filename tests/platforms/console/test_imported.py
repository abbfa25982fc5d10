"""The report of an import stays readable with ten thousand entries."""

from __future__ import annotations

import io

from rich.console import Console

from bot.i18n import Locale, msg
from bot.platforms.console import reports
from bot.services.papers.importing import ImportReport


def told(report: ImportReport, *, dry_run: bool, locale: Locale = "en") -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(reports.imported(report, "a.yaml", locale, dry_run=dry_run))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


REPORT = ImportReport(
    added=["new"],
    updated=["changed"],
    unchanged=["same"],
    conflicts=[("twice", msg("another paper has this id here"))],
    headings={"new": "新しい論文", "changed": "直した論文", "same": "同じ論文", "twice": "二つある論文"},
    changes={"changed": ("comment", "tags")},
)


def test_a_dry_run_tells_of_every_entry_what_would_be_done_and_why() -> None:
    lines = [line.split() for line in told(REPORT, dry_run=True).splitlines()]
    assert "added 1, updated 1, unchanged 1, skipped 1" in told(REPORT, dry_run=True)
    assert lines[1:] == [
        ["skip", "二つある論文", "twice", "another", "paper", "has", "this", "id", "here"],
        ["update", "直した論文", "changed", "comment,", "tags"],
        ["add", "新しい論文", "new"],
        ["unchanged", "同じ論文", "same", "nothing", "new"],
    ]


def test_an_import_tells_only_what_was_left_out() -> None:
    text = told(REPORT, dry_run=False, locale="ja")
    assert "追加 1、更新 1、変更なし 1、スキップ 1" in text
    assert "二つある論文" in text
    assert "新しい論文" not in text


def test_ten_thousand_entries_are_a_screen_and_a_number() -> None:
    many = ImportReport(added=[f"p{n}" for n in range(10_000)], unchanged=[f"q{n}" for n in range(10_000)])
    text = told(many, dry_run=True)
    assert len(text.splitlines()) < 70
    assert "and 9970 more" in text
